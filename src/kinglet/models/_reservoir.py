"""Nearest neighbours in NumPy, the oracle of what `kinglet/runtime/reservoir.h` does."""

from __future__ import annotations

import numpy as np

from kinglet.models._clusters import least_variance
from kinglet.models._draw import Draws

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
        self._count = 0.0
        self._mean, self._square, self._difference = np.zeros((3, learned.shape[1]))
        self._draws = Draws()
        self.kept: list[np.ndarray] = []
        for x in learned.astype(np.float64):
            self._learn(x, size, horizon)

    def _learn(self, x: np.ndarray, size: int, horizon: float) -> None:
        before = self._count
        if self.kept:
            other = self.kept[int(np.argmin(self.distances(x[None])[0]))]
            self._difference += ((x - other) ** 2 - self._difference) / min(before, _MEMORY)
        self._count = count = min(before + 1, horizon)
        kept = 1 if count < horizon else 1 - 1 / count
        self._square = kept * self._square + (1 - 1 / count) * (x - self._mean) ** 2
        self._mean = self._mean + (x - self._mean) / count
        if len(self.kept) < min(size, count):
            self.kept.append(x)
            return
        # In float32 as in C: where the slot begins is a matter of rounding.
        slot = int(np.float32(self._draws.next() / (1 << 24)) * np.float32(count))
        if slot < size:
            self.kept[slot] = x

    def scale(self) -> np.ndarray:
        """Squared scale of each feature, shape (n_inputs,)."""
        n, variance = self._count, self._square / max(self._count - 1, 1)
        scale = (n * self._difference / 2 + _PRIOR * variance) / (n + _PRIOR)
        return np.maximum(scale, least_variance(self._mean))

    def distances(self, x: np.ndarray) -> np.ndarray:
        """Mean squared deviation from each vector kept, shape (n, n_kept)."""
        apart = (x[:, None, :] - np.array(self.kept)) ** 2 / self.scale()
        return np.asarray(np.minimum(apart.sum(axis=2), _FAR) / x.shape[1])

    def score(self, x: np.ndarray, nearest: int) -> np.ndarray:
        """Logarithm of the mean of the smallest distances, shape (n,)."""
        smallest = np.sort(self.distances(x), axis=1)[:, :nearest]
        return np.log(np.maximum(smallest.mean(axis=1), 1e-3))
