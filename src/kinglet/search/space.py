"""The space of pipelines: a portfolio known from experience, then random ones."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from kinglet.pipeline import Pipeline
from kinglet.pipeline.spec import Chain, Use
from kinglet.record import Shape, models, selectors, steps
from kinglet.search.blocks import draw_branches, fitting, raw
from kinglet.search.portfolio import portfolio
from kinglet.search.store import seed_of

_DRAWS = 200


class Space:
    """Pipelines by number, the same for the same seed.

    Parameters
    ----------
    shape : Shape
        Of the signals.
    seed : int
    """

    def __init__(self, shape: Shape, seed: int) -> None:
        self._shape = shape
        self._seed = seed
        self._keys: set[str] = set()

    @cached_property
    def portfolio(self) -> list[Pipeline]:
        """Tried first, in this order."""
        unique = {pipeline.canonical(): pipeline for pipeline in portfolio(self._shape)}
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
        branches: tuple[Chain, ...] = ()
        for _ in range(_DRAWS):
            branches = fitting(draw_branches(self._shape, rng), self._shape)
            if branches:
                break
        else:
            branches = fitting(raw(self._shape), self._shape)
        selector = selectors()[str(rng.choice(["forward", "tree_importance", "ridge_elimination"]))]
        model = models()[str(rng.choice(models().names()))]
        scale = steps()["scale"]
        return Pipeline(
            branches=branches,
            scale=Use.of(scale, **scale.draw(rng)),
            selection=Use.of(selector, **selector.draw(rng)),
            model=Use.of(model, **model.draw(rng)),
        )
