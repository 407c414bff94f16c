"""What the shape of a file, its names and its lines must be, and what is worth a warning."""

from __future__ import annotations

import os
from collections.abc import Sequence
from hashlib import blake2b

import numpy as np
import numpy.typing as npt

from kinglet.errors import InputError
from kinglet.signals.faults import fault, quote
from kinglet.signals.signals import Signals

MAX_LENGTH = 8192
MAX_VALUES = 16383
MIN_LINES = 10
RECOMMENDED_LINES_PER_AXIS = 20
MAX_CLASS_NAME = 64

_FORBIDDEN_IN_NAMES = "\"'`\\/<>:|?*"


def check_count(name: str, count: int, axes: int) -> None:
    """Refuse lines of too many values, or of a count that the axes do not divide."""
    if count > MAX_VALUES:
        found = f"found {count} values on each line, at most {MAX_VALUES} are possible"
        raise fault(name, 1, MAX_VALUES + 1, found, "record shorter signals")
    if count % axes:
        _explain_target(name, count, axes)
        found = f"found {count} values on each line, no multiple of {axes} axes"
        raise fault(name, 1, count, found, "correct the number of axes or complete the lines")


def check_length(name: str, length: int, axes: int) -> None:
    """Refuse a length that is no power of two from 2 to 8192."""
    if length == 1:
        found = "found one sample on each line"
        mend = "put a whole signal on each line, or use --multisensor for single samples"
        raise fault(name, 1, axes, found, mend)
    if is_length(length):
        return
    _explain_target(name, length * axes, axes)
    found = (
        f"found {length} samples per axis ({length * axes} values / {axes} axes), "
        f"not a power of two from 2 to {MAX_LENGTH}"
    )
    mend = f"cut or record signals of {_nearest_lengths(length)} samples per axis"
    raise fault(name, 1, length * axes, found, mend)


def check_target(name: str, count: int, axes: int) -> None:
    """Refuse lines that are not a target and a signal."""
    length, rest = divmod(count, axes)
    if not rest and is_length(length):
        found = f"found {count} values on each line, {length} samples of {axes} axes and no target"
        raise fault(name, 1, 1, found, "put the value to be predicted first on each line")
    if (count - 1) % axes or count == 1:
        found = f"found {count} values on each line, not a target and a multiple of {axes} axes"
        raise fault(name, 1, count, found, "correct the number of axes or complete the lines")
    check_count(name, count - 1, axes)
    if not is_length((count - 1) // axes):
        nearest = _nearest_lengths((count - 1) // axes)
        found = (
            f"found {count} values on each line, a target and {(count - 1) // axes} samples of "
            f"{axes} axes, not a power of two from 2 to {MAX_LENGTH}"
        )
        raise fault(name, 1, count, found, f"cut or record signals of {nearest} samples per axis")


def is_length(length: int) -> bool:
    """Whether a signal may have this length: a power of two from 2 to 8192."""
    return 2 <= length <= MAX_LENGTH and length & (length - 1) == 0


def _nearest_lengths(length: int) -> str:
    below = min(1 << (length.bit_length() - 1), MAX_LENGTH)
    nearest = {max(below, 2), min(max(2 * below, 2), MAX_LENGTH)}
    return " or ".join(map(str, sorted(nearest)))


def _explain_target(name: str, count: int, axes: int) -> None:
    """Say so where one value too many may be a target."""
    length, rest = divmod(count - 1, axes)
    if not rest and is_length(length):
        found = f"found {count} values on each line, one more than {length} samples of {axes} axes"
        mend = "if the first one is a target, remove it or use --task extrapolation"
        raise fault(name, 1, count, found, mend)


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
    check_count(name, length * axes, axes)
    check_length(name, length, axes)


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


def refuse_repeated(
    files: Sequence[tuple[str, str | os.PathLike[str]]], keys: Sequence[object], what: str
) -> None:
    """Refuse two files with one key: a recording in two places cannot be held out."""
    first: dict[object, int] = {}
    for index, key in enumerate(keys):
        other = first.setdefault(key, index)
        if other != index:
            here, there = (f"{files[i][0]}={os.fspath(files[i][1])}" for i in (index, other))
            raise InputError(f"{here} {what} as {there}; give every recording once.")


def digest(values: npt.NDArray[np.float32]) -> bytes:
    """Sum up values so that equal ones can be found."""
    return blake2b(values.data, digest_size=16).digest()


def shared_lines(
    signals: Signals, label: npt.NDArray[np.int32 | np.float32], *, what: str = "class"
) -> tuple[str, ...]:
    """Tell of lines that stand in more than one class, or have more than one target."""
    first: dict[bytes, int] = {}
    pairs = []
    for index, values in enumerate(signals.values):
        other = first.setdefault(digest(values), index)
        if label[other] != label[index]:
            pairs.append((index, other))
    if not pairs:
        return ()
    here, there = (f"{signals.files[signals.file[i]]}, line {signals.line[i]}" for i in pairs[0])
    return (
        f"{here}: the same values as in {there}, of another {what} ({len(pairs)} such lines); "
        f"check which {what} they belong to.",
    )
