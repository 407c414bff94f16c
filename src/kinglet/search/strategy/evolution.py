"""Evolution: neighbours of the best of each family, with a bandit between the families."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np

from kinglet.pipeline import Pipeline
from kinglet.record import models
from kinglet.search.evaluate import Evaluation
from kinglet.search.space import MOST_JOINED, Space
from kinglet.search.strategy.archive import Archive
from kinglet.search.strategy.bandit import Bandit
from kinglet.search.strategy.base import Batches
from kinglet.search.strategy.moves import MOVES, active, changed, few
from kinglet.search.strategy.structure import Proposal, Structure, Tail, tail_of

_FRESH = 0.1  # share of the structures and of the tails that are drawn, not bred
_SAME = 0.2  # share of the batches that give an elite's structure other tails
_NEW = 1.0  # of a full batch: a structure that is not known to be good gets fewer tails
_AGAIN = 0.5  # chance that another move follows
_DRAWS = 20


class Evolution(Batches):
    """Mutates the elites of families chosen by a bandit.

    Parameters
    ----------
    space : Space
    too_large : callable
        Names the limit that a pipeline breaks for certain, empty where there is none.
    work : callable
        What an evaluation cost.
    """

    def __init__(
        self,
        space: Space,
        too_large: Callable[[Pipeline], str],
        work: Callable[[Evaluation], float],
    ) -> None:
        super().__init__(space, too_large)
        self._work = work
        self._bandit = Bandit(space.models)
        self._archive = Archive(space.models)
        self._read = 0

    def _shares(self) -> dict[str, float]:
        return self._bandit.shares()

    def _learn(self, known: Sequence[Evaluation]) -> None:
        for evaluation in known[self._read :]:
            gain = self._archive.tell(evaluation)
            self._bandit.tell(evaluation.pipeline.model.name, gain, self._work(evaluation))
        self._read = max(self._read, len(known))

    def _propose(self, rng: np.random.Generator) -> Proposal:
        """The structure of an elite, perhaps moved; its own tail shows what the move is worth."""
        family, new = self._family(rng), math.ceil(_NEW * self._most)
        elite = self._archive.draw(family, rng)
        if elite is None or rng.random() < _FRESH:
            return Proposal(self.drawer.structure(family, rng), (), new)
        structure = Structure.of(elite)
        if rng.random() < _SAME:
            return Proposal(structure, (), self._most)
        mate = self._archive.draw(self._family(rng), rng) or elite
        moved = self._moved(structure, Structure.of(mate), rng)
        if not self.drawer.serves(moved, family):
            return Proposal(structure, (), self._most)
        return Proposal(moved, (tail_of(elite), tail_of(mate)), new)

    def _moved(self, structure: Structure, other: Structure, rng: np.random.Generator) -> Structure:
        """One move away, sometimes more."""
        most = max(MOST_JOINED, structure.joined(self.space.shape) or 0)
        moved = structure
        for _ in range(_DRAWS):
            move = MOVES[int(rng.integers(len(MOVES)))]
            tried = move(moved, other, self.space, rng)
            if tried != moved and self.drawer.fits(tried, most):
                moved = tried
                if rng.random() >= _AGAIN:
                    break
        return moved

    def _tail(self, structure: Structure, family: str, rng: np.random.Generator) -> Tail | None:
        """A neighbour of the tail of an elite of the family."""
        elite = self._archive.draw(family, rng)
        if elite is None or rng.random() < _FRESH:
            return self.drawer.tail(structure, family, rng)
        tail = tail_of(elite)
        record = models()[family]
        names = few([*(p.name for p in active(record, tail.model)), "features"], rng)
        model = changed(record, tail.model, names, rng)
        counts = self.drawer.counts(structure, model)
        if not counts:
            return None
        at = _nearest(counts, tail.count, rng)
        if "features" in names:
            at = min(max(at + int(rng.choice((-1, 1))), 0), len(counts) - 1)
        return Tail(counts[at], model)

    def _family(self, rng: np.random.Generator) -> str:
        shares = self._shares()
        return str(rng.choice(list(shares), p=list(shares.values())))


def _nearest(counts: list[int | None], count: int | None, rng: np.random.Generator) -> int:
    """Place of the count nearest to another; any where one of them keeps all features."""
    if count is None or counts == [None]:
        return int(rng.integers(len(counts)))
    return min(range(len(counts)), key=lambda place: abs((counts[place] or 0) - count))
