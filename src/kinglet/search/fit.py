"""Fit one candidate on some of the lines, and predict with the C that will ship."""

from __future__ import annotations

import math

import numpy as np

from kinglet.costs import Sizes
from kinglet.host import predict, run_chain, run_step
from kinglet.pipeline import FittedPipeline, Pipeline
from kinglet.record import Learner, Shape, models, selectors, steps
from kinglet.search.joined import Joined
from kinglet.search.problem import Problem
from kinglet.search.store import Kind, seed_of

_SELECTION_LIMIT = 5.0  # standard deviations: one wild line must not steer the selection
_PATHS = (96, 128)  # features that are put in order at once
_STEPS = 20  # of the limit of cycles, for each factor of ten


def select(problem: Problem, joined: Joined, pipeline: Pipeline, rows: np.ndarray) -> np.ndarray:
    """Select features on some lines, ascending; candidates that share a path share the work.

    Parameters
    ----------
    rows : ndarray of int
        Training lines.
    """
    use = pipeline.selection
    model = models()[pipeline.model.name]
    wanted = use.settings.get("count", joined.pool.n_features)
    limit = _free_cycles(problem, joined, pipeline, wanted)
    longer = [count for count in _PATHS if count >= wanted]
    # What is chosen first does not hang on how many are chosen.
    count = wanted if isinstance(model, Learner) or not longer else longer[0]
    settings = use.settings | ({"count": count} if "count" in use.settings else {})
    lines = rows if joined.rows is None else np.intersect1d(rows, joined.rows)
    places = lines if joined.rows is None else np.searchsorted(joined.rows, lines)

    def compute() -> np.ndarray:
        x = _standardised(joined.sample()[places])
        target = problem.task.target(problem.label[lines])[0]
        seed = seed_of(problem.seed, use.name)
        path: np.ndarray = selectors()[use.name].select(
            settings, x, target, joined.pool, limit, seed
        )
        return path

    key = ("path", joined.chains, use.name, tuple(settings.items()), limit, lines.tobytes())
    path = problem.store.kept.get(key, compute, lambda found: found.nbytes + lines.nbytes)
    return np.sort(path[:wanted])


def _free_cycles(problem: Problem, joined: Joined, pipeline: Pipeline, count: int) -> float:
    """Cycles that the limit leaves to the features, beside model, calls and check of the input."""
    costs, shape = problem.costs, problem.shape
    if costs.target.cycle_table is None:
        return np.inf
    model = models()[pipeline.model.name]
    if isinstance(model, Learner):
        config = pipeline.model.settings
        knowledge = 4 * model.state(config, count)
        reserve = costs.learner_cycles(model, config, count, knowledge, stream=shape.is_sample)
    else:
        operations = model.cost(pipeline.model.settings, {}, count, problem.n_outputs)
        reserve = costs.cycles(model, operations)
    overhead = costs.overhead_cycles(shape.length * shape.axes)
    calls = sum(len(chain) for chain in joined.chains)
    free = 0.85 * (problem.limits.cycles - reserve - overhead - 100.0 * calls - 20.0 * count)
    # What pays for all features is no limit: most models share one selection then.
    everything = joined.pool.each.sum() + joined.pool.shared.sum()
    return np.inf if free > everything else _round_down(free)


def _standardised(x: np.ndarray) -> np.ndarray:
    """Mean 0, spread 1, within 5 of them; a feature that hardly differs is 0."""
    x = x.astype(np.float32)
    center, spread = x.mean(axis=0), x.std(axis=0)
    flat = spread <= 1e-6 * np.abs(center)
    x -= center
    x /= np.where(flat, 1, spread)
    x[:, flat] = 0
    return np.clip(x, -_SELECTION_LIMIT, _SELECTION_LIMIT, out=x)


def _round_down(cycles: float) -> float:
    """To steps of about a tenth, so that models of about one cost share their selection."""
    if cycles <= 0:
        return 0.0
    return float(10.0 ** (math.floor(_STEPS * math.log10(cycles)) / _STEPS))


