"""A library for anomaly detection, made once by the command for all tests of commands."""

import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from kinglet.record import Shape
from tests.anomaly_samples import abnormal, nominal
from tests.cli.running import kinglet, write

SHAPE, STREAM = Shape(32, 2), Shape(1, 2)


@pytest.fixture(scope="session")
def machine_files(tmp_path_factory) -> dict[str, Path]:
    """Signals of a machine, and a stream of two variables."""
    folder = tmp_path_factory.mktemp("machine")
    arrays = {
        "normal": nominal(40, 0, SHAPE),
        "abnormal": abnormal(40, 0, SHAPE),
        "learn": nominal(40, 1, SHAPE),
        "more": nominal(20, 2, SHAPE),
        "mixed": np.concatenate([nominal(10, 3, SHAPE), abnormal(10, 3, SHAPE)]),
        "short": nominal(40, 0, Shape(16, 2)),
        "stream": nominal(150, 0, STREAM),
        "odd": abnormal(40, 0, STREAM),
    }
    return {name: write(folder / f"{name}.csv", array) for name, array in arrays.items()}


@pytest.fixture(scope="session")
def fan(machine_files, tmp_path_factory) -> SimpleNamespace:
    """Where ``make`` left its files, and what it printed."""
    out = tmp_path_factory.mktemp("made") / "fan"
    run = kinglet(
        "make", "--task", "anomaly", "--axes", 2, "--rate", 100, "--out", out, "--candidates", 3,
        "--jobs", 1, "--json", f"normal={machine_files['normal']}",
        f"abnormal={machine_files['abnormal']}",
    )  # fmt: skip
    assert run.code == 0, run.err
    return SimpleNamespace(out=out, zip=out / "library.zip", document=json.loads(run.out))
