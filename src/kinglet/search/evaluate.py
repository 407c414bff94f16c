"""Judge one candidate: the same splits for all, hardest first, stop when it cannot win.

The score of a candidate, 0 to 100, is

    score = 85 worst + 10 mean + 4 margin + 1 thrift

with worst and mean the smallest and the mean of the task's metric (0 to 1) over the splits; margin
that of the task (`kinglet.tasks.Task.settle`) or, of a task with stress and where worst is 1, the
mean of the metric over held-out lines that were perturbed in gain, noise and tilt; and thrift =
1 - (flash / its limit + RAM / its limit + time / its limit) / 3.
It is monotone in each.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from kinglet.costs import Sizes
from kinglet.pipeline import FittedPipeline, Pipeline, make_plan
from kinglet.record import Learner, models
from kinglet.search.fit import RefusedError, fit, inputs, outputs
from kinglet.search.joined import Joined, join, probe_features
from kinglet.search.learning import Fold
from kinglet.search.play import play, remember, sticks
from kinglet.search.problem import Problem
from kinglet.search.store import PROBES, STRESS
from kinglet.signals import Split


@dataclass(frozen=True)
class Evaluation:
    """What is known of a candidate.

    Parameters
    ----------
    pipeline : Pipeline
    split_scores : tuple of float or None
        The task's metric for each split, None where the race was stopped before.
    complete : bool
        Whether every split was run.
    refused : str
        The limit that is broken, or why it cannot be built; empty for a candidate in the race.
    sizes : Sizes or None
        Predicted sizes of the candidate fitted on all lines, or on the last split of one that was
        stopped; RAM and flash as linked for those of the leaderboard.
    fitted : FittedPipeline or None
        The complete candidate fitted on all lines; a search drops it, and what follows, but for
        those of the leaderboard: it can be had again at any time.
    held_out : dict from str to ndarray
        Outputs of the held-out lines by kind of split, float32 (n, n_outputs), complete only.
    folds : dict from (kind, number) to Fold
        Of a library that learns on the device: the candidate as each split knew it.
    margin, thrift : float
        Parts of the score.
    known : bool
        Whether it is of the portfolio, not drawn at random.
    number : int
        Of the candidate in its search, from 0; those of the portfolio come first, in its order.
    seconds : float
    fresh : tuple of float
        Of a finalist, the metric for each of the splits that the search did not use.
    """

    pipeline: Pipeline
    split_scores: tuple[float | None, ...]
    complete: bool
    refused: str = ""
    sizes: Sizes | None = None
    fitted: FittedPipeline | None = None
    held_out: dict[str, np.ndarray] = field(default_factory=dict)
    folds: dict[tuple[str, int], Fold] = field(default_factory=dict)
    margin: float = 0.0
    thrift: float = 0.0
    known: bool = False
    number: int = 0
    seconds: float = 0.0
    fresh: tuple[float, ...] = ()

    @property
    def mean(self) -> float:
        """Mean of the task's metric over the splits that were run."""
        return float(np.mean([score for score in self.split_scores if score is not None]))

    @property
    def score(self) -> float:
        """The score; minus infinity for a candidate that is refused or was stopped."""
        if not self.complete:
            return -np.inf
        return upper_bound(self.split_scores, self.margin, self.thrift)


def light(evaluation: Evaluation) -> Evaluation:
    """An evaluation without its arrays."""
    return replace(evaluation, fitted=None, held_out={}, folds={})


def upper_bound(scores: Sequence[float | None], margin: float = 1.0, thrift: float = 1.0) -> float:
    """The score if every split not run yet were perfect; the score itself where all are known."""
    known = [1.0 if score is None else score for score in scores]
    return 85 * min(known) + 10 * float(np.mean(known)) + 4 * margin + thrift


def evaluate(
    problem: Problem,
    splits: list[Split],
    pipeline: Pipeline,
    bound: float = -np.inf,
    over: Callable[[], bool] = lambda: False,
) -> Evaluation:
    """Run the splits in the given order; fit on all lines what its first split does not stop.

    Parameters
    ----------
    splits : list of Split
        Hardest first.
    bound : float
        The k-th best score so far. The splits so far bound a candidate's score from above, so one
        that cannot reach ``bound`` stops there, and no statistics can err.
    over : callable
        Tells whether the search has ended: nothing more is begun then.
    """
    started = time.monotonic()
    none: tuple[float | None, ...] = (None,) * len(splits)
    try:
        if over():
            return Evaluation(pipeline, none, False)
        joined = join(problem, pipeline)
        if not joined.varies():
            raise RefusedError("flat")
        run = _race(problem, splits, joined, pipeline, bound, over)
        if len(run.outputs) == len(splits):
            result = _finish(problem, splits, joined, pipeline, run)
        else:
            result = Evaluation(pipeline, tuple(run.scores), False, sizes=run.sizes)
        return replace(result, seconds=time.monotonic() - started)
    except np.linalg.LinAlgError:
        return Evaluation(pipeline, none, False, "numbers", seconds=time.monotonic() - started)
    except RefusedError as refused:
        seconds = time.monotonic() - started
        return Evaluation(
            pipeline, none, False, refused=str(refused), sizes=refused.sizes, seconds=seconds
        )


