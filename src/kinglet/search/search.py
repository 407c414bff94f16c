"""The search as one call: splits, store, workers, the loop, the result."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import BrokenExecutor, Executor
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

from kinglet.costs import CostModel
from kinglet.errors import InputError, NothingFitsError, WorkerError
from kinglet.host import library_path
from kinglet.record import ANOMALY, models
from kinglet.search import executors
from kinglet.search.board import ranked
from kinglet.search.journal import Journal
from kinglet.search.limits import Limits
from kinglet.search.loop import Loop, Progress
from kinglet.search.problem import make_problem
from kinglet.search.recordings import compare
from kinglet.search.result import Context, Result
from kinglet.search.worker import Setup, release
from kinglet.signals import Labelled
from kinglet.targets import DEFAULT, Target, get
from kinglet.tasks import TASKS
from kinglet.toolchain import Optimise

MIN_FORGET = 20


def search(
    data: Labelled,
    *,
    task: str = "classification",
    target: Target | str = DEFAULT,
    max_ram: int = 32 << 10,
    max_flash: int = 128 << 10,
    max_time: float | None = None,
    max_knowledge: int = 4 << 10,
    forget: int | None = None,
    model: Sequence[str] = (),
    budget: float | None = 60.0,
    candidates: int | None = None,
    jobs: int | None = None,
    seed: int = 0,
    optimise: Optimise = "size",
    settings: Mapping[str, Any] | None = None,
    journal: Path | None = None,
    on_progress: Callable[[Progress], None] | None = None,
    executor: Executor | None = None,
) -> Result:
    """Search for the best pipeline that fits a target.

    Parameters
    ----------
    data : Labelled
        Signals with their classes, from `kinglet.read_classes` or `kinglet.label_signals`; for
        anomaly detection from `kinglet.read_machines` or `kinglet.label_machines`, of length 1
        where they are samples of a stream; for 1-class classification from `kinglet.read_normal`,
        for extrapolation from `kinglet.read_targets`.
    task : {"classification", "anomaly", "outlier", "extrapolation"}
    target : Target or str
        Part, board or bare core.
    max_ram, max_flash : int
        Bytes that the library may take; never more than the target has.
    max_time : float, optional
        Seconds of one call at the target's clock (80 MHz for bare cores); by default 20 ms, for
        anomaly detection 5 ms.
    max_knowledge : int
        Bytes of RAM that a library may keep of what it learned on the device.
    forget : int, optional
        Signals after which a library that learns on the device forgets older ones; never by
        default.
    model : sequence of str
        Names of the models to choose from; all that serve the task by default.
    budget : float, optional
        Seconds that the search may take; None for no bound in time.
    candidates : int, optional
        Number of candidates to evaluate; with it and ``budget=None`` the same seed gives the same
        result on the same machine, whatever ``jobs``.
    jobs : int, optional
        Worker processes; all cores by default. Scripts that call this with more than one need the
        usual ``if __name__ == "__main__":`` guard.
    seed : int
    optimise : {"size", "speed"}
        What the compiler is asked for.
    settings : mapping, optional
        Of the project type: ``outlier_rate``; ``clip``, ``target_unit``, ``time_series``.
    journal : Path, optional
        File that gets a line of JSON for each evaluation.
    on_progress : callable, optional
        Called in this thread after each event with a `Progress`.
    executor : concurrent.futures.Executor, optional
        Other workers than local processes; they must see the same temporary folder.

    Returns
    -------
    Result

    Raises
    ------
    InputError
        For unusable arguments.
    NothingFitsError
        If no candidate keeps the limits; the message names the limit that binds.
    WorkerError
        If a worker process died.
    """
    if task not in TASKS:
        raise InputError(f"there is no task {task!r}: use one of {', '.join(TASKS)}")
    if budget is None and candidates is None:
        raise InputError("give a budget of time or a number of candidates")
    for name, value in (("budget", budget), ("candidates", candidates), ("jobs", jobs)):
        if value is not None and value <= 0:
            raise InputError(f"{name} is {value}: give a number above 0")
    if seed < 0 or optimise not in get_args(Optimise):
        raise InputError(f"seed is {seed} and optimise {optimise!r}: use 0 or more, size or speed")
    unknown = [name for name in model if name not in models().serving(task)]
    if unknown:
        raise InputError(
            f"there is no model {unknown[0]!r} for {task}: use some of "
            f"{', '.join(models().serving(task))}"
        )
    if forget is not None and task != ANOMALY:
        raise InputError(f"--forget is for libraries that learn on the device, not for {task}")
    if forget is not None and forget < MIN_FORGET:
        raise InputError(f"--forget is {forget}: give {MIN_FORGET} or more")
    chosen = get(target) if isinstance(target, str) else target
    kind = TASKS[task].with_settings(**(settings or {}))
    kind.check(data)
    limits = Limits(
        ram_bytes=min(max_ram, chosen.ram_bytes or max_ram),
        flash_bytes=min(max_flash, chosen.flash_bytes or max_flash),
        time_s=kind.max_time_s if max_time is None else max_time,
        clock_hz=chosen.clock_hz,
        knowledge_bytes=max_knowledge,
    )
    splits = tuple(kind.splits(data, seed))
    library_path()  # compiled here, before workers ask for it
    costs = CostModel(chosen.core_key, optimise)
    costs.code_bytes([])
    context = Context(kind, data, splits, chosen, limits, optimise, seed)
    with tempfile.TemporaryDirectory(prefix="kinglet-", ignore_cleanup_errors=True) as name:
        problem = make_problem(Path(name), kind, data, limits, costs, seed, forget=forget)
        setup = Setup(problem, splits, tuple(model))
        own, workers = executors.local(jobs) if executor is None else (executor, jobs or 2)
        loop = Loop(
            setup,
            own,
            workers,
            budget,
            candidates,
            Journal(journal),
            on_progress or (lambda _: None),
        )
        recordings = None
        try:
            stopped = loop.run()
            loop.link_board()
            result = Result(
                context=context,
                evaluations=ranked(loop.done.values()),
                history=loop.history,
                evaluated=len(loop.done),
                refused=dict(Counter(e.refused for e in loop.done.values() if e.refused)),
                seconds=loop.seconds,
                stopped=stopped,
            )
            if result.evaluations and stopped != "interrupted":
                recordings = compare(problem, data, splits, result.best.evaluation)
        except BrokenExecutor:
            raise WorkerError(
                "a worker process of the search ended, perhaps for want of memory: try again with "
                "--jobs 1; a script needs its search under if __name__ == '__main__':"
            ) from None
        finally:
            if executor is None:
                own.shutdown(wait=True, cancel_futures=True)
            release()
    if not any(entry.complete for entry in loop.done.values()):
        raise NothingFitsError(_why_nothing(loop, limits))
    return replace(result, recordings=recordings)


def _why_nothing(loop: Loop, limits: Limits) -> str:
    """One sentence for a search that ended with empty hands."""
    refused = Counter(entry.refused for entry in loop.done.values() if entry.refused)
    if not refused:
        return "the search was stopped before any candidate was evaluated: give it more time"
    name, count = refused.most_common(1)[0]
    if name == "flat":
        return "no feature differs between the lines: the signals are constant or all the same"
    if name == "inputs":
        return "the model takes fewer features than there are to choose: allow others with --model"
    if name == "sticks":
        return "every library says the same of all signals, however they are changed"
    limit = {
        "knowledge": f"{limits.knowledge_bytes} bytes of knowledge (--max-knowledge)",
        "ram": f"{limits.ram_bytes} bytes of RAM (--max-ram)",
        "flash": f"{limits.flash_bytes} bytes of flash (--max-flash)",
        "time": f"{1e3 * limits.time_s:g} ms at {limits.clock_hz / 1e6:g} MHz (--max-time)",
    }[name]
    return f"no candidate fits: {count} of {len(loop.done)} need more than {limit}; allow more"
