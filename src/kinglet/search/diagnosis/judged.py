"""What is compared to tell causes: a candidate judged anew, and the difference of two."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import norm

from kinglet.costs import Sizes

ROOM = 0.02  # of the task's metric: nobody would call less than that poor
_CHANCE = 0.005  # probability that a difference is called clear where there is none


@dataclass(frozen=True)
class Judged:
    """A candidate judged on the few splits of a diagnosis.

    Parameters
    ----------
    scores : ndarray, shape (n_splits,)
        The task's metric of each split.
    merit : ndarray, shape (n_held_out,)
        How right the answer to each held-out line of each split is: 1 or 0; for a target 1 minus
        the squared error over the variance of the targets.
    sizes : Sizes
    """

    scores: np.ndarray
    merit: np.ndarray
    sizes: Sizes

    @property
    def mean(self) -> float:
        """Mean of the metric over the splits."""
        return float(self.scores.mean())


@dataclass(frozen=True)
class Difference:
    """Paired difference of the metric.

    Parameters
    ----------
    gain : float
        Mean over the splits.
    error : float
        Standard error: the larger of that over splits and that over lines, or over recordings
        where they are kept together.
    """

    gain: float
    error: float

    def clear(self, tried: int = 1) -> bool:
        """Whether it is a gain worth having, beyond chance.

        Parameters
        ----------
        tried : int
            Differences of which this is the largest (Bonferroni's correction).
        """
        return self.gain >= ROOM and self.gain > norm.isf(_CHANCE / tried) * self.error