@dataclass
class _Run:
    """What the splits that were run gave; a score may be there without outputs, below the bound."""

    scores: list[float | None]
    outputs: list[np.ndarray] = field(default_factory=list)
    fits: list[FittedPipeline] = field(default_factory=list)
    whole: FittedPipeline | None = None
    sizes: Sizes | None = None


def _learns(pipeline: Pipeline) -> bool:
    return isinstance(models()[pipeline.model.name], Learner)


def _checked_sizes(problem: Problem, fitted: FittedPipeline) -> Sizes:
    """Predicted sizes; what breaks a limit is refused."""
    n_values = problem.shape.length * problem.shape.axes
    names = sum(len(name.encode()) + 1 for name in problem.classes)
    sizes = problem.costs.predict(make_plan(fitted), n_values, names)
    if broken := problem.limits.broken_by(sizes):
        raise RefusedError(broken, sizes)
    return sizes


def _race(
    problem: Problem,
    splits: list[Split],
    joined: Joined,
    pipeline: Pipeline,
    bound: float,
    over: Callable[[], bool],
) -> _Run:
    """Run split after split while the bound can be reached and the search goes on."""
    task, run = problem.task, _Run([None] * len(splits))
    for index, split in enumerate(splits):
        if over():
            break
        fitted = fit(problem, joined, pipeline, split.train)
        if _learns(pipeline):
            name = f"{split.kind}{split.fold}"
            result = play(problem, fitted, joined, split.train, split.test, name)
        else:
            result = outputs(fitted, inputs(fitted, joined, split.test))
        run.scores[index] = task.split_metric(
            problem.label[split.test],
            result,
            problem.machine[split.test],
            imitated=problem.imitated,
        )
        margin = 0.0 if task.stressed and not _spotless(run.scores) else 1.0
        if upper_bound(run.scores, margin) < bound:
            break
        if run.whole is None:  # what would ship, before more is spent on it
            run.whole = fit(problem, joined, pipeline, problem.lines)
            run.sizes = _checked_sizes(problem, run.whole)
        run.outputs.append(result)
        run.fits.append(fitted)
    return run


def _finish(
    problem: Problem,
    splits: list[Split],
    joined: Joined,
    pipeline: Pipeline,
    run: _Run,
) -> Evaluation:
    """Judge all splits together, and refuse a library that says the same of everything."""
    whole, sizes = run.whole, run.sizes
    assert whole is not None
    assert sizes is not None
    if _learns(pipeline):
        whole = remember(problem, whole, joined)
    task, model = problem.task, models()[pipeline.model.name]
    # A model with a limit of its own keeps it.
    settled = task.settle(
        problem.label,
        problem.machine,
        splits,
        run.outputs,
        fixed=isinstance(model, Learner) and model.calibrated,
        imitated=problem.imitated,
    )
    if all(np.ptp(result, axis=0).max() == 0 for result in settled.outputs):
        raise RefusedError("sticks")
    margin = settled.margin
    if task.stressed and _spotless(settled.scores):
        margin = _stress(problem, splits, joined, run.fits)
    if settled.output is not None:
        whole = replace(whole, output=settled.output)
    folds: dict[tuple[str, int], Fold] = {}
    if whole.knowledge is not None:
        folds = {
            (split.kind, split.fold): Fold(fitted, factor)
            for split, fitted, factor in zip(splits, run.fits, settled.factors, strict=True)
        }
        whole = replace(whole, knowledge=replace(whole.knowledge, factor=settled.factor))
        usual, *changed = (probe_features(problem, pipeline, kind) for kind in PROBES)
        if sticks(whole, usual, changed):
            raise RefusedError("sticks")
    return Evaluation(
        pipeline=pipeline,
        split_scores=tuple(settled.scores),
        complete=True,
        sizes=sizes,
        fitted=whole,
        held_out=_held_out(splits, settled.outputs, len(problem.label)),
        folds=folds,
        margin=margin,
        thrift=problem.limits.thrift(sizes),
    )


def _spotless(scores: Sequence[float | None]) -> bool:
    """Whether no split run so far has a fault."""
    return all(score is None or score == 1.0 for score in scores)


def _held_out(splits: list[Split], results: list[np.ndarray], n: int) -> dict[str, np.ndarray]:
    """Outputs of each line by kind of split; every line is held out once in each."""
    held_out: dict[str, np.ndarray] = {}
    for split, result in zip(splits, results, strict=True):
        empty = np.full((n, result.shape[1]), np.nan, np.float32)
        held_out.setdefault(split.kind, empty)[split.test] = result
    return held_out


def _stress(
    problem: Problem,
    splits: list[Split],
    joined: Joined,
    fits: list[FittedPipeline],
) -> float:
    """Score held-out lines that were perturbed; the lines trained on were not."""
    scores = []
    for kind in STRESS:
        for split, fitted in zip(splits, fits, strict=True):
            result = outputs(fitted, inputs(fitted, joined, split.test, kind))
            scores.append(
                problem.task.split_metric(
                    problem.label[split.test], result, problem.machine[split.test]
                )
            )
    return float(np.mean(scores))
