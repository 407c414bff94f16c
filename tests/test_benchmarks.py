"""A short form of the benchmarks: they run, and their tables hold what they should."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
DATA = Path(os.environ.get("KINGLET_DATA", ROOT.parent / "shared" / "data"))


@pytest.mark.skipif(
    not (DATA / "ncc").is_dir(), reason="no data sets beside the checkout nor in KINGLET_DATA"
)
def test_classification_in_short(tmp_path):
    run = subprocess.run(
        [
            sys.executable, "-m", "benchmarks.classification", "--sets", "basic_motions",
            "--seeds", "0", "--budget", "6s", "--no-peers", "--results", str(tmp_path),
        ],
        cwd=ROOT, capture_output=True, text=True,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    entry = json.loads((tmp_path / "classification.json").read_text())["basic_motions"]
    assert entry["kinglet"][0]["test"] > 0.9
    assert "basic_motions" in (tmp_path / "classification.md").read_text()


def test_without_data_it_says_so(tmp_path):
    run = subprocess.run(
        [sys.executable, "-m", "benchmarks.classification"],
        cwd=ROOT, capture_output=True, text=True, env=os.environ | {"KINGLET_DATA": str(tmp_path)},
    )  # fmt: skip
    assert run.returncode != 0 and "KINGLET_DATA" in run.stderr
