"""Where the shared sensor data are; benchmarks stop, saying so, where they are not."""

import json
import os
import sys
from pathlib import Path

import numpy as np

_DEFAULT = Path(__file__).resolve().parents[1].parent / "shared" / "data"


def folder() -> Path:
    """Folder of the data sets, from KINGLET_DATA or beside the checkout."""
    path = Path(os.environ.get("KINGLET_DATA", _DEFAULT))
    if not (path / "ncc").is_dir():
        sys.exit(f"there are no data sets in {path.name}/: name their folder in KINGLET_DATA")
    return path


def meta(path: Path) -> dict:
    return json.loads((path / "meta.json").read_text())


def load(path: Path, part: str) -> tuple[np.ndarray, np.ndarray, list[str]]:
    """Values (n, length, axes), label and class names of one part of an n-class set."""
    facts = meta(path)
    classes = sorted(file.stem for file in (path / part).glob("*.csv"))
    parts = [np.loadtxt(path / part / f"{name}.csv", delimiter=",", ndmin=2) for name in classes]
    values = np.concatenate(parts).astype(np.float32)
    label = np.repeat(np.arange(len(classes)), [len(p) for p in parts])
    return values.reshape(len(values), -1, facts["axes"]), label, classes


def load_targets(path: Path, part: str) -> tuple[np.ndarray, np.ndarray]:
    """Values (n, length, axes) and targets (n,) of one part of a set for extrapolation."""
    lines = np.loadtxt(path / part / "data.csv", delimiter=",", ndmin=2)
    values = lines[:, 1:].astype(np.float32)
    return values.reshape(len(values), -1, meta(path)["axes"]), lines[:, 0]
