"""Search in a folder, build the best, write it; or go on with what was begun there."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, Literal

from kinglet.ccode import Names
from kinglet.errors import InputError, NothingFitsError
from kinglet.files import write_whole
from kinglet.library import Library
from kinglet.search import Candidate, Control, Progress, Result, journal, saved, search, status
from kinglet.search.claim import claim
from kinglet.search.context import Context, make_context
from kinglet.search.plan import Plan
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
    executor: Executor | None = None,
    on_progress: Callable[[Progress], None] | None = None,
    **search_arguments: Any,
) -> Made:
    """Search, build the best candidate and write ``library.zip`` and ``result.json``.

    From its beginning the folder ``search`` beside them holds all that is needed to look at the
    search, to steer it, to go on with it and to build any of its candidates. What an earlier search
    left in the folder is removed, its libraries too.

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
    executor, on_progress
        As in `kinglet.search`; ``on_progress`` is also told when the files are there.
    **search_arguments
        The others of `kinglet.search`, but for ``journal``, ``resume`` and ``control``.

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
    jobs = search_arguments.pop("jobs", None)
    names = [field.name for field in fields(Plan) if field.name in search_arguments]
    planned = {name: search_arguments.pop(name) for name in names}
    plan = Plan(**planned, jobs=jobs, abi=abi, suffix=suffix, within=within)
    Names(suffix)
    context = make_context(data, **search_arguments)
    CORES[context.target.core_key].checked_abi(abi)
    out = Path(out)
    _check_writable(out)
    folder = out / saved.FOLDER
    with claim(folder):
        Control(folder).reset()
        _remove_made(out)
        status.write(folder, status.Status())
        saved.save(context, _storable(plan, executor), folder)
        return _run(context, plan, out, executor, on_progress)


def resume(
    out: str | Path,
    *,
    budget: float | Literal["converged"] | None = None,
    candidates: int | None = None,
    jobs: int | None = None,
    executor: Executor | None = None,
    on_progress: Callable[[Progress], None] | None = None,
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
    executor, on_progress
        As in `make`.

    Raises
    ------
    InputError
        If there is no search, it is damaged, it is running, or it has reached its budget or number
        of candidates.
    """
    out = Path(out)
    folder = out / saved.FOLDER
    plan, context = saved.load_plan(folder), saved.load(folder)
    with claim(folder):
        before = status.read(folder)
        path = folder / saved.JOURNAL
        found = len(journal.read(path)[1]) if path.exists() else 0
        if candidates is not None and candidates <= found:
            raise InputError(f"{out}: the search has {found} candidates already: give more")
        asked = {"budget": budget, "candidates": candidates, "jobs": jobs}
        changes: dict[str, Any] = {n: value for n, value in asked.items() if value is not None}
        now = replace(plan, **changes)
        plan = now
        if isinstance(budget, int | float):
            plan = replace(now, budget=before.seconds + budget)
        elif isinstance(now.budget, int | float):
            left = now.budget - before.seconds
            if left < _LEAST and before.ended:
                raise InputError(
                    f"{out}: the search has spent its budget of {now.budget:.0f} s and ended; "
                    "give it more time, as in --budget 60s"
                )
            now = replace(now, budget=max(left, _LEAST))
        _refuse_ended(out, before.ended, found, plan.candidates, more_time=budget is not None)
        Control(folder).reset()
        saved.save_plan(_storable(plan, executor), folder)
        status.write(folder, replace(before, ended=""))
        return _run(context, now, out, executor, on_progress, resume=True, before=before.seconds)


def _refuse_ended(
    out: Path, ended: str, found: int, candidates: int | None, *, more_time: bool
) -> None:
    """Refuse to go on with a search that would end at once as it did before."""
    if ended == "candidates" and candidates is not None and found >= candidates:
        raise InputError(
            f"{out}: the search has all its {found} candidates and ended; give it more, as in "
            f"--candidates {2 * found}"
        )
    if ended == "converged" and not more_time:
        raise InputError(f"{out}: the search has converged; give it a time, as in --budget 60s")
    if ended == "exhausted":
        raise InputError(f"{out}: the search has tried all that there is to try")


def _storable(plan: Plan, executor: Executor | None) -> Plan:
    """What is kept of a plan: how many workers a cluster had is nothing for this machine."""
    return plan if executor is None else replace(plan, jobs=None)


def _run(
    context: Context,
    plan: Plan,
    out: Path,
    executor: Executor | None,
    on_progress: Callable[[Progress], None] | None,
    *,
    resume: bool = False,
    before: float = 0.0,
) -> Made:
    """Search in a folder that is ready, build, write."""
    folder = out / saved.FOLDER
    kept = status.Kept(folder, before, on_progress)
    try:
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
            on_progress=kept,
            executor=executor,
            **saved.choices_of(context),
        )
        candidate, library = build_best(
            result, abi=plan.abi, suffix=plan.suffix, within=plan.within
        )
    except NothingFitsError:
        kept.fail("nothing fits")
        raise
    result = replace(result, seconds=before + result.seconds)
    document = describe(result, candidate, library)
    library_path = library.save(out / "library.zip")
    result_path = write_whole(out / "result.json", json.dumps(document, indent=1).encode())
    kept.end(result.stopped, result.seconds)
    return Made(result, candidate, library, library_path, result_path, document)


def _remove_made(out: Path) -> None:
    """Remove what belongs to the search before: nobody takes its library for one of this search."""
    picked = [path for path in out.glob("library-*.zip") if path.stem[8:].isdecimal()]
    for path in (out / "library.zip", out / "result.json", *picked):
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise InputError(
                f"{path}: it is of another search and cannot be removed ({error.strerror}); name "
                "another folder"
            ) from None


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
