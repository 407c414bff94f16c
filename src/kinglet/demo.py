"""The demonstration: real recordings of a smart watch, from the aeon package."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from kinglet.errors import InputError
from kinglet.signals import Labelled, label_signals

AXES = 6
RATE = 10.0
LENGTH = 64


def basic_motions(part: str) -> Labelled:
    """Windows of the BasicMotions recordings: badminton, running, standing, walking.

    Each recording has 100 samples of 6 axes (accelerometer, gyroscope) at 10 Hz and gives two
    windows, samples 0-63 and 36-99, which stay together in the splits.

    Parameters
    ----------
    part : {"train", "test"}

    Raises
    ------
    InputError
        If the aeon package is not installed.
    """
    try:
        from aeon.datasets import load_basic_motions
    except ImportError:
        raise InputError(
            "the demonstration needs the recordings that the package aeon carries: "
            "pip install 'kinglet[examples]'"
        ) from None
    recordings, names = load_basic_motions(split=part)
    windows = np.concatenate([recordings[:, :, :LENGTH], recordings[:, :, -LENGTH:]])
    group = np.tile(np.arange(len(recordings)), 2)
    order = np.argsort(group, kind="stable")
    return label_signals(
        windows.transpose(0, 2, 1)[order],
        np.tile(names, 2)[order],
        rate=RATE,
        group=group[order],
    )


def write_classes(data: Labelled, folder: Path) -> list[Path]:
    """Write one file of signals for each class."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for index, name in enumerate(data.classes):
        values = data.signals.values[data.label == index]
        path = folder / f"{name}.csv"
        np.savetxt(path, values.reshape(len(values), -1), fmt="%.9g", delimiter=",")
        paths.append(path)
    return paths
