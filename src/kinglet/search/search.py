"""The search: ask for candidates in generations, evaluate them, tell what came out.

Candidates are numbered. A candidate's generation is its number over `GENERATION`; what it is asked
and judged by (bound, order of the splits) comes from generations at least two before it, so that
the outcome does not hang on which worker was quicker, nor does a worker wait for a slow neighbour.
"""

from __future__ import annotations

import tempfile
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from kinglet.costs import CostModel
from kinglet.errors import InputError, NothingFitsError
from kinglet.host import library_path
from kinglet.record import Shape
from kinglet.search import executors
from kinglet.search.board import ranked
from kinglet.search.evaluate import Evaluation
from kinglet.search.journal import Journal
from kinglet.search.limits import Limits
from kinglet.search.result import Context, Result
from kinglet.search.space import Space
from kinglet.search.store import Store
from kinglet.search.worker import Setup, run, warm
from kinglet.signals import Labelled, make_splits
from kinglet.targets import DEFAULT, Target, get
from kinglet.tasks import TASKS
from kinglet.toolchain import Optimise

GENERATION = 4
_PREPARE_SHARE = 0.2
_RACED = 8  # a candidate that cannot be among so many best is stopped


@dataclass(frozen=True)
class Progress:
    """What happened, for a display.

    Parameters
    ----------
    phase : {"prepare", "search"}
    seconds : float
        Since the start.
    evaluated : int
    best : Evaluation or None
    share : float
        Of the budget, 0 to 1.
    """

    phase: str
    seconds: float
    evaluated: int
    best: Evaluation | None
    share: float


def search(
    data: Labelled,
    *,
    task: str = "classification",
    target: Target | str = DEFAULT,
    max_ram: int = 32 << 10,
    max_flash: int = 128 << 10,
    max_time: float = 0.020,
    budget: float | None = 60.0,
    candidates: int | None = None,
    jobs: int | None = None,
    seed: int = 0,
    optimise: Optimise = "size",
    journal: Path | None = None,
    on_progress: Callable[[Progress], None] | None = None,
    executor: Executor | None = None,
) -> Result:
    """Search for the best pipeline that fits a target.

    Parameters
    ----------
    data : Labelled
        Signals with their classes, from `kinglet.read_classes` or `kinglet.label_signals`.
    task : {"classification"}
    target : Target or str
        Part, board or bare core.
    max_ram, max_flash : int
        Bytes that the library may take; never more than the target has.
    max_time : float
        Seconds of one inference at the target's clock (80 MHz for bare cores).
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
    journal : Path, optional
        File that gets a line of JSON for each evaluation.
    on_progress : callable, optional
        Called in this thread after each event with a `Progress`.
    executor : concurrent.futures.Executor, optional
        Other workers than local processes.

    Returns
    -------
    Result

    Raises
    ------
    InputError
        For unusable arguments.
    NothingFitsError
        If no candidate keeps the limits; the message names the limit that binds.
    """
    if task not in TASKS:
        raise InputError(f"there is no task {task!r}: use one of {', '.join(TASKS)}")
    if budget is None and candidates is None:
        raise InputError("give a budget of time or a number of candidates")
    chosen = get(target) if isinstance(target, str) else target
    limits = Limits(
        ram_bytes=min(max_ram, chosen.ram_bytes or max_ram),
        flash_bytes=min(max_flash, chosen.flash_bytes or max_flash),
        time_s=max_time,
        clock_hz=chosen.clock_hz,
    )
    signals = data.signals
    splits = tuple(make_splits(data.label, signals.group, signals.line, seed=seed))
    library_path()  # compiled here, before workers ask for it
    costs = CostModel(chosen.core_key, optimise)
    costs.code_bytes([])
    context = Context(TASKS[task], data, splits, chosen, limits, optimise, seed)
    with tempfile.TemporaryDirectory(prefix="kinglet-") as name:
        Store.create(Path(name), signals.values, seed)
        setup = Setup(
            folder=Path(name),
            task=task,
            label=np.asarray(data.label),
            classes=tuple(data.classes),
            shape=Shape(signals.length, signals.axes),
            limits=limits,
            costs=costs,
            seed=seed,
            splits=splits,
        )
        own, workers = executors.local(jobs) if executor is None else (executor, jobs or 2)
        loop = _Loop(
            setup,
            own,
            workers,
            budget,
            candidates,
            Journal(journal),
            on_progress or (lambda _: None),
        )
        try:
            stopped = loop.run()
        finally:
            if executor is None:
                own.shutdown(wait=True, cancel_futures=True)
    if not any(entry.complete for entry in loop.done.values()):
        raise NothingFitsError(_why_nothing(loop, limits))
    return Result(
        context=context,
        evaluations=ranked(loop.done.values()),
        history=loop.history,
        evaluated=len(loop.done),
        refused=dict(Counter(e.refused for e in loop.done.values() if e.refused)),
        seconds=loop.seconds,
        stopped=stopped,
    )


