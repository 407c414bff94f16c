"""Fit one candidate on some of the lines, and predict with the C that will ship."""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import dataclass

import numpy as np

from kinglet.costs import Sizes
from kinglet.host import predict, run_step
from kinglet.pipeline import FittedPipeline, Pipeline, Pool, make_pool
from kinglet.pipeline.fitted import Arrays
from kinglet.pipeline.spec import Chain
from kinglet.record import Learner, Shape, models, selectors, steps
from kinglet.search.problem import Problem
from kinglet.search.store import Kind, Probe, seed_of

_SELECTION_LIMIT = 5.0  # standard deviations: one wild line must not steer the selection


@dataclass(frozen=True)
class Joined:
    """A candidate before it sees labels: its joined features and what they cost.

    Parameters
    ----------
    pipeline : Pipeline
    features : ndarray of float32, shape (n, n_features)
    pool : Pool
    chain_fits : dict
    """

    pipeline: Pipeline
    features: np.ndarray
    pool: Pool
    chain_fits: dict[Chain, Arrays]

    def varies(self) -> bool:
        """Whether any feature differs between any two lines."""
        return bool((self.features != self.features[:1]).any())


def join(problem: Problem, pipeline: Pipeline) -> Joined:
    """Compute or read the features of all branches."""
    chains = pipeline.chains()
    fits: dict[Chain, Arrays] = {}
    for chain in chains:
        fits |= problem.store.chain_fits(chain)
    return Joined(
        pipeline=pipeline,
        features=joined_features(problem, pipeline),
        pool=make_pool(pipeline, problem.shape, fits, problem.costs.cycles_per_operation),
        chain_fits=fits,
    )


def joined_features(problem: Problem, pipeline: Pipeline, kind: Kind = "plain") -> np.ndarray:
    """Features of all branches side by side, float32 (n, n_features)."""
    return np.concatenate(
        [np.asarray(problem.store.features(chain, kind)) for chain in pipeline.chains()], axis=1
    )


def probe_features(problem: Problem, pipeline: Pipeline, kind: Probe) -> np.ndarray:
    """Joined features of a few nominal signals, as they are or changed beyond doubt."""
    return np.concatenate(
        [np.asarray(problem.store.probe(chain, kind)) for chain in pipeline.chains()], axis=1
    )


def select(problem: Problem, joined: Joined, rows: np.ndarray) -> np.ndarray:
    """Select features on some lines; candidates that differ in the model only share the result.

    Parameters
    ----------
    rows : ndarray of int
        Training lines.
    """
    pipeline = joined.pipeline
    use = pipeline.selection
    data = pipeline.to_json()
    # The count of inputs decides what is left for the model.
    model = models()[pipeline.model.name]
    count = use.settings.get("count", joined.pool.n_features)
    if isinstance(model, Learner):
        config = pipeline.model.settings
        knowledge = 4 * model.state(config, count)
        reserve = problem.costs.learner_cycles(
            model, config, count, knowledge, stream=problem.shape.is_sample
        )
    else:
        operations = model.cost(pipeline.model.settings, {}, count, problem.n_outputs)
        reserve = problem.costs.cycles(model, operations)
    limit = np.inf
    if problem.costs.target.cycle_table is not None:
        overhead = problem.costs.overhead_cycles(problem.shape.length * problem.shape.axes)
        calls = sum(len(chain) for chain in pipeline.chains())
        free = 0.85 * (problem.limits.cycles - reserve - overhead - 100.0 * calls - 20.0 * count)
        limit = _round_down(free)
    lines = hashlib.sha256(rows.astype(np.int64).tobytes()).hexdigest()
    name = json.dumps([data["prefix"], data["branches"], data["selection"], limit, lines])
    key = f"select_{hashlib.sha256(name.encode()).hexdigest()[:24]}"

    def compute() -> np.ndarray:
        x = joined.features[rows].astype(np.float32)
        center, spread = x.mean(axis=0), x.std(axis=0)
        flat = spread <= 1e-6 * np.abs(center)
        x = (x - center) / np.where(flat, 1, spread)
        x[:, flat] = 0
        x = np.clip(x, -_SELECTION_LIMIT, _SELECTION_LIMIT)
        chosen: np.ndarray = selectors()[use.name].select(
            use.settings,
            x,
            problem.task.target(problem.label[rows])[0],
            joined.pool,
            limit,
            seed_of(problem.seed, use.name),
        )
        return chosen

    return np.asarray(problem.store.array(key, compute))


def _round_down(cycles: float) -> float:
    """Two significant digits, so that models of about one cost share their selection."""
    if cycles <= 0:
        return 0.0
    step = 10.0 ** (math.floor(math.log10(cycles)) - 1)
    return math.floor(cycles / step) * step


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


def fit(problem: Problem, joined: Joined, rows: np.ndarray) -> FittedPipeline:
    """Fit selection, scaling and model on some lines.

    Raises
    ------
    RefusedError
        ``time`` where no feature can be afforded, ``inputs`` where the model takes fewer of them.
    """
    pipeline = joined.pipeline
    selected = select(problem, joined, rows)
    if not len(selected):
        raise RefusedError("time")
    scale, settings = steps()[pipeline.scale.name], pipeline.scale.settings
    rows = rows[problem.task.learned(problem.label[rows])]
    shape = Shape(len(selected), 1)
    rng = np.random.default_rng(problem.seed)
    values = joined.features[np.ix_(rows, selected)]
    scale_fit = scale.fit(settings, shape, values, None, rng)
    model, use = models()[pipeline.model.name], pipeline.model
    seed = seed_of(problem.seed, pipeline.canonical())
    output = None
    if isinstance(model, Learner):
        if not model.accepts(use.settings, len(selected)):
            raise RefusedError("inputs")
        model_fit = model.prepare(use.settings, len(selected), problem.horizon, seed)
    else:
        x = run_step(scale, settings, shape, scale_fit, values)
        target, output = problem.task.target(problem.label[rows])
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


def outputs(fitted: FittedPipeline, features: np.ndarray) -> np.ndarray:
    """Outputs of a fitted candidate for lines whose joined features are known.

    Parameters
    ----------
    features : ndarray of float32, shape (n, n_features)

    Returns
    -------
    ndarray of float32, shape (n, n_outputs)
    """
    model = fitted.pipeline.model
    x = scaled(fitted, features)
    raw = predict(models()[model.name], model.settings, fitted.model_fit, x, fitted.n_outputs)
    return raw if fitted.output is None else fitted.output.apply(raw)


def scaled(fitted: FittedPipeline, features: np.ndarray) -> np.ndarray:
    """Selected and scaled features, float32 (n, n_selected), of joined ones."""
    use = fitted.pipeline.scale
    x = np.ascontiguousarray(features[:, fitted.selected])
    return run_step(steps()[use.name], use.settings, Shape(x.shape[1], 1), fitted.scale_fit, x)
