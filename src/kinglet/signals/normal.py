"""Files for 1-class classification: normal signals alone."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from kinglet.errors import InputError
from kinglet.signals.checks import check_line_count, check_shape
from kinglet.signals.imitate import imitate_outliers
from kinglet.signals.machines import MIN_NORMAL, with_imitations
from kinglet.signals.read import Labelled, read_recordings
from kinglet.signals.signals import Signals

CLASSES = ("normal", "outlier")


def read_normal(
    files: Sequence[tuple[str, str | os.PathLike[str]]],
    axes: int,
    rate: float | None = None,
    *,
    seed: int = 0,
) -> Labelled:
    """Read normal signals and imitate an outlier of each.

    Parameters
    ----------
    files : sequence of (str, path)
        ``normal``, and the file; several files are several recordings.
    axes : int
    rate : float, optional
        Sampling rate in Hz.
    seed : int
        Of the imitations.

    Returns
    -------
    Labelled
        Classes are ``normal`` and ``outlier``, the outliers imitations that help to select
        features and tell how tight a limit is, nothing else: each in a recording that stands for
        that of its normal signal.

    Raises
    ------
    InputError
        If a name is another one, there is no file, there are fewer than 20 lines in all, or a
        file has a fault.
    """
    for name, path in files:
        if name != "normal":
            raise InputError(
                f"{name}={os.fspath(path)}: 1-class classification learns from normal signals "
                "only; write normal=FILE, and test other files with 'kinglet emulate'."
            )
    if not files:
        raise InputError("There are no normal signals to learn from; give normal=FILE.")
    signals = read_recordings(files, axes, rate)
    names = ", ".join(signals.files)
    warnings = check_line_count(names, len(signals), axes, MIN_NORMAL)
    return _imitated(replace(signals, warnings=warnings), seed)


def label_normal(signals: Signals, *, seed: int = 0) -> Labelled:
    """Imitate an outlier of each of the normal signals that are in memory already.

    Raises
    ------
    InputError
        If the shape is not allowed, or there are fewer than 20 signals.
    """
    check_shape("the normal signals", signals.length, signals.axes)
    check_line_count("the normal signals", len(signals), 1, MIN_NORMAL)
    return _imitated(signals, seed)


def _imitated(signals: Signals, seed: int) -> Labelled:
    one = np.zeros(len(signals), np.int32)
    return with_imitations(signals, one, CLASSES, imitate_outliers, seed=seed)
