"""The space of pipelines: a portfolio known from experience, then random ones."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np

from kinglet.pipeline import Pipeline
from kinglet.pipeline.spec import Chain, Use, chain_outputs
from kinglet.record import (
    ANOMALY,
    CLASSIFICATION,
    EXTRAPOLATION,
    OUTLIER,
    Config,
    Learner,
    Model,
    Selector,
    Shape,
    models,
    selectors,
    steps,
)
from kinglet.search import (
    portfolio,
    portfolio_anomaly,
    portfolio_extrapolation,
    portfolio_outlier,
)
from kinglet.search.blocks import draw_branches, fitting, raw
from kinglet.search.store import seed_of

_PORTFOLIOS = {
    ANOMALY: portfolio_anomaly,
    OUTLIER: portfolio_outlier,
    CLASSIFICATION: portfolio,
    EXTRAPOLATION: portfolio_extrapolation,
}
_DRAWS = 200
_SELECTORS = ("forward", "tree_importance", "ridge_elimination")
_FEW = (8, 12, 16, 24, 32)  # features of a model whose memory grows with them
_PROVED = 0.5  # share of the candidates for extrapolation that draw on a pool of the portfolio
_MOST = 1500  # features to choose from: with more of them one choice takes as long as a search


class Space:
    """Pipelines by number, the same for the same seed.

    Parameters
    ----------
    task : str
        Name of the project type.
    shape : Shape
        Of the signals.
    seed : int
    allowed : tuple of str
        Names of the models to choose from; all that serve the task by default.
    """

    def __init__(self, task: str, shape: Shape, seed: int, allowed: tuple[str, ...] = ()) -> None:
        self._task = task
        self._models = allowed or tuple(models().serving(task))
        self._shape = shape
        self._seed = seed
        self._keys: set[str] = set()

    @cached_property
    def portfolio(self) -> list[Pipeline]:
        """Tried first, in this order."""
        source = _PORTFOLIOS[self._task]
        unique = {
            pipeline.canonical(): pipeline
            for pipeline in source.portfolio(self._shape)
            if pipeline.model.name in self._models
        }
        return list(unique.values())

    def shared_chains(self) -> list[Chain]:
        """Branches that several pipelines of the portfolio use, the most used first."""
        count: dict[Chain, int] = {}
        for pipeline in self.portfolio:
            for chain in pipeline.chains():
                count[chain] = count.get(chain, 0) + 1
        return sorted((c for c in count if count[c] > 1), key=lambda chain: -count[chain])

    def ask(self, number: int) -> Pipeline:
        """The candidate of a number; numbers are asked in order, each once."""
        if number < len(self.portfolio):
            pipeline = self.portfolio[number]
        else:
            pipeline = self._draw(np.random.default_rng(seed_of(self._seed, f"ask{number}")))
        self._keys.add(pipeline.canonical())
        return pipeline

    def _draw(self, rng: np.random.Generator) -> Pipeline:
        """A random pipeline that was not asked before."""
        for _ in range(_DRAWS):
            pipeline = self._random(rng)
            if pipeline.canonical() not in self._keys:
                break
        return pipeline

    def _random(self, rng: np.random.Generator) -> Pipeline:
        model = models()[str(rng.choice(self._models))]
        config = model.draw(rng)
        if self._shape.is_sample and isinstance(model, Learner) and model.of_values:
            branches = fitting(raw(self._shape), self._shape)
            selector: Selector = selectors()["all_features"]
            settings: dict[str, Any] = {}
        else:
            branches = self._draw_branches(rng)
            selector, settings = self._draw_selection(model, config, rng)
        scale = steps()["bound" if self._task == ANOMALY else "scale"]
        return Pipeline(
            branches=branches,
            scale=Use.of(scale, **scale.draw(rng)),
            selection=Use.of(selector, **settings),
            model=Use.of(model, **config),
        )

    def _draw_branches(self, rng: np.random.Generator) -> tuple[Chain, ...]:
        if self._task == EXTRAPOLATION:
            return self._draw_pool(rng)
        for _ in range(_DRAWS):
            branches = fitting(draw_branches(self._task, self._shape, rng), self._shape)
            if branches:
                return branches
        return fitting(raw(self._shape), self._shape)

    def _draw_pool(self, rng: np.random.Generator) -> tuple[Chain, ...]:
        """A pool of the portfolio, or a random one to which the course of the signal belongs.

        A number hangs on few features, which a small random pool seldom holds.
        """
        if rng.random() < _PROVED:
            return self.portfolio[int(rng.integers(len(self.portfolio)))].branches
        for _ in range(_DRAWS):
            drawn = raw(self._shape) + draw_branches(self._task, self._shape, rng)
            branches = fitting(drawn, self._shape)
            if sum(chain_outputs(chain, self._shape) for chain in branches) <= _MOST:
                return branches
        return fitting(raw(self._shape), self._shape)

    def _draw_selection(
        self, model: Model | Learner, config: Config, rng: np.random.Generator
    ) -> tuple[Selector, dict[str, Any]]:
        if not isinstance(model, Learner):
            selector = selectors()[str(rng.choice(_SELECTORS))]
            return selector, selector.draw(rng)
        counts = [count for count in _FEW if model.accepts(config, count)]
        names = _SELECTORS if len(counts) < len(_FEW) else (*_SELECTORS, "all_features")
        selector = selectors()[str(rng.choice(names))]
        settings = selector.draw(rng)
        if "count" in settings:
            settings["count"] = int(rng.choice(counts))
        return selector, settings
