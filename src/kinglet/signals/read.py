"""Files of signals, one per line, and the classes that they belong to."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from kinglet.errors import InputError
from kinglet.signals.checks import (
    MIN_LINES,
    check_class_name,
    check_count,
    check_length,
    check_line_count,
    check_target,
    digest,
    refuse_repeated,
    shared_lines,
)
from kinglet.signals.faults import fault, quote
from kinglet.signals.signals import Signals
from kinglet.signals.table import read_table


@dataclass(frozen=True, eq=False)
class Labelled:
    """Signals and what is to be learned of them.

    Attributes
    ----------
    signals : Signals
        All signals, file after file; every file is a recording (group) of its own.
    label : ndarray of int32, or of float32 for extrapolation, shape (n_signals,)
        Index into `classes`, or for extrapolation the target.
    classes : tuple of str
        Class names in the order of their first appearance; none for extrapolation.
    machine : ndarray of int32, shape (n_signals,)
        Which of several machines of one kind a signal comes from; 0 by default.
    imitated : bool
        Whether the abnormal signals are imitations, made from the nominal ones.
    """

    signals: Signals
    label: npt.NDArray[np.int32 | np.float32]
    classes: tuple[str, ...]
    machine: npt.NDArray[np.int32] = field(default_factory=lambda: np.zeros(0, np.int32))
    imitated: bool = False

    def __post_init__(self) -> None:
        """All signals come from one machine where nothing else is said."""
        if not len(self.machine):
            object.__setattr__(self, "machine", np.zeros(len(self.label), np.int32))


def read_signals(
    path: str | os.PathLike[str],
    axes: int,
    rate: float | None = None,
    *,
    group: int = 0,
    require_power_of_two: bool = True,
    min_lines: int = MIN_LINES,
) -> Signals:
    """Read a file of signals, one per line.

    Parameters
    ----------
    path : str or path-like
        Text file (.txt, .csv) without header, numbers with a decimal point separated by spaces,
        tabs, commas or semicolons; each line has ``axes * length`` values, the axes interleaved
        sample by sample.
    axes : int
        Number of axes, at least 1.
    rate : float, optional
        Sampling rate in Hz.
    group : int, optional
        Number of the recording that the file is.
    require_power_of_two : bool, optional
        Whether the length must be a power of two from 2 to 8192. False for projects whose lines
        are single samples (multi-sensor) or have another shape.
    min_lines : int, optional
        Least number of lines; 1 for signals that nothing is learned from.

    Returns
    -------
    Signals
        Its `warnings` tell what is allowed, yet better mended.

    Raises
    ------
    InputError
        Names file, line and column of the first fault, and how to mend it: text, gaps, unequal
        lines, values that are not finite or 1e12 and more in magnitude, a length that is not
        allowed, 16,384 values and more on a line, fewer lines than `min_lines`.
    """
    signals = _read_file(path, axes, rate, group, require_power_of_two)
    warnings = check_line_count(signals.files[0], len(signals), axes, min_lines)
    return replace(signals, warnings=warnings)


def read_classes(
    files: Sequence[tuple[str, str | os.PathLike[str]]],
    axes: int,
    rate: float | None = None,
    *,
    require_power_of_two: bool = True,
) -> Labelled:
    """Read one file or more for each class.

    Parameters
    ----------
    files : sequence of (str, path)
        Class name and file; a class that comes again has several recordings.
    axes, rate, require_power_of_two
        As in `read_signals`.

    Returns
    -------
    Labelled
        Recordings are numbered in the order of `files`. The least number of lines counts for a
        class, not for each of its recordings.

    Raises
    ------
    InputError
        If there are fewer than two classes, a name cannot be used in C and as file name, a file
        comes twice (same path or same content), lengths differ, or a file has a fault.
    """
    classes = tuple(dict.fromkeys(name for name, _ in files))
    for name in classes:
        check_class_name(name)
    if len(classes) < 2:
        raise InputError(
            f"A classification needs two classes, found {', '.join(classes) or 'none'}; "
            "give at least one file for each of two classes."
        )
    signals = read_recordings(files, axes, rate, require_power_of_two=require_power_of_two)
    label = np.array([classes.index(name) for name, _ in files], np.int32)[signals.file]
    warnings: tuple[str, ...] = ()
    for index, name in enumerate(classes):
        paths = [os.fspath(path) for other, path in files if other == name]
        where = paths[0] if len(paths) == 1 else f"class {quote(name)} ({', '.join(paths)})"
        warnings += check_line_count(where, int(np.sum(label == index)), axes)
    warnings += shared_lines(signals, label)
    return Labelled(replace(signals, warnings=warnings), label, classes)


def read_recordings(
    files: Sequence[tuple[str, str | os.PathLike[str]]],
    axes: int,
    rate: float | None,
    *,
    require_power_of_two: bool = True,
    with_target: bool = False,
) -> Signals:
    """Read files of one shape, each a recording of its own, none of them twice.

    Parameters
    ----------
    files : sequence of (str, path)
        Class name and file.
    with_target : bool, optional
        Whether the first value of each line is a target.

    Raises
    ------
    InputError
        As `read_classes`.
    """
    refuse_repeated(files, [Path(path).resolve() for _, path in files], "is given twice")
    parts = [
        _read_file(path, axes, rate, index, require_power_of_two, with_target)
        for index, (_, path) in enumerate(files)
    ]
    for part in parts[1:]:
        if part.length != parts[0].length:
            raise fault(
                part.files[0],
                1,
                part.length * axes,
                f"found {part.length} samples per axis, but {parts[0].length} in "
                f"{parts[0].files[0]}",
                "give all files the same length",
            )
    refuse_repeated(files, [digest(part.values) for part in parts], "holds the same values")
    return Signals.concatenate(parts)


def _read_file(
    path: str | os.PathLike[str],
    axes: int,
    rate: float | None,
    group: int,
    require_power_of_two: bool,
    with_target: bool = False,
) -> Signals:
    if axes < 1:
        raise InputError(f"The number of axes is {axes}; give 1 or more.")
    name = os.fspath(path)
    table = read_table(path)
    count = table.shape[1]
    if with_target:
        check_target(name, count, axes)
    else:
        check_count(name, count, axes)
        if require_power_of_two:
            check_length(name, count // axes, axes)
    return from_table(name, table, axes, rate, group, with_target=with_target)


def from_table(
    name: str,
    table: npt.NDArray[np.float32],
    axes: int,
    rate: float | None = None,
    group: int = 0,
    *,
    with_target: bool = False,
) -> Signals:
    """Make signals of the numbers of one file, one line each, the target first if it has one."""
    n_lines = len(table)
    return Signals(
        values=table[:, int(with_target) :].reshape(n_lines, -1, axes),
        rate=rate,
        group=np.full(n_lines, group, np.int32),
        line=np.arange(1, n_lines + 1, dtype=np.int32),
        file=np.zeros(n_lines, np.int32),
        files=(name,),
        target=table[:, 0] if with_target else None,
    )