class RefusedError(Exception):
    """A candidate cannot be built.

    Parameters
    ----------
    reason : str
        One word: the limit that is broken, say.
    sizes : Sizes, optional
        Where they are known.
    """

    def __init__(self, reason: str, sizes: Sizes | None = None) -> None:
        super().__init__(reason)
        self.sizes = sizes


def fit(problem: Problem, joined: Joined, pipeline: Pipeline, rows: np.ndarray) -> FittedPipeline:
    """Fit selection, scaling and model on some lines.

    The model learns from one changed copy of each of these lines beside it where the pipeline has
    an augmentation; selection and scaling are those of the lines as they are.

    Raises
    ------
    RefusedError
        ``time`` where no feature can be afforded, ``inputs`` where the model takes fewer of them.
    """
    selected = select(problem, joined, pipeline, rows)
    if not len(selected):
        raise RefusedError("time")
    scale, settings = steps()[pipeline.scale.name], pipeline.scale.settings
    rows = rows[problem.task.learned(problem.label[rows])]
    shape = Shape(len(selected), 1)
    rng = np.random.default_rng(problem.seed)
    values = joined.take(rows, selected)
    scale_fit = scale.fit(settings, shape, values, None, rng)
    model, use = models()[pipeline.model.name], pipeline.model
    # The same for all settings of a model: what they share is fitted once.
    seed = seed_of(problem.seed, use.name)
    output = None
    if isinstance(model, Learner):
        if not model.accepts(use.settings, len(selected)):
            raise RefusedError("inputs")
        model_fit = model.prepare(use.settings, len(selected), problem.horizon, seed)
    else:
        x = run_step(scale, settings, shape, scale_fit, values)
        target, output = problem.task.target(problem.label[rows])
        if pipeline.augmentation:
            copies = joined.take(rows, selected, pipeline.augmentation)
            x = np.concatenate([x, run_step(scale, settings, shape, scale_fit, copies)])
            target = np.concatenate([target, target])
        model_fit = model.fit(use.settings, x, target, problem.n_outputs, seed)
    return FittedPipeline(
        pipeline=pipeline,
        shape=problem.shape,
        classes=problem.classes,
        selected=np.asarray(selected),
        scale_fit=scale_fit,
        model_fit=model_fit,
        chain_fits=joined.chain_fits,
        output=output,
    )


def outputs(fitted: FittedPipeline, x: np.ndarray) -> np.ndarray:
    """Outputs of a fitted candidate.

    Parameters
    ----------
    x : ndarray of float32, shape (n, n_selected)
        Scaled features.

    Returns
    -------
    ndarray of float32, shape (n, n_outputs)
    """
    model = fitted.pipeline.model
    raw = predict(models()[model.name], model.settings, fitted.model_fit, x, fitted.n_outputs)
    return raw if fitted.output is None else fitted.output.apply(raw)


def answers(fitted: FittedPipeline, values: np.ndarray) -> np.ndarray:
    """Outputs for signals, by the C that ships on this machine.

    Parameters
    ----------
    values : ndarray of float32, shape (n, length, axes)

    Returns
    -------
    ndarray of float32, shape (n, n_outputs)
    """
    kept = [
        run_chain(chain, values, fitted.chain_fits, wanted=wanted)
        for chain, wanted in fitted.kept()
    ]
    return outputs(fitted, _scale(fitted, np.concatenate(kept, axis=1)))


def inputs(
    fitted: FittedPipeline, joined: Joined, rows: np.ndarray, kind: Kind = "plain"
) -> np.ndarray:
    """Scaled features of some lines, float32 (n_rows, n_selected)."""
    return _scale(fitted, joined.take(rows, fitted.selected, kind))


def scaled(fitted: FittedPipeline, features: np.ndarray) -> np.ndarray:
    """Scaled features, float32 (n, n_selected), of all joined ones (n, n_features)."""
    return _scale(fitted, features[:, fitted.selected])


def _scale(fitted: FittedPipeline, x: np.ndarray) -> np.ndarray:
    use, shape = fitted.pipeline.scale, Shape(x.shape[1], 1)
    return run_step(steps()[use.name], use.settings, shape, fitted.scale_fit, x)
