"""The loop of the search: ask for candidates in generations, evaluate them, tell what came out.

Candidates are numbered. A candidate's generation is its number over `GENERATION`; what it is asked
and judged by (bound, order of the splits) comes from generations at least two before it, so that
the outcome does not hang on which worker was quicker, nor does a worker wait for a slow neighbour.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from kinglet.search.board import pareto, ranked
from kinglet.search.evaluate import Evaluation
from kinglet.search.executors import InProcess, interrupts_held
from kinglet.search.journal import Journal
from kinglet.search.space import Space
from kinglet.search.worker import STOP, Setup, link_sizes, run, warm

GENERATION = 4
_LINKED = 3  # of the highest scores, beside the leaderboard
_PREPARE_SHARE = 0.2
_RACED = 8  # a candidate that cannot be among so many best is stopped


@dataclass(frozen=True)
class Progress:
    """What happened, for a display.

    Parameters
    ----------
    phase : {"prepare", "search", "link"}
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


class Loop:
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
        problem = setup.problem
        self._space = Space(problem.task.name, problem.shape, problem.seed, setup.models)
        self._started = time.monotonic()
        self._best: Evaluation | None = None
        self._patient: int | None = None
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
                while more and len(running) < self._workers and self._may_ask(asked):
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
            (self._setup.folder / STOP).touch()
            for future in running:
                future.cancel()
            if self._best is None:
                raise
            return "interrupted"

    def link_board(self) -> None:
        """Link what the leaderboard shows, and what is built first."""
        shown = [*pareto(self.done.values()), *ranked(self.done.values())[:_LINKED]]
        chosen = {number for number, entry in self.done.items() if any(entry is e for e in shown)}
        # After an interruption the workers may still be at their last step: link here.
        interrupted = (self._setup.folder / STOP).exists()
        executor = InProcess() if interrupted else self._executor
        running = {
            number: executor.submit(link_sizes, self._setup, self.done[number])
            for number in sorted(chosen)
        }
        for number, future in running.items():
            self.done[number] = future.result()
            self._report("link")
        if chosen:
            # Its thrift, and so its score, is exact only now.
            self._note(ranked(self.done.values())[0])

    def _left(self) -> float:
        """Seconds of the budget left; without end while there is nothing to show for it.

        So a budget too short for the data gives a first result late rather than none, unless all
        of the portfolio is refused.
        """
        if self._best is None and len(self.done) < len(self._space.portfolio):
            return np.inf
        return max(0.0, self._budget - self.seconds)

    def _deadline(self, number: int) -> float:
        """Moment until which a candidate may run; one at a time may take as long as it needs."""
        if self._best is None and (self._patient is None or self._patient in self.done):
            self._patient = number
        if self._patient == number:
            return np.inf
        return time.time() + max(0.0, self._budget - self.seconds)

    def _prepare(self) -> None:
        """Compute the features that the portfolio shares, each once, in a part of the budget."""
        chains = self._space.shared_chains()
        running: set[Future[Any]] = set()
        while chains or running:
            if self.seconds > _PREPARE_SHARE * self._budget:
                return
            while chains and len(running) < self._workers:
                running.add(self._begin(warm, chains.pop(0)))
            finished, running = wait(running, timeout=0.5, return_when=FIRST_COMPLETED)
            for future in finished:
                future.result()
            self._report("prepare")

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
        return self._begin(run, self._order(known), pipeline, bound, self._deadline(number))

    def _begin(self, function: Callable[..., Any], *arguments: Any) -> Future[Any]:
        """Submit; a worker that starts meanwhile is born deaf to Ctrl-C, which is the parent's."""
        with interrupts_held():
            return self._executor.submit(function, self._setup, *arguments)

    def _order(self, known: list[Evaluation]) -> tuple[int, ...]:
        """Splits by what complete candidates scored on them, lowest first."""
        count = len(self._setup.splits)
        if not known:
            return tuple(range(count))
        scores = np.array([entry.split_scores for entry in known], dtype=np.float64).mean(axis=0)
        return tuple(int(index) for index in np.argsort(scores, kind="stable"))

    def _tell(self, number: int, evaluation: Evaluation) -> None:
        known = number < len(self._space.portfolio)
        evaluation = replace(evaluation, known=known, number=number)
        self.done[number] = evaluation
        self._journal.add(number, evaluation)
        if evaluation.complete and (self._best is None or evaluation.score > self._best.score):
            self._best = evaluation
            self._note(evaluation)

    def _note(self, evaluation: Evaluation) -> None:
        """Add a point to the history of the best."""
        self.history.append(
            {
                "candidates": len(self.done),
                "seconds": round(self.seconds, 2),
                "score": evaluation.score,
                "pipeline_text": evaluation.pipeline.describe(),
            }
        )

    def _finish(self, running: dict[Future[Any], int]) -> str:
        """The budget is spent: take what is about to end."""
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
