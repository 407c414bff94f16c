"""One result to be explained, and a way to judge its candidates again, on changed data.

Every comparison is paired: the same few splits, the same lines, once as they are and once changed.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np

from kinglet.pipeline import Pipeline
from kinglet.record import ANOMALY, CLASSIFICATION, EXTRAPOLATION, Shape
from kinglet.search.blocks import fitting
from kinglet.search.diagnosis.judged import ROOM, Difference, Judged
from kinglet.search.diagnosis.rows import some_splits, thinned
from kinglet.search.evaluate import Evaluation, evaluate, upper_bound
from kinglet.search.limits import Limits
from kinglet.search.problem import Problem, make_problem
from kinglet.signals import Labelled, Split, describe_groups, subsample, take
from kinglet.tasks.similarity import shares

_MOST_LINES = 2000
_ALIKE = 0.1  # of the metric, between a candidate and what is left of it
_TELLING = 0.1  # of the metric above that of guessing
_POOR_SPLIT = 0.05  # lacks a split that is poor, whatever the mean
_HOPELESS = 0.05  # below the worst split of its rival: what loses so much there wins nothing
_AMPLE = 1 << 40  # bytes
_LONG = 1e6  # seconds


def lifted(limits: Limits, *, time: bool) -> Limits:
    """Limits that no memory breaks, and no time where that is asked for."""
    return replace(
        limits,
        ram_bytes=_AMPLE,
        flash_bytes=_AMPLE,
        knowledge_bytes=_AMPLE,
        time_s=_LONG if time else limits.time_s,
    )


@dataclass(frozen=True)
class Case:
    """One result to be explained.

    Parameters
    ----------
    problem : Problem
        Its task, limits, costs, seed and horizon are used.
    data : Labelled
        All lines.
    splits : tuple of Split
        Of all lines.
    chosen : Evaluation
        Complete, with what it said of held-out lines.
    entries : sequence of Evaluation
        All that the search evaluated; may be light.
    refused : mapping from str to int
        Candidates refused, by limit.
    folder : Path
        Exists; for temporary files.
    over : callable
        Tells whether to end: nothing more is judged then.
    """

    problem: Problem
    data: Labelled
    splits: tuple[Split, ...]
    chosen: Evaluation
    entries: Sequence[Evaluation]
    refused: Mapping[str, int]
    folder: Path
    over: Callable[[], bool] = lambda: False

    @property
    def task(self) -> str:
        """Name of the project type."""
        return self.problem.task.name

    @property
    def pipeline(self) -> Pipeline:
        """The chosen one."""
        return self.chosen.pipeline

    @property
    def missing(self) -> float:
        """What the chosen candidate lacks, on average, to a perfect metric; 0.02 to 1."""
        return max(ROOM, 1.0 - self.chosen.mean)

    @property
    def poor(self) -> bool:
        """Whether there is anything to explain."""
        worst = min(score for score in self.chosen.split_scores if score is not None)
        return self.missing > ROOM or 1.0 - worst > _POOR_SPLIT

    @property
    def metric(self) -> str:
        """The task's metric in words."""
        if self.task == EXTRAPOLATION:
            return "R2"
        if self.data.imitated:
            return "the metric, from imitations,"
        return "the balanced accuracy"

    @property
    def chance(self) -> float:
        """The metric of guessing."""
        if self.task == CLASSIFICATION:
            return 1.0 / len(self.data.classes)
        return 0.5 if self.task == ANOMALY else 0.0

    def tells(self, judged: Judged) -> bool:
        """Whether a candidate does better than guessing, so that its parts can be compared."""
        return judged.mean - self.chance > _TELLING

    @cached_property
    def base(self) -> Labelled:
        """The lines that candidates are judged on again: all, or some of many."""
        if len(self.data.label) <= _MOST_LINES:
            return self.data
        return take(self.data, subsample(self.data, _MOST_LINES, self.problem.seed))

    @cached_property
    def few(self) -> list[Split]:
        """Few splits of `base`."""
        return some_splits(self.problem.task.splits(self.base, self.problem.seed))

    @cached_property
    def usual(self) -> Judged | None:
        """The chosen candidate on `base` as it is."""
        return self.judge()

    def judge(
        self,
        values: np.ndarray | None = None,
        pipeline: Pipeline | None = None,
        *,
        training: float = 1.0,
        limits: Limits | None = None,
        rival: Judged | None = None,
    ) -> Judged | None:
        """Judge a candidate on the lines of `base`, perhaps changed.

        Parameters
        ----------
        values : ndarray of float32, shape (n, length, axes), optional
            In place of the signals of `base`; of another length or other axes, perhaps.
        pipeline : Pipeline, optional
            In place of the chosen one; branches that do not fit the shape are left out.
        training : float
            Share of the training lines that is used.
        limits : Limits, optional
            By default the time of the search, and as much memory as it takes; for signals as they
            are only.
        rival : Judged, optional
            What it has to be better than to be of interest; it is given up where it is far from it.

        Returns
        -------
        Judged or None
            None where the time is over, or the candidate cannot be judged so.
        """
        if self.over():
            return None
        if values is None:
            problem = replace(self._plain, limits=limits or self._plain.limits)
            return self._judge(problem, pipeline, training, rival)
        data = replace(self.base, signals=replace(self.base.signals, values=values))
        with tempfile.TemporaryDirectory(dir=self.folder, ignore_cleanup_errors=True) as name:
            return self._judge(self._make(Path(name), data), pipeline, training, rival)

    @cached_property
    def halvable(self) -> tuple[Judged | None, Pipeline | None]:
        """The chosen candidate, judged with the branches that take half as many samples too.

        None where too little is left of it.
        """
        signals = self.base.signals
        pipeline = self.fitting(self.pipeline, Shape(signals.length // 2, signals.axes))
        if pipeline is None or len(pipeline.branches) == len(self.pipeline.branches):
            return self.usual, pipeline
        judged = self.judge(pipeline=pipeline)
        if judged is None or self.usual is None or self.usual.mean - judged.mean > _ALIKE:
            return None, None
        return judged, pipeline

    def held_out(self, pipeline: Pipeline) -> np.ndarray | None:
        """What a candidate says of every line of `base` when it is held out.

        Returns
        -------
        ndarray of float32, shape (n, n_outputs), or None
            NaN for lines that are never held out; None as for `judge`.
        """
        splits = self.problem.task.splits(self.base, self.problem.seed)
        splits = [split for split in splits if split.kind == splits[0].kind]
        found = evaluate(self._plain, splits, pipeline, over=self.over)
        return found.held_out[splits[0].kind] if found.complete else None

    def difference(self, better: Judged, worse: Judged) -> Difference:
        """How much better one is, from the same lines in the same splits."""
        between = better.scores - worse.scores
        over_splits = between.std(ddof=1) / np.sqrt(len(between)) if len(between) > 1 else np.inf
        return Difference(
            gain=float(between.mean()),
            error=max(float(over_splits), self.error(better.merit - worse.merit, self._held_out)),
        )

    def error(self, differences: np.ndarray, lines: np.ndarray) -> float:
        """Standard error of a mean over lines of `base`; recordings, or else lines, are drawn.

        Parameters
        ----------
        differences : ndarray, shape (m,)
        lines : ndarray of int, shape (m,)
            Line of each; one may come several times.
        """
        unit = self.base.signals.group[lines] if describe_groups(self.base) else lines
        _, member = np.unique(unit, return_inverse=True)
        sums = np.bincount(member, weights=differences - differences.mean())
        return float(np.sqrt((sums**2).sum())) / len(differences)

    def merit(self, outputs: np.ndarray, label: np.ndarray) -> np.ndarray:
        """How right outputs are, line by line; see `Judged`."""
        if self.task == CLASSIFICATION:
            return np.asarray(outputs.argmax(axis=1) == label, dtype=float)
        if self.task == EXTRAPOLATION:
            error = outputs[:, 0].astype(np.float64) - label
            return 1 - error**2 / max(float(self.data.label.var()), 1e-30)
        found = shares(outputs) > 1 if self.task == ANOMALY else outputs[:, 0] > 1
        return np.asarray(found == (label > 0), dtype=float)

    @cached_property
    def _held_out(self) -> np.ndarray:
        return np.concatenate([split.test for split in self.few])

    @cached_property
    def _plain(self) -> Problem:
        """The lines as they are; their features are computed once for all causes."""
        folder = self.folder / "as_they_are"
        folder.mkdir()
        return self._make(folder, self.base)

    def _make(self, folder: Path, data: Labelled) -> Problem:
        problem = self.problem
        limits = lifted(problem.limits, time=False)
        made = make_problem(folder, problem.task, data, limits, problem.costs, problem.seed)
        return replace(made, horizon=problem.horizon)

    def _judge(
        self, problem: Problem, pipeline: Pipeline | None, share: float, rival: Judged | None
    ) -> Judged | None:
        fitted = self.fitting(pipeline or self.pipeline, problem.shape)
        if fitted is None:
            return None
        label = problem.label
        splits = [
            replace(split, train=thinned(split.train, self.base, share, problem.seed))
            for split in self.few
        ]
        bound = -np.inf
        if rival is not None:
            hopeless = max(0.0, float(rival.scores.min()) - _HOPELESS)
            bound = upper_bound([hopeless] * len(splits), 0.0, 0.0)
        found = evaluate(problem, splits, fitted, bound, over=self.over)
        if not found.complete:
            return None
        assert found.sizes is not None
        merit = [
            self.merit(found.held_out[split.kind][split.test], label[split.test])
            for split in splits
        ]
        scores = np.array(found.split_scores, dtype=np.float64)
        return Judged(scores, np.concatenate(merit), found.sizes)

    @staticmethod
    def fitting(pipeline: Pipeline, shape: Shape) -> Pipeline | None:
        """The pipeline without branches that refuse the shape; None where none is left."""
        chains = fitting(list(pipeline.chains()), shape)
        return replace(pipeline, branches=chains, prefix=()) if chains else None
