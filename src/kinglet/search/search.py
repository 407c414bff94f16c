"""The search as one call: the loop, fresh splits for the best, what to expect, the leaderboard."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Executor
from pathlib import Path
from typing import Literal, Unpack

from kinglet.errors import InputError, NothingFitsError, WorkerError
from kinglet.host import library_path
from kinglet.search import executors
from kinglet.search.budget import check_jobs, make_budget
from kinglet.search.context import Choices, Context, make_context
from kinglet.search.control import Control, Progress
from kinglet.search.evaluate import Evaluation
from kinglet.search.journal import Journal
from kinglet.search.limits import Limits
from kinglet.search.result import Result
from kinglet.search.scratch import scratch
from kinglet.search.stages import Stages
from kinglet.search.strategy import STRATEGIES, Factory
from kinglet.search.worker import release
from kinglet.signals import Labelled


def search(
    data: Labelled,
    *,
    budget: float | Literal["converged"] | None = 60.0,
    candidates: int | None = None,
    jobs: int | None = None,
    strategy: str | Factory = "evolution",
    estimate: bool = True,
    journal: Path | None = None,
    resume: bool = False,
    control: Control | None = None,
    on_progress: Callable[[Progress], None] | None = None,
    executor: Executor | None = None,
    **choices: Unpack[Choices],
) -> Result:
    """Search for the best pipeline that fits a target.

    Parameters
    ----------
    data : Labelled
        Signals with their classes, from `kinglet.read_classes` or `kinglet.label_signals`; for
        anomaly detection from `kinglet.read_machines` or `kinglet.label_machines`, of length 1
        where they are samples of a stream; for 1-class classification from `kinglet.read_normal`,
        for extrapolation from `kinglet.read_targets`.
    budget : float, "converged" or None
        Seconds that all may take but for linking the leaderboard, though the estimate may end up to
        half of them late; until the last third of the
        candidates brought no gain; or no bound in time.
    candidates : int, optional
        Number of candidates to evaluate; with it and ``budget=None`` the same seed gives the same
        result on the same machine, whatever ``jobs``.
    jobs : int, optional
        Worker processes; all cores by default. Scripts that call this with more than one need the
        usual ``if __name__ == "__main__":`` guard.
    strategy : {"evolution", "random"} or callable
        What is tried after the portfolio; see `kinglet.search.strategy.make_strategy`.
    estimate : bool
        Whether to estimate what new data will show, which takes three tenths of the budget, and to
        look for what limits the result.
    journal : Path, optional
        File that gets a line of JSON for each evaluation.
    resume : bool
        Whether to go on with the journal of the same search that was stopped or killed.
    control : Control, optional
        To pause, resume and stop from another thread or process.
    on_progress : callable, optional
        Called in this thread after each event with a `Progress`.
    executor : concurrent.futures.Executor, optional
        Other workers than local processes, as from `kinglet.search.cluster.connect`.
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
    seed : int
    optimise : {"size", "speed"}
        What the compiler is asked for.
    settings : mapping, optional
        Of the project type: ``outlier_rate``; ``clip``, ``target_unit``, ``time_series``.

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
    bounds = make_budget(budget, candidates)
    check_jobs(jobs)
    context = make_context(data, **choices)
    if isinstance(strategy, str) and strategy not in STRATEGIES:
        raise InputError(f"there is no strategy {strategy!r}: use {' or '.join(STRATEGIES)}")
    named = strategy if isinstance(strategy, str) else "own"
    header = {**context.fingerprint(), "strategy": named} if journal else None
    record = Journal(journal, header, resume=resume)
    library_path()  # compiled here, before workers ask for it
    context.costs.code_bytes([])
    with scratch() as folder:
        own, workers = executors.local(jobs) if executor is None else (executor, jobs or 2)
        stages = Stages(
            context,
            folder,
            own,
            workers,
            bounds,
            strategy,
            record,
            control or Control(),
            on_progress or (lambda _: None),
        )
        try:
            result = stages.run(estimate=estimate)
        except BrokenExecutor:
            raise WorkerError(
                "a worker process of the search ended, perhaps for want of memory: try again with "
                "--jobs 1; a script needs its search under if __name__ == '__main__':"
            ) from None
        finally:
            if executor is None:
                own.shutdown(wait=True, cancel_futures=True)
            stages.close()
            release()
    if result is None:
        raise NothingFitsError(_why_nothing(stages.entries, context))
    return result


def _why_nothing(entries: list[Evaluation], context: Context) -> str:
    """One sentence for a search that ended with empty hands."""
    limits: Limits = context.limits
    refused = Counter(entry.refused for entry in entries if entry.refused)
    if not refused:
        return "the search was stopped before any candidate was evaluated: give it more time"
    name, count = refused.most_common(1)[0]
    if name == "numbers":
        return "no model can be fitted: the features of the signals are degenerate"
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
    return f"no candidate fits: {count} of {len(entries)} need more than {limit}; allow more"
