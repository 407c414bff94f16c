"""Running means and variances in NumPy, the oracle of what `kinglet/runtime/variance.h` does."""

from __future__ import annotations

import numpy as np


def least_variance(mean: np.ndarray) -> np.ndarray:
    """Variance below which a difference is rounding."""
    return np.asarray(1e-10 * mean**2 + 1e-20)


def squared_share(deviation: np.ndarray, variance: np.ndarray) -> np.ndarray:
    """Squared deviation over its variance, at most 1e12."""
    return np.asarray(np.minimum(deviation**2 / variance, 1e12))


def log_share(share: np.ndarray) -> np.ndarray:
    """Logarithm of a mean of such shares, at least that of a thousandth."""
    return np.asarray(np.log(np.maximum(share, 1e-3)))


class Moments:
    """Mean and squared deviations of vectors taken one by one; at the horizon older ones fade.

    Parameters
    ----------
    n_inputs : int
    horizon : float
        Number of vectors after which older ones fade.

    Attributes
    ----------
    count : float
        Vectors taken, at most the horizon.
    kept : float
        What is left of older sums when a vector was taken: 1 before the horizon.
    mean, square : ndarray, shape (n_inputs,)
        Mean, and sum of the squared deviations from it.
    """

    def __init__(self, n_inputs: int, horizon: float) -> None:
        self.horizon = horizon
        self.count, self.kept = 0.0, 1.0
        self.mean, self.square = np.zeros((2, n_inputs))

    def take(self, x: np.ndarray) -> None:
        """Take a vector, shape (n_inputs,)."""
        self.count = min(self.count + 1, self.horizon)
        self.kept = 1 if self.count < self.horizon else 1 - 1 / self.count
        change = x - self.mean
        self.mean = self.mean + change / self.count
        self.square = self.kept * self.square + change * (x - self.mean)

    def variance(self) -> np.ndarray:
        """Variance of each feature, shape (n_inputs,), no less than what is rounding."""
        return np.maximum(self.square / max(self.count - 1, 1), least_variance(self.mean))
