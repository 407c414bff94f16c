"""The demonstration of README, in short."""

import json
import re
import subprocess
import sys


def test_demo_builds_from_real_recordings_and_classifies_unseen_ones(tmp_path):
    out = tmp_path / "demo"
    run = subprocess.run(
        [sys.executable, "-m", "kinglet", "demo", "--budget", "8s", "--out", str(out)],
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stderr
    right = re.search(r"(\d+) of 80 unseen windows are right", run.stdout)
    assert right and int(right.group(1)) >= 74
    assert "cortex-m4f at 80 MHz" in run.stdout and "bytes of flash" in run.stdout
    document = json.loads((out / "result.json").read_text())
    assert document["n_signals"] == 80 and document["time_ms"] < 20
    assert (out / "library.zip").exists()
    assert len(list((out / "test").glob("*.csv"))) == 4
