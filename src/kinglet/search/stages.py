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
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from kinglet.errors import InputError
from kinglet.search import worker
from kinglet.search.board import board, challengers, proved, ranked, recommended
from kinglet.search.budget import Budget
from kinglet.search.context import Context
from kinglet.search.control import Control, Phase, Progress
from kinglet.search.diagnosis import Finding, explain
from kinglet.search.estimate import REASONS, Expected, expect
from kinglet.search.evaluate import Evaluation
from kinglet.search.executors import Calls, InProcess, each
from kinglet.search.journal import Journal
from kinglet.search.limits import model_too_large
from kinglet.search.loop import Loop
from kinglet.search.recordings import Recordings, compare
from kinglet.search.result import Result
from kinglet.search.space import Space
from kinglet.search.strategy import Factory, make_strategy
from kinglet.search.worker import STOP, Setup
from kinglet.signals import Labelled, subsample, take

SEARCHED_LINES = 2500  # of more a subsample is searched, and the finals are on all
FINALS_SHARE = 0.1  # of the budget
_ESTIMATE_SHARE = 0.3
_LATEST = 1.5  # of the budget, for the begin of the last outer search
_ESTIMATE_CANDIDATES = 5  # of each outer search without a bound in time
_ON_ALL = 24  # finalists that are judged on all lines, at most
_AFTER_STOP = 60.0  # seconds, at most
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
        self._setups: list[Setup] = []
        self._searched = self._choose_lines()
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
            self._shorten(self._loop.seconds / (1 - later))
            self._control.reset()  # once more, and the rest ends too
        entries = ranked(self.entries)
        if not entries:
            return None
        expected: Expected | str = REASONS["interrupted" if stopped == "interrupted" else "asked"]
        recordings, diagnosis = None, None
        try:
            if stopped != "interrupted":
                entries = self._finals(entries)
                if not entries:
                    return None
                if estimate:
                    expected = self._estimate()
                    explained = self._diagnose(entries)
                entries = self._complete(entries)
                recordings = self._compare(entries)
                diagnosis = explained.result() if estimate else None
            else:
                entries = self._complete_best(entries)
        except KeyboardInterrupt:
            self._stop_workers()
            stopped = "interrupted"
            expected = REASONS["interrupted"] if isinstance(expected, str) else expected
            entries = self._complete_best(entries)
        return Result(
            context=self._context,
            evaluations=ranked(entries),
            history=self._loop.history,
            evaluated=len(self.entries),
            refused=dict(Counter(e.refused for e in self.entries if e.refused)),
            seconds=self._loop.seconds,
            stopped=stopped,
            recordings=recordings,
            expected=None if isinstance(expected, str) else expected,
            expected_reason=expected if isinstance(expected, str) else None,
            diagnosis=diagnosis,
        )

    def close(self) -> None:
        """Let go of the stores, so that their folders can be removed."""
        for setup in self._setups:
            setup.problem.store.close()

    def _shorten(self, seconds: float) -> None:
        """Leave no more time than that, and not much more than there was."""
        most = self._loop.seconds + _AFTER_STOP
        self._budget = replace(self._budget, seconds=min(self._budget.seconds, seconds, most))

    def _stop_workers(self) -> None:
        """End what runs; what is begun afterwards runs here."""
        for setup in self._setups:
            (setup.folder / STOP).touch()

    def _choose_lines(self) -> Labelled:
        """What is searched: all lines, or a subsample of many; a stream is not torn."""
        data, context = self._context.data, self._context
        if len(data.signals) <= SEARCHED_LINES or context.in_order:
            return data
        return take(data, subsample(data, SEARCHED_LINES, context.seed))

    def _make_setup(self, name: str, data: Labelled) -> Setup:
        context, folder = self._context, self._folder / name
        folder.mkdir()
        whole = data is context.data
        splits = context.splits if whole else tuple(context.task.splits(data, context.seed))
        setup = Setup(context.problem(folder, data), splits)
        self._setups.append(setup)
        return setup

    @cached_property
    def _whole(self) -> Setup:
        """All lines, where a subsample was searched."""
        return self._make_setup("whole", self._context.data)

    def _until(self, share: float) -> float:
        """Moment at which so much of the budget is spent."""
        left = share * self._budget.seconds - self._loop.seconds
        return time.monotonic() + max(0.0, left)

    def _each(
        self,
        phase: Phase,
        calls: Calls,
        *,
        until: float = math.inf,
        sure: bool = False,
        executor: Executor | None = None,
    ) -> dict[int, Any]:
        """Run calls side by side; what is sure runs to its end, stopped or not."""
        return each(
            executor or self._executor,
            self._workers,
            calls,
            until=until,
            control=None if sure else self._control,
            tick=lambda: self._loop.report(phase),
        )

    def _lead(self, entries: list[Evaluation]) -> Evaluation:
        """The candidate to build."""
        return recommended(entries, tried=len(self.entries), **self._context.rules)[0]

    def _finals(self, entries: list[Evaluation]) -> list[Evaluation]:
        """Judge the best on what the search has not seen: all lines, or fresh splits."""
        context, rules = self._context, self._context.rules
        lead = proved(entries, rules["standard_error"], portfolio_order=rules["portfolio_order"])
        if self._searched is not context.data:
            return self._finals_on_all(entries, lead or entries[0])
        if lead is None or rules["unsure"]:
            return entries
        finalists = [lead, *challengers(entries, lead)]
        if len(finalists) == 1:
            return entries
        try:
            fresh = context.task.splits(context.data, context.seed + 1, FRESH_FOLDS)
        except InputError:  # recordings that cannot be dealt to so many folds
            return entries
        setup = replace(self._setup, splits=tuple(fresh))
        calls = [(worker.rejudge, (setup, entry.pipeline)) for entry in finalists]
        found = self._each("finals", calls, until=self._until(1 - _ESTIMATE_SHARE))
        judged = {finalists[place].number: scores for place, scores in found.items()}
        return [replace(e, fresh=judged.get(e.number, ())) for e in entries]

    def _finals_on_all(self, entries: list[Evaluation], lead: Evaluation) -> list[Evaluation]:
        """Evaluate finalists on all lines: one in any case, more while there is time."""
        finalists = [lead, *challengers(entries, lead), *board(entries), *entries]
        finalists = list({entry.number: entry for entry in finalists}.values())
        calls = [(worker.complete, (self._whole, entry)) for entry in finalists]
        judged: list[Evaluation] = []
        while calls and not judged:  # what fits the subsample may be too large for all lines
            first = self._each("finals", calls[:1], sure=True)
            judged = [entry for entry in first.values() if entry.complete]
            calls = calls[1:]
        until = self._until(1 - _ESTIMATE_SHARE)
        more = self._each("finals", calls[:_ON_ALL], until=until)
        judged += [entry for entry in more.values() if entry.complete]
        return [
            replace(e, fresh=tuple(score for score in e.split_scores if score is not None))
            for e in judged
        ]

    def _estimate(self) -> Expected | str:
        """What new data will show, or why that is not known."""
        candidates, seconds = self._budget.candidates or math.inf, math.inf
        if np.isfinite(self._budget.seconds):
            left = max(0.0, self._budget.seconds - self._loop.seconds)
            seconds = 0.8 * left / math.ceil(len(self._setup.splits) / self._workers)
        else:
            candidates = min(candidates, _ESTIMATE_CANDIDATES)
        # A late end is better than parts that are missing, up to a point.
        run = partial(self._each, "estimate", until=self._until(_LATEST))
        models = self._context.models
        return expect(self._setup, self._searched, models, candidates, seconds, run)

    def _diagnose(self, entries: list[Evaluation]) -> Future[list[Finding]]:
        """Begin to look for what limits the result, while the leaderboard is linked."""
        refused = [entry for entry in self.entries if entry.refused]
        some = [*ranked(entries)[:_EXPLAINED], *refused[:_EXPLAINED]]
        counts = dict(Counter(entry.refused for entry in refused))
        pipeline = self._lead(entries).pipeline
        return self._executor.submit(
            explain, self._setup, self._searched, pipeline, some, counts, _EXPLAIN_SECONDS
        )

    def _complete(self, entries: list[Evaluation]) -> list[Evaluation]:
        """Give the leaderboard its arrays and its linked sizes."""
        return self._completed(entries, board(entries, self._lead(entries)), self._executor)

    def _complete_best(self, entries: list[Evaluation]) -> list[Evaluation]:
        """The candidate to build alone, here: workers may still be at their last step."""
        return self._completed(entries, [self._lead(entries)], InProcess())

    def _completed(
        self, entries: list[Evaluation], shown: list[Evaluation], executor: Executor
    ) -> list[Evaluation]:
        whole = self._searched is self._context.data
        setup = self._setup if whole else self._whole
        shown = [entry for entry in shown if entry.fitted is None]
        calls = [(worker.complete, (setup, entry)) for entry in shown]
        found = self._each("link", calls, sure=True, executor=executor)
        made = {e.number: replace(e, fresh=shown[place].fresh) for place, e in found.items()}
        return [made.get(entry.number, entry) for entry in entries]

    def _compare(self, entries: list[Evaluation]) -> Recordings | None:
        """What tearing recordings apart would have shown of the best candidate."""
        if self._searched is not self._context.data:
            return None
        with threadpool_limits(1):
            best = self._lead(entries)
            return compare(self._setup.problem, self._searched, self._setup.splits, best)
