"""Files for anomaly detection: nominal and abnormal signals of one machine or several."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from kinglet.errors import InputError
from kinglet.signals.checks import MIN_LINES, check_line_count, check_shape, shared_lines
from kinglet.signals.faults import fault
from kinglet.signals.imitate import imitate
from kinglet.signals.read import Labelled, read_recordings
from kinglet.signals.signals import Signals

NORMAL, ABNORMAL = 0, 1
CLASSES = ("normal", "abnormal")
MIN_NORMAL = 20
_IMITATION = "imitation of {}"


def read_machines(
    files: Sequence[tuple[str, str | os.PathLike[str]]],
    axes: int,
    rate: float | None = None,
    *,
    multisensor: bool = False,
    seed: int = 0,
) -> Labelled:
    """Read couples of nominal and abnormal signals; machine k has the k-th file of each kind.

    Parameters
    ----------
    files : sequence of (str, path)
        ``normal`` or ``abnormal``, and the file.
    axes : int
        Axes, or variables of a multi-sensor.
    rate : float, optional
        Sampling rate in Hz.
    multisensor : bool
        Whether each line is one sample of all variables, in the order of time.
    seed : int
        Of the imitations, where no abnormal signals are given: `imitate` makes as many of them as
        there are nominal ones.

    Returns
    -------
    Labelled
        Classes are ``normal`` and ``abnormal``.

    Raises
    ------
    InputError
        If a name is another one, a nominal file is missing, there are some abnormal files but not
        one for each nominal one, or a file has a fault.
    """
    for name, path in files:
        if name not in CLASSES:
            raise InputError(
                f"{name}={os.fspath(path)}: anomaly detection knows normal and abnormal signals; "
                "write normal=FILE and, where there are some, abnormal=FILE."
            )
    normal = [entry for entry in files if entry[0] == "normal"]
    abnormal = [entry for entry in files if entry[0] == "abnormal"]
    if not normal:
        raise InputError("There are no nominal signals to learn from; give normal=FILE.")
    if abnormal and len(abnormal) != len(normal):
        raise InputError(
            f"There are {len(normal)} normal and {len(abnormal)} abnormal files; files of one "
            "machine belong together, so give one abnormal file for each normal one, in the same "
            "order, or none."
        )
    ordered = [*normal, *abnormal]
    signals = read_recordings(ordered, axes, rate, require_power_of_two=not multisensor)
    if multisensor and signals.length != 1:
        raise fault(
            signals.files[0],
            1,
            signals.length * axes,
            f"found {signals.length * axes} values on a line, not one of each of {axes} variables",
            "with --multisensor each line is one sample; correct --axes or leave --multisensor out",
        )
    label = (signals.file >= len(normal)).astype(np.int32)
    machine = (signals.file % len(normal)).astype(np.int32)
    warnings: tuple[str, ...] = ()
    for index, (name, path) in enumerate(ordered):
        least = MIN_NORMAL if name == "normal" else MIN_LINES
        count = int(np.sum(signals.file == index))
        warnings += check_line_count(os.fspath(path), count, 1 if multisensor else axes, least)
    warnings += shared_lines(signals, label) if not multisensor else ()
    signals = replace(signals, warnings=warnings)
    if abnormal:
        return Labelled(signals, label, CLASSES, machine)
    return with_imitations(
        signals, machine, CLASSES, partial(imitate, stream=multisensor), seed=seed
    )


def label_machines(normal: Signals, abnormal: Signals | None = None, *, seed: int = 0) -> Labelled:
    """Join nominal and abnormal signals of one machine that are in memory already.

    Parameters
    ----------
    normal, abnormal : Signals
        Of one shape; of length 1 for a multi-sensor. Without abnormal ones, they are imitated.

    Raises
    ------
    InputError
        If the shape is not allowed or differs, or there are too few signals.
    """
    if normal.length > 1:
        check_shape("the normal signals", normal.length, normal.axes)
    check_line_count("the normal signals", len(normal), 1, MIN_NORMAL)
    if abnormal is None:
        machine = np.zeros(len(normal), np.int32)
        imitation = partial(imitate, stream=normal.length == 1)
        return with_imitations(normal, machine, CLASSES, imitation, seed=seed)
    if (abnormal.length, abnormal.axes) != (normal.length, normal.axes):
        raise InputError("The normal and the abnormal signals differ in length or axes.")
    check_line_count("the abnormal signals", len(abnormal), 1, MIN_LINES)
    moved = replace(abnormal, group=abnormal.group + normal.group.max() + 1)
    signals = Signals.concatenate([normal, moved])
    label = np.repeat(np.array([NORMAL, ABNORMAL], dtype=np.int32), [len(normal), len(abnormal)])
    return Labelled(signals, label, CLASSES)


def with_imitations(
    signals: Signals,
    machine: np.ndarray,
    classes: tuple[str, str],
    imitation: Callable[..., np.ndarray],
    seed: int = 0,
) -> Labelled:
    """Add an imitated anomaly of each nominal signal, in the same order.

    Each nominal recording has one of imitations beside it.

    Parameters
    ----------
    imitation : callable
        Makes them from float32 (n, length, axes), with a ``seed``.
    """
    values = np.empty_like(signals.values)
    for index in np.unique(signals.file):
        mine = signals.file == index
        values[mine] = imitation(signals.values[mine], seed=seed + int(index))
    names = tuple(_IMITATION.format(name) for name in signals.files)
    both = Signals.concatenate([signals, replace(signals, values=values, files=names)])
    label = np.repeat(np.array([NORMAL, ABNORMAL], dtype=np.int32), len(signals))
    return Labelled(both, label, classes, np.concatenate([machine, machine]), imitated=True)
