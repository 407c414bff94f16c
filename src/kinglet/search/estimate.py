"""What to expect of new data: a search of its own without each of the held-out parts.

A search that judges thousands of candidates on the same lines finds one that is lucky. So each
outer split holds lines out that a search of its own never sees: neither the candidates' features,
nor their fits, nor the choice among them. Its winner is judged on these lines, once. It goes
through the portfolio in order, as far as its time goes; that is what a candidate beyond the
portfolio has to beat by more than luck before it is built, so it is a careful estimate of that too.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
from scipy.stats import t as student
from threadpoolctl import threadpool_limits

from kinglet.errors import InputError
from kinglet.record import Learner, models
from kinglet.search.board import recommended
from kinglet.search.evaluate import Evaluation, evaluate
from kinglet.search.executors import Calls
from kinglet.search.fit import inputs, outputs
from kinglet.search.joined import join
from kinglet.search.play import play
from kinglet.search.problem import Problem, confined
from kinglet.search.space import Space
from kinglet.search.worker import STOP, Setup
from kinglet.search.worker import problem as problem_of
from kinglet.signals import Labelled, Split, take
from kinglet.tasks import Task

INNER_FOLDS = 3
REASONS = {
    "asked": "not estimated: that takes a search of its own for each held-out part",
    "interrupted": "not estimated: the search was interrupted",
    "late": "not estimated: the time was too short for a search without each held-out part",
    "few": "not estimated: there are too few recordings to search without each of them",
    "nothing": "not estimated: without some held-out part no candidate keeps the limits",
}
_LEVEL = 0.95
_FEW = 3
_RACED = 3  # of the few candidates of an outer search


@dataclass(frozen=True)
class Outer:
    """One outer split and the inner ones of the search without its held-out lines.

    Parameters
    ----------
    split : Split
    inner : tuple of Split
        Of the outer training lines, by their places among all lines.
    """

    split: Split
    inner: tuple[Split, ...]


@dataclass(frozen=True)
class Judged:
    """What one outer split gave.

    Parameters
    ----------
    kind : str
    fold : int
    metric : float
        The task's main metric of the lines that the search of this fold never saw; beside
        imitations the share of the normal ones that pass.
    shown : float
        What that search chose by: the mean over its own splits of what the task judges a split by.
    n_signals : int
        Lines that it is the metric of.
    candidates : int
    """

    kind: str
    fold: int
    metric: float
    shown: float
    n_signals: int
    candidates: int


@dataclass(frozen=True)
class Expected:
    """The main metric to expect of new data.

    Parameters
    ----------
    metric : {"balanced_accuracy", "r2", "normal_recall"}
        What is expected; beside imitations the share of the normal signals that pass.
    value : float
        Mean over the outer splits of the harsher kind (random, block or forward).
    low, high : float
        Bounds, 95 %, for the metric of new recordings, as many signals as these.
    kind : str
        Of the splits that count.
    tests : tuple of Judged
    """

    metric: str
    value: float
    low: float
    high: float
    kind: str
    tests: tuple[Judged, ...]


def expect(
    setup: Setup,
    data: Labelled,
    models_allowed: tuple[str, ...],
    candidates: float,
    seconds: float,
    run: Callable[[Calls], dict[int, Any]],
) -> Expected | str:
    """Search without each held-out part and judge the winner on it, or tell why that cannot be.

    Parameters
    ----------
    setup : Setup
    data : Labelled
        Its signals.
    candidates, seconds : float
        For each outer search; see `judge_fold`.
    run : callable
        Runs calls side by side; results by place, without those that there was no time for.
    """
    task, seed = setup.problem.task, setup.problem.seed
    try:
        inner = [task.splits(take(data, split.train), seed, INNER_FOLDS) for split in setup.splits]
    except InputError as error:
        return f"{REASONS['few']}: {error}"
    outer = outer_splits(setup.splits, inner)
    calls = [(judge_fold, (setup, one, models_allowed, candidates, seconds)) for one in outer]
    found = run(calls)
    if len(found) < len(calls):
        return REASONS["late"]
    tests = [found[place] for place in sorted(found)]
    if None in tests:
        return REASONS["nothing"]
    name = task.metric_name(imitated=setup.problem.imitated)
    return summarise(task, name, tests) or REASONS["few"]


def judge_fold(
    setup: Setup,
    outer: Outer,
    models_allowed: tuple[str, ...],
    candidates: float,
    seconds: float,
) -> Judged | None:
    """Search without the held-out lines of an outer split, then judge the winner on them.

    The search is that of the portfolio, in its order, within the time; None where it finds nothing.

    Parameters
    ----------
    candidates : float
        Of the portfolio, at most; may be infinite.
    seconds : float
        For the search, after its first candidate.
    """
    whole = problem_of(setup)
    folder = setup.folder / f"without_{outer.split.kind}{outer.split.fold}"
    folder.mkdir(exist_ok=True)
    problem = confined(whole, outer.split.train, folder)
    space = Space(problem.task.name, problem.shape, problem.seed, models_allowed)
    stop = setup.folder / STOP
    with closing(problem.store), threadpool_limits(1):
        entries = _search(problem, space, outer.inner, candidates, seconds, stop.exists)
        standard_error = partial(problem.task.standard_error, n_signals=len(problem.lines))
        order = recommended(
            entries,
            standard_error,
            unsure=problem.imitated or problem.shape.is_sample,
            portfolio_order=problem.task.portfolio_order,
        )
        if not order:
            return None
        metric, n_signals = _judge(problem, order[0], outer.split)
    return Judged(
        outer.split.kind,
        outer.split.fold,
        metric,
        order[0].mean,
        n_signals,
        len(entries),
    )


def _search(
    problem: Problem,
    space: Space,
    inner: Sequence[Split],
    candidates: float,
    seconds: float,
    stopped: Callable[[], bool],
) -> list[Evaluation]:
    """Evaluate the portfolio in order, until the time is over; the first always."""
    deadline = time.monotonic() + seconds
    entries: list[Evaluation] = []
    for number, pipeline in enumerate(space.portfolio):
        if number >= candidates:
            break
        complete = sorted((e.score for e in entries if e.complete), reverse=True)

        def over(found: bool = bool(complete)) -> bool:
            return stopped() or (found and time.monotonic() > deadline)

        bound = complete[_RACED - 1] if len(complete) >= _RACED else -np.inf
        entry = evaluate(problem, list(inner), pipeline, bound, over)
        entries.append(replace(entry, known=True, number=number))
        if over():
            break
    return entries


def _judge(problem: Problem, entry: Evaluation, split: Split) -> tuple[float, int]:
    """The metric of a finished candidate on lines that it never saw, and how many tell it."""
    fitted = entry.fitted
    assert fitted is not None
    joined = join(problem, entry.pipeline)
    if isinstance(models()[entry.pipeline.model.name], Learner):
        assert fitted.knowledge is not None
        factor = np.array([1, fitted.knowledge.factor], dtype=np.float32)
        result = play(problem, fitted, joined, split.train, split.test, "outer") * factor
    else:
        result = outputs(fitted, inputs(fitted, joined, split.test))
    task, label = problem.task, problem.label[split.test]
    kept = task.natural(label, imitated=problem.imitated)
    return task.accuracy(label[kept], result[kept]), int(kept.sum())


def summarise(task: Task, metric: str, tests: Sequence[Judged]) -> Expected | None:
    """Mean and interval over the outer splits; None without two of a kind.

    The interval is the prediction interval of a random-effects model (Higgins, Thompson and
    Spiegelhalter 2009, A re-evaluation of random-effects meta-analysis, J. R. Statist. Soc. A 172):
    what new data may show has the variance between the held-out parts beyond that of chance, which
    no further signals take away, and twice the variance of chance, of these and of the new signals.
    """
    kinds = {kind: [t for t in tests if t.kind == kind] for kind in {t.kind for t in tests}}
    means = {
        kind: float(np.mean([t.metric for t in own])) for kind, own in kinds.items() if len(own) > 1
    }
    if not means:
        return None
    kind = min(means, key=lambda name: (means[name], name))
    own, value = kinds[kind], means[kind]
    chance = [task.standard_error(min(max(value, 0.0), 1.0), t.n_signals) ** 2 for t in own]
    between = max(0.0, float(np.var([t.metric for t in own], ddof=1)) - float(np.mean(chance)))
    total = task.standard_error(min(max(value, 0.0), 1.0), sum(t.n_signals for t in own)) ** 2
    spread = np.sqrt(between * (1 + 1 / len(own)) + 2 * total)
    # The source has two degrees less than parts; with three parts or fewer one less holds as well.
    degrees = len(own) - 1 if len(own) <= _FEW else len(own) - 2
    half = float(student.ppf(0.5 + _LEVEL / 2, degrees) * spread)
    low = max(task.least, value - half)
    return Expected(metric, value, low, min(1.0, value + half), kind, tuple(tests))


def outer_splits(splits: Sequence[Split], inner: Sequence[Sequence[Split]]) -> list[Outer]:
    """Outer splits with the inner ones, whose places are among the outer training lines."""
    return [
        Outer(split, tuple(_placed(part, split.train) for part in parts))
        for split, parts in zip(splits, inner, strict=True)
    ]


def _placed(part: Split, lines: np.ndarray) -> Split:
    return replace(part, train=lines[part.train], test=lines[part.test])
