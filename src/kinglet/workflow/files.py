"""The files of each project type."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from kinglet.errors import InputError
from kinglet.record import ANOMALY, EXTRAPOLATION, OUTLIER
from kinglet.signals import (
    Labelled,
    count_recorded,
    read_classes,
    read_groups,
    read_machines,
    read_normal,
    read_targets,
    regroup,
)


def read(
    task: str,
    files: Sequence[tuple[str, str | Path]],
    axes: int,
    rate: float | None = None,
    *,
    multisensor: bool = False,
    groups: str | Path | None = None,
    seed: int = 0,
) -> Labelled:
    """Read the files of a project type, by `kinglet.read_classes` and its like.

    Parameters
    ----------
    groups : path, optional
        File with the group of each line of all files, one id a line: what is kept together in the
        splits. By default every file is a group.

    Raises
    ------
    InputError
        For a fault in a file, or samples of a stream where the task takes whole signals.
    """
    if multisensor and task != ANOMALY:
        raise InputError(f"--multisensor is for anomaly detection, not for {task}: leave it out")
    if multisensor and groups is not None:
        raise InputError("--groups is for whole signals; a stream is cut in order: leave it out")
    if task == ANOMALY:
        data = read_machines(files, axes, rate, multisensor=multisensor, seed=seed)
    elif task == OUTLIER:
        data = read_normal(files, axes, rate, seed=seed)
    elif task == EXTRAPOLATION:
        data = read_targets(files, axes, rate)
    else:
        data = read_classes(files, axes, rate)
    return data if groups is None else regroup(data, read_groups(groups, count_recorded(data)))
