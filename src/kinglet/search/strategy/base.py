"""What every strategy does: the portfolio first, nothing twice, only what can be built."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np

from kinglet.pipeline import Pipeline
from kinglet.record import Learner, models
from kinglet.search.evaluate import Evaluation
from kinglet.search.space import Space
from kinglet.search.store import seed_of
from kinglet.search.strategy.draw import Drawer
from kinglet.search.strategy.structure import Proposal, Structure, Tail

TAILS = 48
LEARNER_TAILS = 4  # a device is played, signal by signal: such candidates are slow to judge
_TRIES = 12
_FAILED = 12  # draws that give nothing new, after which a batch is full enough
_LAST_TRIES = 300  # before the space is thought to be used up
_STRONG = {"mlp", "rbf", "extra_trees"}  # for a third of the tails, whatever the bandit thinks

DrawTail = Callable[[Structure, str, np.random.Generator], Tail | None]


class Strategy(Protocol):
    """Which pipelines to try next."""

    def ask(self, index: int, known: Sequence[Evaluation]) -> list[Pipeline]:
        """The batch of a number; numbers are asked in order, each once.

        Parameters
        ----------
        index : int
            From 0. The first batches are the pipelines of the portfolio, one each.
        known : sequence of Evaluation
            What the batch may know of, by number of candidate; it only ever grows.

        Returns
        -------
        list of Pipeline
            Distinct pipelines that were not asked before, alike but for the count of features and
            the model. Empty where nothing new is found: the space is used up.
        """

    def families(self, known: Sequence[Evaluation]) -> dict[str, float]:
        """Share of the budget of each family of models; they sum to 1.

        Parameters
        ----------
        known : sequence of Evaluation
            No more than the next batch may know of.
        """


class Batches:
    """Common to all strategies: turns proposals into batches.

    Parameters
    ----------
    space : Space
    too_large : callable
        Names the limit that a pipeline breaks for certain, empty where there is none.
    """

    def __init__(self, space: Space, too_large: Callable[[Pipeline], str]) -> None:
        self.space = space
        self.drawer = Drawer(space)
        self._too_large = too_large
        self._asked: set[Pipeline] = set()
        learns = any(isinstance(models()[name], Learner) for name in space.models)
        self._most = LEARNER_TAILS if learns else TAILS

    def ask(self, index: int, known: Sequence[Evaluation]) -> list[Pipeline]:
        """The batch of a number; see `Strategy.ask`."""
        self._learn(known)
        if index < len(self.space.portfolio):
            batch = [self.space.portfolio[index]]
        else:
            batch = self._found(np.random.default_rng(seed_of(self.space.seed, f"ask{index}")))
        self._asked.update(batch)
        return batch

    def families(self, known: Sequence[Evaluation]) -> dict[str, float]:
        """Share of the budget of each family; see `Strategy.families`."""
        self._learn(known)
        return self._shares()

    def _shares(self) -> dict[str, float]:
        """Share of each family; the same for all where nothing is learned."""
        return dict.fromkeys(self.space.models, 1 / len(self.space.models))

    def _learn(self, known: Sequence[Evaluation]) -> None:
        """Take in what has become known."""

    def _propose(self, rng: np.random.Generator) -> Proposal:
        """What the next batch may be made of."""
        raise NotImplementedError

    def _tail(self, structure: Structure, family: str, rng: np.random.Generator) -> Tail | None:
        """A tail of a family for a structure."""
        raise NotImplementedError

    def _found(self, rng: np.random.Generator) -> list[Pipeline]:
        """The first batch that is half full, else the fullest of several, else any at random."""
        best: list[Pipeline] = []
        for _ in range(_TRIES):
            proposal = self._propose(rng)
            batch = self._batch(proposal, self._tail, rng)
            best = max(best, batch, key=len)
            if 2 * len(best) >= proposal.size:
                return best
        for _ in range(_LAST_TRIES):
            if best:
                break
            best = self._batch(self._random(rng), self.drawer.tail, rng)
        return best

    def _random(self, rng: np.random.Generator) -> Proposal:
        """A structure at random."""
        structure = self.drawer.structure(str(rng.choice(self.space.models)), rng)
        return Proposal(structure, (), self._most)

    def _batch(
        self, proposal: Proposal, draw: DrawTail, rng: np.random.Generator
    ) -> list[Pipeline]:
        """A structure with the given tails and drawn ones, a third of them of strong families."""
        structure, size = proposal.structure, proposal.size
        shares = {
            name: share
            for name, share in self._shares().items()
            if self.drawer.serves(structure, name)
        }
        if not shares:
            return []
        strong = {name: share for name, share in shares.items() if name in _STRONG}
        third = math.ceil(size / 3) if strong else 0
        first = self._fill(proposal, strong, third, draw, rng) if strong else []
        rest = [
            tail for tail in dict.fromkeys(proposal.tails) if self.drawer.takes(structure, tail)
        ]
        most = 2 * len(first) if first else size
        others = [p for tail in rest if self._is_new(p := structure.with_tail(tail), first)]
        most = min(size - len(first), most)
        return [*first, *self._fill(proposal, shares, most, draw, rng, others[:most], first)]

    def _fill(
        self,
        proposal: Proposal,
        shares: dict[str, float],
        count: int,
        draw: DrawTail,
        rng: np.random.Generator,
        given: Sequence[Pipeline] = (),
        beside: Sequence[Pipeline] = (),
    ) -> list[Pipeline]:
        """Add new pipelines to given ones until there are ``count``, or too many draws fail."""
        batch = list(given)
        names = list(shares)
        weights = np.array(list(shares.values()))
        failed = 0
        while len(batch) < count and failed < _FAILED:
            family = str(rng.choice(names, p=weights / weights.sum()))
            tail = draw(proposal.structure, family, rng)
            tails = [tail, *self.drawer.variants(tail, rng)] if tail else []
            tried = dict.fromkeys(map(proposal.structure.with_tail, tails))
            new = [pipeline for pipeline in tried if self._is_new(pipeline, [*batch, *beside])]
            batch += new[: count - len(batch)]
            failed += not new
        return batch

    def _is_new(self, pipeline: Pipeline, batch: Sequence[Pipeline]) -> bool:
        new = pipeline not in self._asked and pipeline not in batch
        return new and not self._too_large(pipeline)
