"""Two members that judge together, the oracle of what `kinglet/runtime/pair.h` does."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import ClassVar

import numpy as np

from kinglet.record import Config, Fitted, Learner

# Floats before the states of the members; KN_PAIR_HEAD in C.
HEAD = 7

# Operations of judging two scores, and of taking them in.
SCORE_COST = 100.0
LEARN_COST = 120.0

_LEAST = 1e-4


class Pair(Learner):
    """Two models that judge together, each in units of its own usual scores.

    Attributes
    ----------
    members : tuple of Learner
        In the order in which their states lie in that of the pair.
    """

    members: ClassVar[tuple[Learner, Learner]]
    warm_up = 8  # five scores of each member
    tolerance = (1e-3, 1e-3)

    def accepts(self, config: Config, n_inputs: int) -> bool:
        return all(member.accepts(config, n_inputs) for member in self.members)

    def state(self, config: Config, n_inputs: int) -> int:
        return HEAD + sum(member.state(config, n_inputs) for member in self.members)

    def scratch(self, config: Config, n_inputs: int) -> int:
        return max(member.scratch(config, n_inputs) for member in self.members)

    def score_cost(self, config: Config, n_inputs: int) -> float:
        return SCORE_COST + sum(member.score_cost(config, n_inputs) for member in self.members)

    def learn_cost(self, config: Config, n_inputs: int) -> float:
        scores = sum(member.score_cost(config, n_inputs) for member in self.members)
        return scores + LEARN_COST + sum(m.learn_cost(config, n_inputs) for m in self.members)

    def oracle(
        self, config: Config, fitted: Fitted, learned: np.ndarray, x: np.ndarray
    ) -> np.ndarray:
        horizon = float(fitted["horizon"][0])
        above = [
            above_usual(partial(member.oracle, config, fitted), learned, x, horizon)
            for member in self.members
        ]
        return np.asarray(np.mean(above, axis=0))


def above_usual(
    score: Callable[[np.ndarray, np.ndarray], np.ndarray],
    learned: np.ndarray,
    x: np.ndarray,
    horizon: float,
    warm_up: int = 3,
) -> np.ndarray:
    """How far scores of one member lie above what is usual for it, in standard deviations.

    Mean and variance are those of the scores that each signal had just before it was learned, the
    i-th with the weight i; at the horizon the weights fall exponentially.

    Parameters
    ----------
    score : callable
        ``score(learned, x)``: logarithms of the member's scores of ``x`` after learning.
    learned : ndarray, shape (n_learned, n_inputs)
    x : ndarray, shape (n, n_inputs)
    horizon : float
        Number of signals after which older ones fade.
    warm_up : int
        Signals that the member learns before its scores count.

    Returns
    -------
    ndarray, shape (n,)
        Zeros where fewer than two scores say what is usual.
    """
    count = mean = variance = 0.0
    for i in range(warm_up, len(learned)):
        count = min(count + 1, horizon)
        weight = 2 / (count + 1)
        change = float(score(learned[:i], learned[i : i + 1])[0]) - mean
        mean += weight * change
        variance = (1 - weight) * (variance + weight * change**2)
    if count < 2:
        return np.zeros(len(x))
    return np.asarray((score(learned, x) - mean) / np.sqrt(max(variance, _LEAST)))
