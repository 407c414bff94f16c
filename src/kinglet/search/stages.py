"""The stages of a search: the loop, the finals, the estimate, the leaderboard."""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Executor, Future
from dataclasses import replace
from functools import cached_property, partial
from pathlib import Path

import numpy as np

from kinglet.search import worker
from kinglet.search.board import board, challengers, proved, ranked, recommended
from kinglet.search.budget import Budget
from kinglet.search.context import Context
from kinglet.search.control import Control, Phase, Progress
from kinglet.search.diagnosis import Finding, explain
from kinglet.search.estimate import (
    INNER_FOLDS,
    Expected,
    judge_fold,
    outer_splits,
    summarise,
)
from kinglet.search.evaluate import Evaluation
from kinglet.search.executors import InProcess, each
from kinglet.search.journal import Journal
from kinglet.search.limits import model_too_large
from kinglet.search.loop import Loop
from kinglet.search.recordings import Recordings, compare
from kinglet.search.result import Result
from kinglet.search.space import Space
from kinglet.search.strategy import Factory, make_strategy
from kinglet.search.worker import Setup
from kinglet.signals import Labelled, subsample, take

SEARCHED_LINES = 2500  # of more a subsample is searched, and the finals are on all
FINALS_SHARE = 0.1  # of the budget
_ESTIMATE_SHARE = 0.3
_LATEST = 1.5  # of the budget, for the begin of the last outer search
_ESTIMATE_CANDIDATES = 5  # of each outer search without a bound in time
_EXPLAINED = 50  # candidates, and refused ones, that a diagnosis looks at
_EXPLAIN_SECONDS = 10.0
FRESH_FOLDS = 4  # in another number, so that blocks are cut elsewhere


