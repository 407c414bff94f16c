"""Nearest neighbours in NumPy, the oracle of what `kinglet/runtime/reservoir.h` does."""

from __future__ import annotations

import numpy as np

from kinglet.models._draw import Draws
from kinglet.models._variance import Moments, least_variance, log_share

_MEMORY = 50.0
_FAR = 1e12
_PRIOR = 4.0


class Reservoir:
    """A bounded, fair sample of vectors learned in order, and the scale of their differences.

    Parameters
    ----------
    size : int
        Vectors kept.
    horizon : float
        Signals after which older ones fade.
    learned : ndarray, shape (n, n_inputs)
    """

    def __init__(self, size: int, horizon: float, learned: np.ndarray) -> None:
        self._moments = Moments(learned.shape[1], horizon)
        self._difference = np.zeros(learned.shape[1])
        self._draws = Draws()
        self.kept: list[np.ndarray] = []
        for x in learned.astype(np.float64):
            self._learn(x, size)

    def _learn(self, x: np.ndarray, size: int) -> None:
        before = self._moments.count
        if self.kept:
            other = self.kept[int(np.argmin(self.distances(x[None])[0]))]
            self._difference += ((x - other) ** 2 - self._difference) / min(before, _MEMORY)
        self._moments.take(x)
        count = self._moments.count
        if len(self.kept) < min(size, count):
            self.kept.append(x)
            return
        # In float32 as in C: where the slot begins is a matter of rounding.
        slot = int(np.float32(self._draws.next() / (1 << 24)) * np.float32(count))
        if slot < size:
            self.kept[slot] = x

    def scale(self) -> np.ndarray:
        """Squared scale of each feature, shape (n_inputs,)."""
        n = self._moments.count
        variance = self._moments.square / max(n - 1, 1)
        scale = (n * self._difference / 2 + _PRIOR * variance) / (n + _PRIOR)
        return np.maximum(scale, least_variance(self._moments.mean))

    def distances(self, x: np.ndarray) -> np.ndarray:
        """Mean squared deviation from each vector kept, shape (n, n_kept)."""
        apart = (x[:, None, :] - np.array(self.kept)) ** 2 / self.scale()
        return np.asarray(np.minimum(apart.sum(axis=2), _FAR) / x.shape[1])

    def score(self, x: np.ndarray, nearest: int) -> np.ndarray:
        """Logarithm of the mean of the smallest distances, shape (n,)."""
        smallest = np.sort(self.distances(x), axis=1)[:, :nearest]
        return log_share(smallest.mean(axis=1))
