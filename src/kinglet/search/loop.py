"""The loop of the search: ask for candidates in batches, evaluate them, tell what came out.

Candidates are numbered, and so are batches of them. A batch's generation is its number over
`GENERATION`; what it is asked and judged by (bound, order of the splits, whether to go on) comes
from generations at least two before it, so that the outcome does not hang on which worker was
quicker, nor does a worker wait for a slow neighbour.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from dataclasses import replace
from typing import Any

import numpy as np

from kinglet.pipeline import Pipeline
from kinglet.search.budget import Budget
from kinglet.search.control import Control, Phase, Progress
from kinglet.search.evaluate import Evaluation
from kinglet.search.executors import interrupts_held
from kinglet.search.journal import Journal
from kinglet.search.known import Known, Rate
from kinglet.search.space import Space
from kinglet.search.strategy import Strategy
from kinglet.search.worker import RACED, STOP, Setup, run, warm

GENERATION = 4  # batches
_PREPARE_SHARE = 0.2
_LOOK = 0.5  # seconds between two looks at the clock and the controls


class Loop:
    """One run of the search.

    Parameters
    ----------
    setup : Setup
    space : Space
    strategy : Strategy
    executor : Executor
    workers : int
    budget : Budget
    journal : Journal
    control : Control
    on_progress : callable

    Attributes
    ----------
    done : dict from int to Evaluation
        By number, without arrays.
    history : list of dict
        Each new best: candidates, seconds, score, words.
    """

    def __init__(
        self,
        setup: Setup,
        space: Space,
        strategy: Strategy,
        executor: Executor,
        workers: int,
        budget: Budget,
        journal: Journal,
        control: Control,
        on_progress: Callable[[Progress], None],
    ) -> None:
        self._setup = setup
        self._space = space
        self._strategy = strategy
        self._executor = executor
        self._workers = workers
        self._budget = budget
        self._journal = journal
        self._control = control
        self._on_progress = on_progress
        self._seconds = budget.seconds
        self._started = time.monotonic()
        self._waited = 0.0
        self._paused_at: float | None = None
        self._batches: list[range] = []
        self._asked: list[list[Pipeline]] = []
        self._told: set[int] = set()
        self._known = Known()
        self._known_batches = 0
        self._rate = Rate()
        self._new_best = False
        self.best: Evaluation | None = None
        self.done: dict[int, Evaluation] = {}
        self.history: list[dict[str, Any]] = []

    @property
    def seconds(self) -> float:
        """Since the start, without pauses."""
        now = time.monotonic() if self._paused_at is None else self._paused_at
        return now - self._started - self._waited

    def run(self, seconds: float = np.inf) -> str:
        """Search until something ends it, the budget or so many seconds; returns what did."""
        self._seconds = seconds
        running: dict[Future[Any], int] = {}
        try:
            self._prepare()
            while True:
                self._wait_while_paused(running)
                why = self._ask(running)
                over = self._left() == 0 and not self._replays()
                if self._control.stopped or (running and over):
                    return self._finish(running)
                if not running:
                    return why or "budget"
                timeout = min(_LOOK, self._left())
                finished, _ = wait(running, timeout=timeout, return_when=FIRST_COMPLETED)
                for future in sorted(finished, key=running.__getitem__):
                    self._tell(running.pop(future), future.result())
                self.report("search")
        except KeyboardInterrupt:
            (self._setup.folder / STOP).touch()
            for future in running:
                future.cancel()
            if self.best is None:
                raise
            return "interrupted"

    def _ask(self, running: dict[Future[Any], int]) -> str:
        """Submit batches while there are free workers; tells why there will be no more."""
        while len(running) < self._workers and not self._control.stopped:
            index, began = len(self._batches), time.monotonic()
            first = self._batches[-1].stop if self._batches else 0
            if self._left() == 0 and not self._replays():
                return ""
            if self.seconds > self._seconds and running:
                return ""  # late, with nothing to show: one batch after the other
            most = self._budget.candidates
            if most is not None and first >= most:
                return "candidates"
            if not self._may_know(index):
                return ""
            if self._budget.has_converged(len(self._known.entries), self._known.last_gain):
                return "converged"
            pipelines = self._strategy.ask(index, self._known.entries)
            if not pipelines:
                return "exhausted"
            if most is not None:
                pipelines = pipelines[: most - first]
            self._batches.append(range(first, first + len(pipelines)))
            self._asked.append(pipelines)
            stored = self._stored(first, pipelines)
            if stored is not None:
                self._tell(index, stored)
                self._waited += time.monotonic() - began  # that time was spent before
                continue
            future = self._begin(
                run,
                self._order(),
                pipelines,
                tuple(entry.score for entry in self._known.best[:RACED]),
                self._deadline(),
            )
            running[future] = index
        return ""

    def _stored(self, first: int, pipelines: list[Pipeline]) -> list[Evaluation] | None:
        """What the journal knows of a batch, where that is all of it and of the same splits."""
        entries = self._journal.stored(first, pipelines) or []
        count = len(self._setup.splits)
        return entries if entries and all(len(e.split_scores) == count for e in entries) else None

    def _replays(self) -> bool:
        """Whether the journal knows of candidates to come: they take no time of the budget."""
        return self._journal.reaches(self._batches[-1].stop if self._batches else 0)

    def _may_know(self, index: int) -> bool:
        """Whether all that a batch is judged by has been told; takes it in if so."""
        needed = max(0, (index // GENERATION - 1) * GENERATION)
        if any(batch not in self._told for batch in range(self._known_batches, needed)):
            return False
        if needed > self._known_batches:
            first, stop = self._batches[self._known_batches].start, self._batches[needed - 1].stop
            told = [self.done[number] for number in range(first, stop) if number in self.done]
            self._known.take(told)
            self._known_batches = needed
        return True

    def _left(self) -> float:
        """Seconds of the budget left; without end while there is nothing to show for it.

        So a budget too short for the data gives a first result late rather than none, unless all
        of the portfolio is refused.
        """
        if self.best is None and len(self.done) < len(self._space.portfolio):
            return np.inf
        return max(0.0, self._seconds - self.seconds)

    def _deadline(self) -> float:
        """Moment until which a batch may run; without end while there is nothing to show."""
        if self.best is None:
            return np.inf
        return time.time() + max(0.0, self._seconds - self.seconds)

    def _prepare(self) -> None:
        """Compute the features that the portfolio shares, each once, in a part of the budget."""
        chains = self._space.shared_chains()
        running: set[Future[Any]] = set()
        while chains or running:
            if self.seconds > _PREPARE_SHARE * self._seconds or self._control.stopped:
                return
            while chains and len(running) < self._workers:
                running.add(self._begin(warm, chains.pop(0)))
            finished, running = wait(running, timeout=_LOOK, return_when=FIRST_COMPLETED)
            for future in finished:
                future.result()
            self.report("prepare")

    def _begin(self, function: Callable[..., Any], *arguments: Any) -> Future[Any]:
        """Submit; a worker that starts meanwhile is born deaf to Ctrl-C, which is the parent's."""
        with interrupts_held():
            return self._executor.submit(function, self._setup, *arguments)

    def _wait_while_paused(self, running: dict[Future[Any], int]) -> None:
        """Hold still; what was begun is brought to its end and told."""
        if not self._control.paused:
            return
        self._paused_at = time.monotonic()
        try:
            while self._control.paused:
                if running:
                    finished, _ = wait(running, timeout=_LOOK, return_when=FIRST_COMPLETED)
                    for future in sorted(finished, key=running.__getitem__):
                        self._tell(running.pop(future), future.result())
                else:
                    time.sleep(_LOOK)
                self.report("search")
        finally:
            self._waited += time.monotonic() - self._paused_at
            self._paused_at = None

    def _order(self) -> tuple[int, ...]:
        """Splits by what complete candidates scored on them, lowest first."""
        best = self._known.best
        if not best:
            return tuple(range(len(self._setup.splits)))
        scores = np.array([entry.split_scores for entry in best], dtype=np.float64).mean(axis=0)
        return tuple(int(index) for index in np.argsort(scores, kind="stable"))

    def _tell(self, index: int, evaluations: list[Evaluation]) -> None:
        """Take in what a batch gave; of what the end of the time cut off the journal may know."""
        self._told.add(index)
        self._rate.add(len(evaluations))
        numbers = self._batches[index]
        for number, pipeline in zip(numbers, self._asked[index], strict=True):
            place = number - numbers.start
            if place < len(evaluations):
                evaluation = evaluations[place]
            else:
                stored = self._stored(number, [pipeline])
                if stored is None:
                    continue
                evaluation = stored[0]
            known = index < len(self._space.portfolio)
            entry = replace(evaluation, known=known, number=number)
            self.done[number] = entry
            self._journal.add(entry)
            if entry.complete and (self.best is None or entry.score > self.best.score):
                self.best = entry
                self._note(entry)

    def _note(self, entry: Evaluation) -> None:
        """Add a point to the history of the best."""
        self._new_best = True
        self.history.append(
            {
                "candidates": len(self.done),
                "seconds": round(self.seconds, 2),
                "score": entry.score,
                "pipeline_text": entry.pipeline.describe(),
            }
        )

    def _finish(self, running: dict[Future[Any], int]) -> str:
        """The end has come: take what is about to end."""
        stopped = self._control.stopped
        if stopped:
            (self._setup.folder / STOP).touch()
        for future, index in sorted(running.items(), key=lambda item: item[1]):
            self._tell(index, future.result())
        (self._setup.folder / STOP).unlink(missing_ok=True)
        return "stopped" if stopped else "budget"

    def report(self, phase: Phase) -> None:
        """Tell the outside how far it is."""
        share = self.seconds / self._budget.seconds
        if self._budget.candidates is not None:
            share = max(share, len(self.done) / self._budget.candidates)
        left = max(0.0, self._budget.seconds - self.seconds)
        self._on_progress(
            Progress(
                phase,
                self.seconds,
                len(self.done),
                self.best,
                min(1.0, share),
                new_best=self._new_best,
                rate=self._rate.per_second(self.seconds),
                workers=self._workers,
                families=self._strategy.families(self._known.entries),
                left=left if np.isfinite(left) else None,
                paused=self._control.paused,
            )
        )
        self._new_best = False
