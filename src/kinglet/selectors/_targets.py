"""Lines and what they should tell as a regression problem, centred."""

from __future__ import annotations

import numpy as np


def is_continuous(y: np.ndarray) -> bool:
    """Tell a target of regression, which is floating point, from classes, which are integers."""
    return bool(np.issubdtype(y.dtype, np.floating))


def regression_problem(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Centre features and targets: the target of regression, or one-hot classes.

    All classes weigh the same: lines are multiplied by the root of their weights. The lines of a
    target of regression weigh the same.

    Parameters
    ----------
    x : ndarray of float32, shape (n, n_features)
    y : ndarray, shape (n,)
        Floating point: a target of regression. Else classes.

    Returns
    -------
    tuple of ndarray of float32, shapes (n, n_features) and (n, n_targets)
        One target of regression, or one a class.
    """
    if is_continuous(y):
        target = y.astype(np.float32)[:, None]
        return x - x.mean(axis=0), target - target.mean(axis=0)
    _, index, count = np.unique(y, return_inverse=True, return_counts=True)
    weight = (len(y) / (len(count) * count[index])).astype(np.float32)
    root = np.sqrt(weight)[:, None]
    share = weight / len(y)
    target = (index[:, None] == np.arange(len(count))).astype(np.float32)
    return (x - share @ x) * root, (target - share @ target) * root