class _Loop:
    """One run of the search."""

    def __init__(
        self,
        setup: Setup,
        executor: Executor,
        workers: int,
        budget: float | None,
        candidates: int | None,
        journal: Journal,
        on_progress: Callable[[Progress], None],
    ) -> None:
        self._setup = setup
        self._executor = executor
        self._workers = workers
        self._budget = np.inf if budget is None else budget
        self._candidates = candidates
        self._journal = journal
        self._on_progress = on_progress
        self._space = Space(setup.shape, setup.seed)
        self._started = time.monotonic()
        self._best: Evaluation | None = None
        self.done: dict[int, Evaluation] = {}
        self.history: list[dict[str, Any]] = []

    @property
    def seconds(self) -> float:
        """Since the start."""
        return time.monotonic() - self._started

    def run(self) -> str:
        """Search until something ends it; returns what did."""
        running: dict[Future[Any], int] = {}
        try:
            self._prepare()
            asked = 0
            while True:
                more = self._candidates is None or asked < self._candidates
                while more and len(running) < self._workers + 1 and self._may_ask(asked):
                    running[self._submit(asked)] = asked
                    asked += 1
                    more = self._candidates is None or asked < self._candidates
                if not running:
                    return "candidates" if not more else "budget"
                if self._left() == 0:
                    return self._finish(running)
                finished, _ = wait(
                    running, timeout=min(0.5, self._left()), return_when=FIRST_COMPLETED
                )
                for future in sorted(finished, key=running.__getitem__):
                    self._tell(running.pop(future), future.result())
                self._report("search")
        except KeyboardInterrupt:
            for future in running:
                future.cancel()
            return "interrupted"

    def _left(self) -> float:
        """Seconds of the budget left; without end while there is nothing to show for it.

        So a budget too short for the data gives a first result late rather than none, unless all
        of the portfolio is refused.
        """
        if self._best is None and len(self.done) < len(self._space.portfolio):
            return np.inf
        return max(0.0, self._budget - self.seconds)

    def _prepare(self) -> None:
        """Compute the features that the portfolio shares, each once, in a part of the budget."""
        chains = self._space.shared_chains()
        running = {self._executor.submit(warm, self._setup, chain) for chain in chains}
        while running:
            finished, running = wait(running, timeout=0.5, return_when=FIRST_COMPLETED)
            for future in finished:
                future.result()
            self._report("prepare")
            if self.seconds > _PREPARE_SHARE * self._budget:
                for future in running:
                    future.cancel()
                return

    def _may_ask(self, number: int) -> bool:
        """Whether all that a candidate is judged by has been told."""
        if self._left() == 0:
            return False
        needed = (number // GENERATION - 1) * GENERATION
        return all(index in self.done for index in range(max(0, needed)))

    def _known(self, number: int) -> list[Evaluation]:
        """Evaluations that a candidate may know of."""
        last = (number // GENERATION - 1) * GENERATION
        return [self.done[index] for index in range(max(0, last))]

    def _submit(self, number: int) -> Future[Any]:
        known = ranked(self._known(number))
        bound = known[_RACED - 1].score if len(known) >= _RACED else -np.inf
        pipeline = self._space.ask(number)
        arguments = (self._order(known), pipeline, bound, self._left())
        return self._executor.submit(run, self._setup, *arguments)

    def _order(self, known: list[Evaluation]) -> tuple[int, ...]:
        """Splits by what complete candidates scored on them, lowest first."""
        count = len(self._setup.splits)
        if not known:
            return tuple(range(count))
        scores = np.array([entry.split_scores for entry in known], dtype=np.float64).mean(axis=0)
        return tuple(int(index) for index in np.argsort(scores, kind="stable"))

    def _tell(self, number: int, evaluation: Evaluation) -> None:
        evaluation = replace(evaluation, known=number < len(self._space.portfolio))
        self.done[number] = evaluation
        self._journal.add(number, evaluation)
        if evaluation.complete and (self._best is None or evaluation.score > self._best.score):
            self._best = evaluation
            self.history.append(
                {
                    "candidates": len(self.done),
                    "seconds": round(self.seconds, 2),
                    "score": evaluation.score,
                    "pipeline_text": evaluation.pipeline.describe(),
                }
            )

    def _finish(self, running: dict[Future[Any], int]) -> str:
        """The budget is spent: drop what has not begun, take what is about to end."""
        for future in list(running):
            if future.cancel():
                del running[future]
        for future, number in running.items():
            evaluation = future.result()
            if evaluation.complete or evaluation.refused:
                self._tell(number, evaluation)
        return "budget"

    def _report(self, phase: str) -> None:
        share = self.seconds / self._budget
        if self._candidates is not None:
            share = max(share, len(self.done) / self._candidates)
        self._on_progress(
            Progress(phase, self.seconds, len(self.done), self._best, min(1.0, share))
        )


def _why_nothing(loop: _Loop, limits: Limits) -> str:
    """One sentence for a search that ended with empty hands."""
    refused = Counter(entry.refused for entry in loop.done.values() if entry.refused)
    if not refused:
        return "the search was stopped before any candidate was evaluated: give it more time"
    name, count = refused.most_common(1)[0]
    limit = {
        "ram": f"{limits.ram_bytes} bytes of RAM (--max-ram)",
        "flash": f"{limits.flash_bytes} bytes of flash (--max-flash)",
        "time": f"{1e3 * limits.time_s:g} ms at {limits.clock_hz / 1e6:g} MHz (--max-time)",
    }[name]
    return f"no candidate fits: {count} of {len(loop.done)} need more than {limit}; allow more"
