"""Groups: which lines are of one recording, person or machine and stay together in the splits."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from kinglet.errors import InputError
from kinglet.signals.read import Labelled
from kinglet.signals.table import open_text


def read_groups(path: str | os.PathLike[str], n: int) -> tuple[str, ...]:
    """Read a file with the group of each signal.

    Parameters
    ----------
    path : str or path-like
        UTF-8 text, an id on each line, such as the name of a person or a machine: any text, the
        spaces around it do not count. No header, no comments; blank lines may end the file.
    n : int
        Number of signals: of all their files, one file after the other as they were given.

    Returns
    -------
    tuple of str
        The ids, one for each signal.

    Raises
    ------
    InputError
        If there are more or fewer ids than signals, or one is missing.
    """
    name = os.fspath(path)
    with open_text(name) as file:
        ids = [line.strip() for line in file]
    while ids and not ids[-1]:
        ids.pop()
    if "" in ids:
        raise InputError(f"{name}, line {ids.index('') + 1}: there is no id; give each signal one.")
    if len(ids) != n:
        raise InputError(
            f"{name}: there are {len(ids)} ids for {n} signals; give one for each line of all "
            "files, in the order in which the files are given, and no header."
        )
    return tuple(ids)


def regroup(data: Labelled, ids: Sequence[str] | npt.ArrayLike) -> Labelled:
    """Keep together in the splits what has one id, in place of what has one file.

    Parameters
    ----------
    data : Labelled
    ids : sequence of str, or array-like, shape (n,)
        Group of each signal, such as a person; imitations have none, they follow the signals that
        they were made from.

    Raises
    ------
    InputError
        If there are not as many ids as signals, or they keep nothing together: all are the same,
        or none comes twice.
    """
    names = [str(name) for name in np.asarray(ids).ravel()]
    n = count_recorded(data)
    if len(names) != n:
        raise InputError(f"There are {len(names)} groups for {n} signals; give one each.")
    number = {name: index for index, name in enumerate(dict.fromkeys(names))}
    if len(number) == 1:
        raise InputError(
            f"All signals are of one group, {names[0]!r}, which cannot be held out; give the "
            "groups of two recordings or more, or none."
        )
    if len(number) == n:
        raise InputError(
            "Every signal has a group of its own, which keeps nothing together; give signals of "
            "one recording the same group, or leave the groups out."
        )
    group = np.array([number[name] for name in names], np.int32)
    if data.imitated:
        group = np.concatenate([group, group + len(number)])
    return replace(data, signals=replace(data.signals, group=group))


def count_recorded(data: Labelled) -> int:
    """Count the signals that were recorded; an imitation stands for each of them, or for none."""
    return len(data.signals) // 2 if data.imitated else len(data.signals)


def describe_groups(data: Labelled) -> str | None:
    """Say in one sentence what is kept together in the splits.

    Returns
    -------
    str or None
        None where each class, or an extrapolation, has one file or group: its lines are split.
    """
    n = count_recorded(data)
    group, label, machine = data.signals.group[:n], data.label[:n], data.machine[:n]
    if not data.classes:
        count = len(np.unique(group))
        return f"{count} recordings are kept together in the splits" if count > 1 else None
    kept, torn = [], []
    for index, name in enumerate(data.classes):
        mine = label == index
        counts = [len(np.unique(group[mine & (machine == each)])) for each in np.unique(machine)]
        if max(counts) > 1:
            kept.append(f"{sum(counts)} recordings of {name}")
        elif max(counts) == 1:
            torn.append(name)
    if not kept:
        return None
    sentence = f"{_join(kept)} are kept together in the splits"
    if torn:
        sentence += f"; of {_join(torn)} there is one only, whose lines are split"
    return sentence


def _join(words: Sequence[str]) -> str:
    return " and ".join(filter(None, [", ".join(words[:-1]), words[-1]]))
