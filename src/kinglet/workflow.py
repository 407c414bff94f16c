"""The whole way in one call: search, build, check against the limits, write."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kinglet.ccode import Names
from kinglet.errors import InputError, NothingFitsError, StickingError
from kinglet.files import write_whole
from kinglet.library import Library
from kinglet.record import ANOMALY, EXTRAPOLATION, OUTLIER
from kinglet.search import Candidate, Result, search, warnings_of
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
from kinglet.targets import DEFAULT, get
from kinglet.toolchain import CORES, Abi

_ATTEMPTS = 8


@dataclass(frozen=True)
class Made:
    """What `make` leaves.

    Parameters
    ----------
    result : Result
    candidate : Candidate
        The one that was built: the best that keeps the limits as measured.
    library : Library
    library_path, result_path : Path
    document : dict
        Content of ``result.json``.
    """

    result: Result
    candidate: Candidate
    library: Library
    library_path: Path
    result_path: Path
    document: dict[str, Any]


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


def make(
    data: Labelled,
    out: str | Path,
    *,
    abi: Abi | None = None,
    suffix: str = "",
    **search_arguments: Any,
) -> Made:
    """Search, build the best candidate and write ``library.zip`` and ``result.json``.

    Parameters
    ----------
    data : Labelled
    out : path
        Folder; created where it is missing.
    abi : {"hard", "softfp", "soft"}, optional
    suffix : str
        Tells several libraries in one firmware apart.
    **search_arguments
        Of `kinglet.search`.

    Returns
    -------
    Made

    Raises
    ------
    NothingFitsError
        If nothing keeps the limits; nothing is written then.
    """
    Names(suffix)
    target = search_arguments.get("target", DEFAULT)
    target = get(target) if isinstance(target, str) else target
    CORES[target.core_key].checked_abi(abi)
    out = Path(out)
    _check_writable(out)
    result = search(data, **search_arguments)
    candidate, library = build_best(result, abi=abi, suffix=suffix)
    document = describe(result, candidate, library)
    library_path = library.save(out / "library.zip")
    result_path = write_whole(out / "result.json", json.dumps(document, indent=1).encode())
    return Made(result, candidate, library, library_path, result_path, document)


def _check_writable(folder: Path) -> None:
    """Refuse a folder that cannot be written to before the search, not after it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise InputError(
            f"{folder}: nothing can be written there ({error.strerror}); name another folder"
        ) from None


def build_best(
    result: Result, *, abi: Abi | None = None, suffix: str = ""
) -> tuple[Candidate, Library]:
    """Build the best candidate whose measured sizes and time keep the limits too.

    One that says the same of every signal is passed over.
    """
    why = ""
    for candidate in result.recommended[:_ATTEMPTS]:
        try:
            return candidate, candidate.build(abi=abi, suffix=suffix)
        except (NothingFitsError, StickingError) as error:
            why = str(error)
    raise NothingFitsError(
        f"the {min(_ATTEMPTS, len(result.ranking))} best candidates were compiled and refused; of "
        f"the last one: {why}"
    )


def describe(result: Result, candidate: Candidate, library: Library) -> dict[str, Any]:
    """Content of ``result.json``: what the search found, and what the build measured."""
    document = result.to_json()
    if candidate.evaluation is not result.best.evaluation:
        document |= candidate.summary() | {"out_of_fold": candidate.rows()}
    rows = document.pop("out_of_fold")
    warnings = list(result.context.data.signals.warnings)
    if candidate.learning:
        document |= candidate.learning
        warnings += warnings_of(document)
    if result.recordings is not None:
        warnings += result.recordings.warnings()
    return {
        **document,
        **candidate.boundary,
        "core": library.core.name,
        "float_abi": library.abi,
        "optimise": library.optimise,
        "library_id": library.sources.identifier,
        **library.sizes(),
        "warnings": warnings,
        "out_of_fold": rows,
    }
