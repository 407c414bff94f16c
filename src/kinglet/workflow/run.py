"""Search in a folder, build the best, write it; or go on with what was begun there."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, Literal

from kinglet.ccode import Names
from kinglet.errors import InputError
from kinglet.files import write_whole
from kinglet.library import Library
from kinglet.search import Candidate, Control, Progress, Result, saved, search, status
from kinglet.search.claim import claim
from kinglet.search.context import Choices, Context, make_context
from kinglet.signals import Labelled
from kinglet.toolchain import CORES, Abi
from kinglet.workflow.build import build_best, describe

_LEAST = 1.0  # seconds of a budget with which it is worth to go on


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


def make(
    data: Labelled,
    out: str | Path,
    *,
    abi: Abi | None = None,
    suffix: str = "",
    within: float | None = None,
    **search_arguments: Any,
) -> Made:
    """Search, build the best candidate and write ``library.zip`` and ``result.json``.

    From its beginning the folder ``search`` beside them holds all that is needed to look at the
    search, to steer it, to go on with it and to build any of its candidates.

    Parameters
    ----------
    data : Labelled
    out : path
        Folder; created where it is missing.
    abi : {"hard", "softfp", "soft"}, optional
    suffix : str
        Tells several libraries in one firmware apart.
    within : float, optional
        Build the smallest candidate whose score is at most so many points below the best one's.
    **search_arguments
        Of `kinglet.search`.

    Returns
    -------
    Made

    Raises
    ------
    NothingFitsError
        If nothing keeps the limits; no library is written then.
    InputError
        For unusable arguments, or if a search is running in the folder.
    """
    names = [field.name for field in fields(saved.Plan)]
    planned = {name: search_arguments.pop(name) for name in names if name in search_arguments}
    choices = {
        name: search_arguments.pop(name)
        for name in Choices.__annotations__
        if name in search_arguments
    }
    plan = saved.Plan(**planned, abi=abi, suffix=suffix, within=within)
    Names(suffix)
    context = make_context(data, **choices)
    CORES[context.target.core_key].checked_abi(abi)
    out = Path(out)
    _check_writable(out)
    folder = out / saved.FOLDER
    with claim(folder):
        Control(folder).reset()
        status.write(folder, status.Status())
        saved.save(context, plan, folder)
        return _run(context, plan, out, **search_arguments)


def resume(
    out: str | Path,
    *,
    budget: float | Literal["converged"] | None = None,
    candidates: int | None = None,
    jobs: int | None = None,
    **search_arguments: Any,
) -> Made:
    """Go on with a search that was stopped, interrupted or killed; it ends as `make` does.

    Parameters
    ----------
    out : path
        What `make` was given.
    budget : float or "converged", optional
        Seconds from now on; by default what is left of the budget.
    candidates : int, optional
        Number of candidates in all; by default as before.
    jobs : int, optional
        As before by default.
    **search_arguments
        ``executor`` and ``on_progress`` of `kinglet.search`.

    Raises
    ------
    InputError
        If there is no search, it is damaged, it is running, or its budget is spent.
    """
    out = Path(out)
    folder = out / saved.FOLDER
    plan, context = saved.load_plan(folder), saved.load(folder)
    with claim(folder):
        before = status.read(folder)
        plan = replace(plan, jobs=jobs or plan.jobs)
        if budget is not None or candidates is not None:
            seconds = before.seconds + budget if isinstance(budget, int | float) else budget
            plan = replace(plan, budget=seconds, candidates=candidates)
        now = plan
        if isinstance(plan.budget, int | float):
            left = plan.budget - before.seconds
            if left < _LEAST and before.ended:
                raise InputError(
                    f"{out}: the search has spent its budget of {plan.budget:.0f} s and ended; "
                    "give it more, as in --budget 60s"
                )
            now = replace(plan, budget=max(left, _LEAST))
        Control(folder).reset()
        saved.save_plan(plan, folder)
        status.write(folder, replace(before, ended=""))
        return _run(context, now, out, resume=True, before=before.seconds, **search_arguments)


def _run(
    context: Context,
    plan: saved.Plan,
    out: Path,
    *,
    resume: bool = False,
    before: float = 0.0,
    on_progress: Callable[[Progress], None] | None = None,
    **search_arguments: Any,
) -> Made:
    """Search in a folder that is ready, build, write."""
    folder = out / saved.FOLDER
    result = search(
        context.data,
        budget=plan.budget,
        candidates=plan.candidates,
        jobs=plan.jobs,
        strategy=plan.strategy,
        estimate=plan.estimate,
        journal=folder / saved.JOURNAL,
        resume=resume,
        control=Control(folder),
        on_progress=status.kept(folder, before, on_progress),
        **search_arguments,
        **saved.choices_of(context),
    )
    result = replace(result, seconds=before + result.seconds)
    candidate, library = build_best(result, abi=plan.abi, suffix=plan.suffix, within=plan.within)
    document = describe(result, candidate, library)
    library_path = library.save(out / "library.zip")
    result_path = write_whole(out / "result.json", json.dumps(document, indent=1).encode())
    status.end(folder, result.stopped, result.seconds)
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