class Stages:
    """One search from its beginning to its result.

    Parameters
    ----------
    context : Context
    folder : Path
        Empty; for everything that is computed.
    executor : Executor
    workers : int
    budget : Budget
    strategy : str or callable
    journal : Journal
    control : Control
    on_progress : callable
    """

    def __init__(
        self,
        context: Context,
        folder: Path,
        executor: Executor,
        workers: int,
        budget: Budget,
        strategy: str | Factory,
        journal: Journal,
        control: Control,
        on_progress: Callable[[Progress], None],
    ) -> None:
        self._context = context
        self._folder = folder
        self._executor = executor
        self._workers = workers
        self._budget = budget
        self._control = control
        self._on_progress = on_progress
        self._searched, self._rows = self._choose_lines()
        self._setup = self._make_setup("searched", self._searched)
        problem = self._setup.problem
        space = Space(context.task.name, problem.shape, context.seed, context.models)
        too_large = partial(
            model_too_large,
            shape=problem.shape,
            n_outputs=problem.n_outputs,
            limits=context.limits,
            costs=context.costs,
        )
        self._loop = Loop(
            self._setup,
            space,
            make_strategy(strategy, space, too_large),
            executor,
            workers,
            budget,
            journal,
            control,
            on_progress,
        )

    @property
    def entries(self) -> list[Evaluation]:
        """Everything that was evaluated, by number."""
        return [self._loop.done[number] for number in sorted(self._loop.done)]

    def run(self, *, estimate: bool) -> Result | None:
        """Run all stages; None where no candidate keeps the limits."""
        later = FINALS_SHARE + (_ESTIMATE_SHARE if estimate else 0.0)
        stopped = self._loop.run(self._budget.seconds * (1 - later))
        if stopped == "stopped":  # as if its time were over: the rest gets its share of that
            over = self._loop.seconds / (1 - later)
            self._budget = replace(self._budget, seconds=min(self._budget.seconds, over))
        entries = ranked(self.entries)
        if not entries:
            return None
        expected, recordings, diagnosis = None, None, None
        try:
            if stopped != "interrupted":
                entries = self._finals(entries)
                expected = self._estimate() if estimate else None
            if stopped != "interrupted" and estimate:
                diagnosis = self._diagnose(entries)
            entries = self._complete(entries, stopped)
            if stopped != "interrupted":
                recordings = self._compare(entries)
        except KeyboardInterrupt:
            stopped, diagnosis = "interrupted", None
            entries = self._complete(entries, stopped)
        return Result(
            context=self._context,
            evaluations=ranked(entries),
            history=self._loop.history,
            evaluated=len(self.entries),
            refused=dict(Counter(e.refused for e in self.entries if e.refused)),
            seconds=self._loop.seconds,
            stopped=stopped,
            recordings=recordings,
            expected=expected,
            diagnosis=None if diagnosis is None else diagnosis.result(),
        )

    def _choose_lines(self) -> tuple[Labelled, np.ndarray | None]:
        """What is searched: all lines, or a subsample of many."""
        data, context = self._context.data, self._context
        if len(data.signals) <= SEARCHED_LINES or context.in_order:
            return data, None
        rows = subsample(data, SEARCHED_LINES, context.seed)
        return take(data, rows), rows

    def _make_setup(self, name: str, data: Labelled) -> Setup:
        folder = self._folder / name
        folder.mkdir()
        problem = self._context.problem(folder, data)
        whole = data is self._context.data
        splits = (
            self._context.splits
            if whole
            else tuple(self._context.task.splits(data, self._context.seed))
        )
        return Setup(problem, splits)

    @cached_property
    def _whole(self) -> Setup:
        """All lines, where a subsample was searched."""
        return self._make_setup("whole", self._context.data)

    def _until(self, share: float) -> float:
        """Moment at which so much of the budget is spent."""
        left = share * self._budget.seconds - self._loop.seconds
        return time.monotonic() + max(0.0, left)

    def _tick(self, phase: Phase) -> Callable[[], None]:
        return lambda: self._loop.report(phase)

    def _finals(self, entries: list[Evaluation]) -> list[Evaluation]:
        """Judge the best on what the search has not seen: all lines, or fresh splits."""
        rules = self._context.rules
        lead = proved(entries, rules["standard_error"], portfolio_order=rules["portfolio_order"])
        if self._rows is not None:
            return self._finals_on_all(entries, lead)
        if lead is None or rules["unsure"]:
            return entries
        finalists = [lead, *challengers(entries, lead)]
        if len(finalists) == 1:
            return entries
        context = self._context
        fresh = context.task.splits(context.data, context.seed + 1, FRESH_FOLDS)
        setup = replace(self._setup, splits=tuple(fresh))
        found = each(
            self._executor,
            self._workers,
            [(worker.rejudge, (setup, entry.pipeline)) for entry in finalists],
            until=self._until(1 - _ESTIMATE_SHARE),
            tick=self._tick("finals"),
        )
        judged = {finalists[place].number: scores for place, scores in found.items()}
        return [replace(e, fresh=judged.get(e.number, ())) for e in entries]

    def _finals_on_all(
        self, entries: list[Evaluation], lead: Evaluation | None
    ) -> list[Evaluation]:
        """Evaluate finalists on all lines, the surest one in any case, while there is time."""
        lead = lead or entries[0]
        finalists = [lead, *challengers(entries, lead), *board(entries)]
        finalists = list({entry.number: entry for entry in finalists}.values())
        calls = [(worker.complete, (self._whole, entry)) for entry in finalists]
        tick = self._tick("finals")
        found = each(self._executor, 1, calls[:1], tick=tick)
        until = self._until(1 - _ESTIMATE_SHARE)
        more = each(self._executor, self._workers, calls[1:], until=until, tick=tick)
        judged = [*found.values(), *more.values()]
        return [
            replace(e, fresh=tuple(score for score in e.split_scores if score is not None))
            for e in judged
            if e.complete
        ]

    def _estimate(self) -> Expected | None:
        """Search without each held-out part, and judge the winner on it."""
        task, data, setup = self._context.task, self._searched, self._setup
        inner = [
            task.splits(take(data, split.train), self._context.seed, INNER_FOLDS)
            for split in setup.splits
        ]
        outer = outer_splits(task, setup.splits, inner)
        candidates, seconds = _ESTIMATE_CANDIDATES, math.inf
        if np.isfinite(self._budget.seconds):
            left = max(0.0, self._budget.seconds - self._loop.seconds)
            rounds = math.ceil(len(outer) / self._workers)
            candidates, seconds = len(data.signals), 0.8 * left / rounds
        elif self._budget.candidates is not None:
            candidates = min(candidates, self._budget.candidates)
        models = self._context.models
        calls = [(judge_fold, (setup, one, models, candidates, seconds)) for one in outer]
        # A late end is better than parts that are missing, up to a point.
        until, tick = self._until(_LATEST), self._tick("estimate")
        found = each(self._executor, self._workers, calls, until=until, tick=tick)
        if len(found) < len(calls):
            return None
        tests = [found[place] for place in sorted(found) if found[place] is not None]
        return summarise(task, tests)

    def _diagnose(self, entries: list[Evaluation]) -> Future[list[Finding]]:
        """Begin to look for what limits the result, while the leaderboard is linked."""
        refused = [entry for entry in self.entries if entry.refused]
        some = [*ranked(entries)[:_EXPLAINED], *refused[:_EXPLAINED]]
        lead = recommended(entries, drawn=len(self.entries), **self._context.rules)[0]
        counts = dict(Counter(entry.refused for entry in refused))
        return self._executor.submit(
            explain, self._setup, self._searched, lead.pipeline, some, counts, _EXPLAIN_SECONDS
        )

    def _complete(self, entries: list[Evaluation], stopped: str) -> list[Evaluation]:
        """Give the leaderboard its arrays and its linked sizes."""
        rules = self._context.rules
        lead = recommended(entries, drawn=len(self.entries), **rules)[0]
        # After an interruption workers may still be at their last step: only the best, here.
        interrupted = stopped == "interrupted"
        shown = [lead] if interrupted else board(entries, lead)
        shown = [entry for entry in shown if entry.fitted is None]
        calls = [(worker.complete, (self._setup, entry)) for entry in shown]
        executor = InProcess() if interrupted else self._executor
        found = each(executor, self._workers, calls, tick=self._tick("link"))
        made = {e.number: replace(e, fresh=shown[place].fresh) for place, e in found.items()}
        return [made.get(entry.number, entry) for entry in entries]

    def _compare(self, entries: list[Evaluation]) -> Recordings | None:
        """What tearing recordings apart would have shown of the best candidate."""
        if self._rows is not None:
            return None
        best = recommended(entries, drawn=len(self.entries), **self._context.rules)[0]
        return compare(self._setup.problem, self._searched, self._setup.splits, best)
