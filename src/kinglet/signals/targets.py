"""Files of signals with a value to be predicted first on each line."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from kinglet.errors import InputError
from kinglet.signals.checks import check_line_count, check_shape, shared_lines
from kinglet.signals.faults import fault
from kinglet.signals.read import Labelled, from_table, read_recordings
from kinglet.signals.signals import Signals
from kinglet.signals.splits import Indices
from kinglet.signals.table import read_table

_NEAR = 0.1  # of the range of all targets
# Of the range of all targets: a jump, and a usual step of a target that moves little. Of all steps:
# how many jumps are few.
_JUMP, _STILL, _FEW = 0.25, 0.02, 0.05
# Held out whole are so many specimens, each of so much of the mean number of lines, and so many.
_SPECIMENS, _SHORT, _LEAST = 6, 0.25, 8


def read_targets(
    files: Sequence[tuple[str, str | os.PathLike[str]]], axes: int, rate: float | None = None
) -> Labelled:
    """Read files for extrapolation: on each line the target, then the signal.

    Parameters
    ----------
    files : sequence of (str, path)
        A name of any kind, and the file; several files are several recordings.
    axes : int
        Axes of the signal; the target does not count.
    rate : float, optional
        Sampling rate in Hz.

    Returns
    -------
    Labelled
        Without classes; `Labelled.label` and `Signals.target` hold the target. Each file is a
        group of its own, to be held out whole, where the targets of each are near (within a tenth
        of the range) those of the others; else all files are one group, with a warning: what only
        one file can teach cannot be held out with it.

    Raises
    ------
    InputError
        If there is no file, a file has no target or another fault, there are too few lines, or
        the target is the same on all.
    """
    if not files:
        raise InputError("There are no signals to learn from; give data=FILE.")
    signals = read_recordings(files, axes, rate, with_target=True)
    assert signals.target is not None
    names = ", ".join(signals.files)
    data = _labelled(signals, names)
    warnings = check_line_count(names, len(signals), axes) + data.signals.warnings
    data = replace(data, signals=replace(data.signals, warnings=warnings))
    return _join_what_is_far(data)


def label_targets(signals: Signals, target: np.ndarray | Sequence[float] | None = None) -> Labelled:
    """Join signals that are in memory already with their targets.

    Parameters
    ----------
    signals : Signals
        Its groups are held out whole, where there is more than one.
    target : array-like of float, shape (n_signals,), optional
        Value of each signal; `Signals.target` by default.

    Raises
    ------
    InputError
        If targets are missing, not finite or all the same, the shape is not allowed, or there are
        too few signals.
    """
    check_shape("the signals", signals.length, signals.axes)
    check_line_count("the signals", len(signals), signals.axes)
    if target is None:
        target = signals.target
    if target is None or len(target) != len(signals):
        count = "no" if target is None else str(len(target))
        raise InputError(f"There are {count} targets for {len(signals)} signals; give one each.")
    with np.errstate(over="ignore"):  # a double beyond float32 is found below as infinite
        values = np.asarray(target, dtype=np.float32).ravel()
    if not np.isfinite(values).all():
        index = int(np.argmin(np.isfinite(values)))
        raise InputError(
            f"The target of signal {index} (from 0) is {values[index]}; give finite numbers."
        )
    return _labelled(replace(signals, target=values), "the signals")


def read_for(
    path: str | os.PathLike[str], length: int, axes: int, *, with_target: bool = False
) -> Signals:
    """Read a file for a library that predicts a value.

    Parameters
    ----------
    path : str or path-like
        Signals, one per line, with or without a target first.
    length, axes : int
        Shape of the signals that the library takes.
    with_target : bool, optional
        Whether the first value of each line is the target; it becomes `Signals.target`.

    Raises
    ------
    InputError
        If a line has not as many values, above all if there is one too many or too few because
        the first is a target, or is none.
    """
    name = os.fspath(path)
    table = read_table(path)
    count, wanted = table.shape[1], length * axes
    if count != wanted + with_target:
        shape = f"a signal of {length} samples x {axes} axes"
        if count == wanted + 1:
            found = f"found {count} values on each line, one more than {shape}"
            mend = "if the first one is the target, remove it or give --with-target"
        elif count == wanted:
            found = f"found {count} values on each line, {shape} and no target"
            mend = "put the target first on each line or leave --with-target out"
        else:
            found = f"found {count} values on each line, but {shape} has {wanted}"
            mend = "give signals of the shape that the library was made for"
        raise fault(name, 1, min(count, wanted + 1), found, mend)
    return from_table(name, table, axes, with_target=with_target)


def find_specimens(target: npt.ArrayLike) -> Indices:
    """Find where one machine or specimen follows another: the target moves little, then jumps.

    Parameters
    ----------
    target : array-like of float, shape (n,)
        In the order of the lines.

    Returns
    -------
    ndarray of int64
        Lines from 0 at which one begins, the first of them 0; no other where the target does not
        look like that.
    """
    target = np.asarray(target, dtype=np.float64)
    start = np.zeros(1, np.int64)
    if len(target) < 2 or np.ptp(target) == 0:
        return start
    step = np.abs(np.diff(target)) / np.ptp(target)
    jumps = np.flatnonzero(step > _JUMP) + 1
    if not 1 <= len(jumps) <= _FEW * len(step) or np.median(step) > _STILL:
        return start
    return np.concatenate([start, jumps])


def name_specimens(target: npt.ArrayLike) -> Indices | None:
    """Number the specimens that can be held out whole.

    Parameters
    ----------
    target : array-like of float, shape (n,)
        In the order of the lines.

    Returns
    -------
    ndarray of int64, shape (n,), or None
        Number of the specimen of each line. None where there are fewer than six, which is too few
        to say what a new one will show; where one is much shorter than the rest, which is no
        specimen; or where the targets of one are far from those of all others, as where a target
        was set in steps: what only one can teach cannot be held out with it.
    """
    target = np.asarray(target, dtype=np.float64)
    sizes = np.diff([*find_specimens(target), len(target)])
    if len(sizes) < _SPECIMENS or sizes.min() < max(_LEAST, _SHORT * sizes.mean()):
        return None
    number = np.repeat(np.arange(len(sizes)), sizes)
    far = max(_distance_to_others(target, number == each) for each in range(len(sizes)))
    return None if far > _NEAR * np.ptp(target) else number


def _distance_to_others(target: npt.NDArray[np.float64], mine: npt.NDArray[np.bool_]) -> float:
    """Median distance of some targets to the nearest one of the others."""
    others = np.sort(target[~mine])
    place = np.searchsorted(others, target[mine])
    below = np.abs(target[mine] - others[np.maximum(place - 1, 0)])
    above = np.abs(target[mine] - others[np.minimum(place, len(others) - 1)])
    return float(np.median(np.minimum(below, above)))


def _labelled(signals: Signals, where: str) -> Labelled:
    """Check the targets themselves."""
    target = signals.target
    assert target is not None
    low, high = float(target.min()), float(target.max())
    if low == high:
        raise InputError(
            f"{where}: the target is {low:.9g} on every line; give signals of different targets."
        )
    warnings = shared_lines(signals, target, what="target")
    if len(np.unique(target)) == 2:
        warnings += (
            f"{where}: the target is {low:.9g} or {high:.9g} and nothing else; signals of two "
            "kinds are better told apart by --task classification.",
        )
    if (np.diff(target) == 1).all():
        warnings += (
            f"{where}: the first values count the lines; if they are numbers of lines and not "
            "targets, remove them.",
        )
    warnings += _specimens(signals, where)
    copies = np.argwhere((signals.values == target[:, None, None]).all(axis=0))
    if len(copies):
        sample, axis = copies[0] + 1
        warnings += (
            f"{where}: sample {sample} of axis {axis} is the target itself on every line; remove "
            "it from the signal, the device will not know it.",
        )
    return Labelled(replace(signals, warnings=warnings), target, ())


def _specimens(signals: Signals, where: str) -> tuple[str, ...]:
    """Tell of a target that moves little but for a few jumps: one specimen follows another."""
    assert signals.target is not None
    if len(np.unique(signals.group)) > 1:
        return ()
    starts = find_specimens(signals.target)
    if len(starts) == 1:
        return ()
    if name_specimens(signals.target) is None:
        then = (
            "if so, name them with --groups: the figures are for those that were recorded, not for "
            "new ones"
        )
    else:
        then = (
            "the blocks hold out whole what lies between two jumps; if specimens begin elsewhere, "
            "name them with --groups"
        )
    return (
        f"{where}: the target jumps at {len(starts) - 1} lines, first at line "
        f"{signals.line[starts[1]]}, as where one machine or specimen follows another; {then}.",
    )


def _join_what_is_far(data: Labelled) -> Labelled:
    """Make one group of all files if one of them has targets far from those of the others."""
    signals, target = data.signals, data.label.astype(np.float64)
    for index in range(len(signals.files) if len(signals.files) > 1 else 0):
        if _distance_to_others(target, signals.file == index) > _NEAR * np.ptp(target):
            told = (
                f"{signals.files[index]}: its targets are far from those of all other files, so "
                "files are not kept together in the splits unless --groups asks for it; the score "
                "is that for more signals like these, not for a new recording.",
            )
            group = np.zeros_like(signals.group)
            warnings = signals.warnings + told
            return replace(data, signals=replace(signals, group=group, warnings=warnings))
    return data
