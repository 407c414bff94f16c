"""Files of signals, one per line: what the shape of a file must be, and what is worth a warning."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from pathlib import Path

import numpy as np
import numpy.typing as npt

from kinglet.errors import InputError
from kinglet.signals.faults import fault, quote
from kinglet.signals.signals import Signals
from kinglet.signals.table import read_table

MAX_LENGTH = 8192
MAX_VALUES = 16383
MIN_LINES = 10
RECOMMENDED_LINES_PER_AXIS = 20
MAX_CLASS_NAME = 64

_FORBIDDEN_IN_NAMES = "\"'`\\/<>:|?*"


@dataclass(frozen=True, eq=False)
class Labelled:
    """Signals of several classes.

    Attributes
    ----------
    signals : Signals
        All signals, file after file; every file is a recording (group) of its own.
    label : ndarray of int32, shape (n_signals,)
        Index into `classes`.
    classes : tuple of str
        Class names in the order of their first appearance.
    machine : ndarray of int32, shape (n_signals,)
        Which of several machines of one kind a signal comes from; 0 by default.
    imitated : bool
        Whether the abnormal signals are imitations, made from the nominal ones.
    """

    signals: Signals
    label: npt.NDArray[np.int32]
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
) -> Signals:
    """Read files of one shape, each a recording of its own, none of them twice.

    Parameters
    ----------
    files : sequence of (str, path)
        Class name and file.

    Raises
    ------
    InputError
        As `read_classes`.
    """
    _refuse_repeated(files, [Path(path).resolve() for _, path in files], "is given twice")
    parts = [
        _read_file(path, axes, rate, index, require_power_of_two)
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
    _refuse_repeated(files, [_digest(part.values) for part in parts], "holds the same values")
    return Signals.concatenate(parts)


def _read_file(
    path: str | os.PathLike[str],
    axes: int,
    rate: float | None,
    group: int,
    require_power_of_two: bool,
) -> Signals:
    if axes < 1:
        raise InputError(f"The number of axes is {axes}; give 1 or more.")
    name = os.fspath(path)
    table = read_table(path)
    n_lines, count = table.shape
    _check_count(name, count, axes)
    if require_power_of_two:
        _check_length(name, count // axes, axes)
    return Signals(
        values=table.reshape(n_lines, count // axes, axes),
        rate=rate,
        group=np.full(n_lines, group, np.int32),
        line=np.arange(1, n_lines + 1, dtype=np.int32),
        file=np.zeros(n_lines, np.int32),
        files=(name,),
    )


def _check_count(name: str, count: int, axes: int) -> None:
    if count > MAX_VALUES:
        found = f"found {count} values on each line, at most {MAX_VALUES} are possible"
        raise fault(name, 1, MAX_VALUES + 1, found, "record shorter signals")
    if count % axes:
        found = f"found {count} values on each line, no multiple of {axes} axes"
        raise fault(name, 1, count, found, "correct the number of axes or complete the lines")


def _check_length(name: str, length: int, axes: int) -> None:
    if length == 1:
        found = "found one sample on each line"
        mend = "put a whole signal on each line, or use --multisensor for single samples"
        raise fault(name, 1, axes, found, mend)
    below = min(1 << (length.bit_length() - 1), MAX_LENGTH)
    if length == below:
        return
    nearest = [below] if below == MAX_LENGTH else [below, 2 * below]
    found = (
        f"found {length} samples per axis ({length * axes} values / {axes} axes), "
        f"not a power of two from 2 to {MAX_LENGTH}"
    )
    mend = f"cut or record signals of {' or '.join(map(str, nearest))} samples per axis"
    raise fault(name, 1, length * axes, found, mend)


def check_line_count(
    where: str, lines: int, axes: int, min_lines: int = MIN_LINES
) -> tuple[str, ...]:
    """Refuse too few lines; tell where they are few."""
    if lines < min_lines:
        raise InputError(
            f"{where}: the lines end after line {lines}, at least {min_lines} are needed; "
            "record more signals."
        )
    wanted = RECOMMENDED_LINES_PER_AXIS * axes
    if lines < wanted:
        return (f"{where}: {lines} lines are few, record {wanted} or more (20 for each axis).",)
    return ()


def check_shape(name: str, length: int, axes: int) -> None:
    """Refuse signals of a length that is not allowed, or with too many values."""
    _check_count(name, length * axes, axes)
    _check_length(name, length, axes)


def check_class_name(name: str) -> None:
    """Refuse a class name that cannot be a C string and a file name."""
    rule = None
    if not name.strip():
        rule = "is empty"
    elif len(name) > MAX_CLASS_NAME:
        rule = f"is longer than {MAX_CLASS_NAME} characters"
    elif name != name.strip():
        rule = "starts or ends with a space"
    elif not name.isprintable():
        rule = "holds a control character"
    elif bad := [character for character in name if character in _FORBIDDEN_IN_NAMES]:
        rule = f"holds a forbidden {bad[0]}"
    if rule:
        raise InputError(
            f"The class name {quote(name)} {rule}, but it becomes a C string and a file name; "
            "use letters, digits, '_' and '-'."
        )


def _refuse_repeated(
    files: Sequence[tuple[str, str | os.PathLike[str]]], keys: Sequence[object], what: str
) -> None:
    """Refuse two files with one key: a recording in two places cannot be held out."""
    first: dict[object, int] = {}
    for index, key in enumerate(keys):
        other = first.setdefault(key, index)
        if other != index:
            raise InputError(
                f"{os.fspath(files[index][1])} (class {quote(files[index][0])}) {what} as "
                f"{os.fspath(files[other][1])} (class {quote(files[other][0])}); "
                "give every recording once."
            )


def _digest(values: npt.NDArray[np.float32]) -> bytes:
    return blake2b(values.data, digest_size=16).digest()


def shared_lines(signals: Signals, label: npt.NDArray[np.int32]) -> tuple[str, ...]:
    """Tell of lines that stand in more than one class."""
    first: dict[bytes, int] = {}
    pairs = []
    for index, values in enumerate(signals.values):
        other = first.setdefault(_digest(values), index)
        if label[other] != label[index]:
            pairs.append((index, other))
    if not pairs:
        return ()
    here, there = (f"{signals.files[signals.file[i]]}, line {signals.line[i]}" for i in pairs[0])
    return (
        f"{here}: the same values as in {there}, of another class ({len(pairs)} such lines); "
        "check which class they belong to.",
    )
