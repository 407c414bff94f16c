"""Linear models."""

from __future__ import annotations

from typing import Any

import numpy as np

from kinglet.convert.graph import Node
from kinglet.convert.scikit_learn.common import (
    dense,
    inverse,
    one_target,
    probabilities,
    refuse,
    scaler,
)


def classifier(estimator: Any) -> list[Node]:
    """One decision for each class, or a single one between two."""
    weights = np.atleast_2d(estimator.coef_)
    if np.ndim(estimator.classes_[0]) or len(weights) != max(len(estimator.classes_), 1) - (
        len(estimator.classes_) == 2
    ):
        refuse(estimator, "several labels a signal", "fit it with one class for each signal")
    return [*dense(weights, estimator.intercept_), probabilities(len(weights))]


def regressor(estimator: Any) -> list[Node]:
    """One target."""
    weights = np.atleast_2d(estimator.coef_)
    one_target(estimator, len(weights))
    return dense(weights, estimator.intercept_)


def pls(estimator: Any) -> list[Node]:
    """PLSRegression, which scales its input."""
    weights = np.atleast_2d(estimator.coef_)
    one_target(estimator, len(weights))
    spread = np.asarray(estimator._x_std)
    return [
        *scaler(estimator._x_mean, inverse(spread), len(spread)),
        *dense(weights * spread, estimator.intercept_),
    ]
