"""The elites: for each family of models the best that is known of it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from kinglet.pipeline import Pipeline
from kinglet.search.board import pareto
from kinglet.search.evaluate import Evaluation, upper_bound

_ELITES = 6
_ALIKE = 2  # elites of one pool of features, at most
_TOP = 8  # best of all families


class Archive:
    """Pareto fronts of score, flash, RAM and time, one for each family, a handful each.

    A family none of whose candidates ran to the end is represented by those that ran farthest.

    Parameters
    ----------
    families : sequence of str
    """

    def __init__(self, families: Sequence[str]) -> None:
        self._elites: dict[str, list[Evaluation]] = {name: [] for name in families}
        self._stopped: dict[str, list[Evaluation]] = {name: [] for name in families}
        self._top: list[float] = []

    def tell(self, evaluation: Evaluation) -> float:
        """Take in a candidate.

        Returns
        -------
        float
            What it gained: 1 where it is among the best of all, a quarter where it is the best of
            its family only.
        """
        family = evaluation.pipeline.model.name
        if family not in self._elites or evaluation.refused:
            return 0.0
        if not evaluation.complete:
            farthest = sorted([*self._stopped[family], evaluation], key=_reach, reverse=True)
            self._stopped[family] = farthest[:_ELITES]
            return 0.0
        elites, score = self._elites[family], evaluation.score
        best = max((entry.score for entry in elites), default=-np.inf)
        self._elites[family] = _spread(pareto([*elites, evaluation]))
        gain = 0.25 if score > best else 0.0
        if len(self._top) < _TOP or score > self._top[-1]:
            self._top = sorted([*self._top, score], reverse=True)[:_TOP]
            gain = 1.0
        return gain

    def elites(self, family: str) -> list[Evaluation]:
        """The elites of a family, best first."""
        return self._elites[family] or self._stopped[family]

    def draw(self, family: str, rng: np.random.Generator) -> Pipeline | None:
        """An elite of a family, each half as likely as the better one; None where none is known."""
        elites = self.elites(family)
        if not elites:
            return None
        rank = min(int(rng.geometric(0.5)) - 1, len(elites) - 1)
        return elites[rank].pipeline


def _reach(evaluation: Evaluation) -> tuple[int, float]:
    """How far a stopped candidate ran, then how well."""
    scores = [score for score in evaluation.split_scores if score is not None]
    return len(scores), upper_bound(scores, 0, 0) if scores else 0.0


def _spread(front: list[Evaluation]) -> list[Evaluation]:
    """The best few of a front, of no pool of features too many."""
    kept: list[Evaluation] = []
    for entry in front:
        alike = sum(entry.pipeline.branches == other.pipeline.branches for other in kept)
        if alike < _ALIKE:
            kept.append(entry)
    return kept[:_ELITES]
