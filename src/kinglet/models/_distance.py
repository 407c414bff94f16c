"""Distances of scaled features in NumPy, the oracle of `kinglet/runtime/distance.h`."""

from __future__ import annotations

import numpy as np

from kinglet.record import OUTLIER, Model

_FARTHEST = 1e9
_NEAREST = 1e-6

# Variance of a scaled feature below which a difference says nothing: usually it is 1.
LEAST_VARIANCE = 1e-6


class OutlierModel(Model):
    """A model of normal lines alone: one output, higher for what is less like them."""

    tasks = (OUTLIER,)
    # Of logarithms and of distances whose terms cancel.
    tolerance = (1e-4, 1e-4)


def reach(x: np.ndarray) -> np.ndarray:
    """Values within the bound beyond which a signal is as far as can be, float64."""
    return np.clip(np.asarray(x, dtype=np.float64), -_FARTHEST, _FARTHEST)


def log_distance(mean_square: np.ndarray) -> np.ndarray:
    """Logarithm of a mean squared deviation, at least that of a thousandth."""
    return np.asarray(np.log(np.maximum(mean_square, _NEAREST)))
