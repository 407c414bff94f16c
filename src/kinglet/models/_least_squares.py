"""Ridge regression in closed form, its penalty given or chosen by leave-one-out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

# What a choice by leave-one-out chooses from.
PENALTIES = tuple(10.0 ** (power / 3) for power in range(-18, 4))
# Against division by 0 where a line is fitted whatever it says.
_LEAST_REST = 1e-12


def ridge(x: np.ndarray, y: np.ndarray, penalties: Sequence[float]) -> tuple[np.ndarray, float]:
    """Weights and bias of y = x w + b with the smallest |y - x w - b|^2 + penalty n |w|^2.

    Of several penalties the one that is best for lines left out of the fit: without line i its
    residual is r_i / (1 - h_i), h the leverage (Allen 1974, the PRESS statistic).

    Parameters
    ----------
    x : ndarray of float64, shape (n, n_inputs)
    y : ndarray of float64, shape (n,)
    penalties : sequence of float

    Returns
    -------
    tuple of (ndarray of float64, float)
    """
    x_mean, y_mean = x.mean(axis=0), y.mean()
    left, size, right = np.linalg.svd(x - x_mean, full_matrices=False)
    projected = left.T @ (y - y_mean)
    best, least = penalties[0], np.inf
    for penalty in penalties if len(penalties) > 1 else ():
        kept = size**2 / (size**2 + penalty * len(x))
        leverage = left**2 @ kept + 1 / len(x)
        residual = (y - y_mean) - left @ (kept * projected)
        error = float(np.mean((residual / np.maximum(1 - leverage, _LEAST_REST)) ** 2))
        if error < least:
            best, least = penalty, error
    weights = (projected * size / (size**2 + best * len(x))) @ right
    return weights, float(y_mean - x_mean @ weights)
