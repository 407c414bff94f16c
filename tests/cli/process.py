"""The command line in a process of its own, to be looked at, steered and killed."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from kinglet.record import Shape
from tests import samples
from tests.cli.running import write

SHAPE = Shape(32, 1)
# What runs in the background of a shell is deaf to Ctrl-C from the start.
_MAIN = """
import signal
signal.signal(signal.SIGINT, signal.default_int_handler)
from kinglet.cli import main
main()
"""


def write_classes(folder: Path, n: int = 45) -> list[str]:
    """Files of three classes, as arguments of ``kinglet make``."""
    values, label = samples.signals(n, shape=SHAPE)
    names = enumerate(samples.CLASSES)
    return [f"{name}={write(folder / f'{name}.csv', values[label == i])}" for i, name in names]


def begin(*arguments: object) -> subprocess.Popen:
    """Start ``kinglet``; what it prints is thrown away."""
    return subprocess.Popen(
        [sys.executable, "-c", _MAIN, *map(str, arguments)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=os.environ | {"PYTHONWARNINGS": "ignore"},
    )


def wait_for(what: Callable[[], bool], process: subprocess.Popen, seconds: float = 60) -> None:
    """Wait until something is so, while the process lives."""
    until = time.monotonic() + seconds
    while not what():
        assert process.poll() is None, f"it ended with {process.returncode}"
        assert time.monotonic() < until, "it never came"
        time.sleep(0.02)


def told(out: Path) -> int:
    """Whole lines of the journal, without its head."""
    path = out / "search" / "journal.jsonl"
    return max(0, path.read_bytes().count(b"\n") - 1) if path.exists() else 0


def numbers(out: Path) -> list[int]:
    """Numbers of the candidates in the journal, as they stand there."""
    lines = (out / "search" / "journal.jsonl").read_text().splitlines()[1:]
    return [json.loads(line)["number"] for line in lines]


def scores(document: dict) -> np.ndarray:
    """Numbers and scores of the leaderboard of a result."""
    return np.array([(row["number"], row["score"]) for row in document["leaderboard"]])
