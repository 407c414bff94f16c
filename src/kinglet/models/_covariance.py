"""Shrunk correlations in NumPy, the oracle of what `kinglet/runtime/covariance.h` does."""

from __future__ import annotations

import numpy as np
from scipy.linalg import solve_triangular

from kinglet.models._variance import Moments, least_variance

_LEAST_SHRINKAGE = 0.02

# Features of a signal at most: the work grows with their third power.
MOST_INPUTS = 32


def packed(n_inputs: int) -> int:
    """Floats of a packed symmetric matrix."""
    return n_inputs * (n_inputs + 1) // 2


def root_cost(n_inputs: int) -> float:
    """Operations of shrinking and of the Cholesky decomposition."""
    return n_inputs * (n_inputs * (1.26 * n_inputs + 19.0) + 168.0)


def forward_cost(n_inputs: int) -> float:
    """Operations of taking the correlations out of one deviation."""
    return 310.0 + n_inputs * (3.4 * n_inputs + 112.0)


def scatter(horizon: float, learned: np.ndarray) -> tuple[float, np.ndarray, np.ndarray]:
    """Count, mean (n_inputs,) and scatter (n_inputs, n_inputs) after learning vectors in order."""
    moments = Moments(learned.shape[1], horizon)
    total = np.zeros((learned.shape[1], learned.shape[1]))
    for x in learned.astype(np.float64):
        change = x - moments.mean
        moments.take(x)
        total = moments.kept * total + np.outer(change, x - moments.mean)
    return moments.count, moments.mean, total


def shrunk(total: np.ndarray, mean: np.ndarray, freedom: float) -> tuple[np.ndarray, np.ndarray]:
    """Standard deviations (n_inputs,) and shrunk correlations (n_inputs, n_inputs) of a scatter."""
    deviation = np.sqrt(np.maximum(np.diag(total) / freedom, least_variance(mean)))
    r = total / freedom / np.outer(deviation, deviation)
    below = r[np.tril_indices(len(mean), -1)]
    share = ((1 - below**2) ** 2).sum() / freedom / ((below**2).sum() + 1e-20)
    shrinkage = np.clip(share, _LEAST_SHRINKAGE, 1)
    return deviation, (1 - shrinkage) * r * (1 - np.eye(len(mean))) + np.eye(len(mean))


def mean_square(correlations: np.ndarray, deviations: np.ndarray) -> np.ndarray:
    """Mean square (n,) of deviations (n, n_inputs) with their correlations taken out.

    Deviations are in standard deviations; beyond a million only their direction counts.
    """
    farthest = np.maximum(np.abs(deviations).max(axis=1, keepdims=True), 1e6)
    root = np.linalg.cholesky(correlations)
    return np.asarray(
        (solve_triangular(root, (deviations * 1e6 / farthest).T, lower=True) ** 2).mean(axis=0)
    )
