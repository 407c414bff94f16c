"""Structures and tails at random: what any other strategy must beat."""

from __future__ import annotations

import numpy as np

from kinglet.search.strategy.base import Batches
from kinglet.search.strategy.structure import Proposal, Structure, Tail


class RandomSearch(Batches):
    """Random structures, each with random tails, after the portfolio."""

    def _propose(self, rng: np.random.Generator) -> Proposal:
        return self._random(rng)

    def _tail(self, structure: Structure, family: str, rng: np.random.Generator) -> Tail | None:
        return self.drawer.tail(structure, family, rng)
