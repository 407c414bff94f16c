"""Metrics of extrapolation, from targets and predictions of shape (n,)."""

from __future__ import annotations

import numpy as np
from sklearn.metrics import mean_absolute_error, root_mean_squared_error

_RESAMPLES = 1000


def r2(target: np.ndarray, predicted: np.ndarray) -> float:
    """Share of the target's variance that is explained; below 0 where the mean guesses better.

    0 for targets that are all the same, which have no variance.
    """
    if np.ptp(target) == 0:
        return 0.0
    target, predicted = target.astype(np.float64), predicted.astype(np.float64)
    return 1 - float(((target - predicted) ** 2).sum() / ((target - target.mean()) ** 2).sum())


def smape(target: np.ndarray, predicted: np.ndarray) -> float:
    """Symmetric mean absolute percentage error, 0 to 200 %: |p - t| over (|p| + |t|) / 2."""
    target, predicted = target.astype(np.float64), predicted.astype(np.float64)
    size = (np.abs(target) + np.abs(predicted)) / 2
    error = np.abs(predicted - target)
    return float(100 * np.mean(np.divide(error, size, out=np.zeros_like(error), where=size > 0)))


def metrics(target: np.ndarray, predicted: np.ndarray) -> dict[str, float]:
    """R2, SMAPE in percent, and MAE and RMSE in the unit of the target."""
    return {
        "r2": r2(target, predicted),
        "smape_percent": smape(target, predicted),
        "mae": float(mean_absolute_error(target, predicted)),
        "rmse": float(root_mean_squared_error(target, predicted)),
    }


def margin(target: np.ndarray, predicted: np.ndarray) -> float:
    """1 - median |error| / median |target - median target|, 0 to 1."""
    usual = np.median(np.abs(target - np.median(target)))
    error = np.median(np.abs(predicted - target))
    return float(np.clip(1 - error / usual, 0, 1)) if usual > 0 else float(error == 0)


def bootstrap_interval(
    target: np.ndarray, predicted: np.ndarray, group: np.ndarray, seed: int = 0
) -> tuple[float, float]:
    """95 % interval of R2, resampling whole recordings; lines where there is one recording."""
    rng = np.random.default_rng(seed)
    names, member = np.unique(group, return_inverse=True)
    if len(names) == 1:
        names, member = np.arange(len(target)), np.arange(len(target))
    target, predicted = target.astype(np.float64), predicted.astype(np.float64)
    sums = np.stack(
        [
            np.bincount(member, weights=values)
            for values in (np.ones_like(target), target, target**2, (predicted - target) ** 2)
        ],
        axis=1,
    )
    drawn = rng.multinomial(len(names), np.full(len(names), 1 / len(names)), _RESAMPLES) @ sums
    count, total, squares, errors = drawn.T
    spread = squares - total**2 / count
    values = 1 - errors / np.maximum(spread, 1e-12 * squares)
    low, high = np.percentile(values, (2.5, 97.5))
    return float(low), float(high)
