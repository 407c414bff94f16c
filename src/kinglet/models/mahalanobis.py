"""Mahalanobis distance that learns on the device."""

from __future__ import annotations

import numpy as np

from kinglet.models._covariance import (
    MOST_INPUTS,
    forward_cost,
    mean_square,
    packed,
    root_cost,
    scatter,
    shrunk,
)
from kinglet.models._variance import log_share
from kinglet.record import Config, Field, Fitted, Learner


class Mahalanobis(Learner):
    """Mean and covariance of all signals, shrunk as far as their number asks for."""

    name = "mahalanobis"
    title = "Mahalanobis distance"
    doc = (
        "Mean and covariance of all signals. The score is the logarithm of the mean squared "
        "Mahalanobis distance; the correlations are shrunk to none by the share that minimises "
        "their expected error, so that few signals are enough. Sees what breaks the usual relation "
        "of two features though each alone is usual. Not for several regimes of a machine, nor for "
        "more than 32 features."
    )
    source = (
        "Schaefer and Strimmer (2005), A shrinkage approach to large-scale covariance matrix "
        "estimation, section 2.4"
    )
    # Float32 sums against a matrix whose smallest eigenvalue may be .02.
    tolerance = (1e-4, 1e-4)
    fields = (
        Field("inputs", "uint32_t", "number of features"),
        Field("horizon", "float", "signals after which older ones fade"),
    )

    def accepts(self, config: Config, n_inputs: int) -> bool:
        return n_inputs <= MOST_INPUTS

    def state(self, config: Config, n_inputs: int) -> int:
        return 1 + n_inputs + packed(n_inputs)

    def scratch(self, config: Config, n_inputs: int) -> int:
        return n_inputs + packed(n_inputs)

    def score_cost(self, config: Config, n_inputs: int) -> float:
        return root_cost(n_inputs) + forward_cost(n_inputs)

    def learn_cost(self, config: Config, n_inputs: int) -> float:
        return 78.0 + n_inputs * (7.5 * n_inputs + 34.0)

    def oracle(
        self, config: Config, fitted: Fitted, learned: np.ndarray, x: np.ndarray
    ) -> np.ndarray:
        count, mean, total = scatter(float(fitted["horizon"][0]), learned)
        deviation, correlations = shrunk(total, mean, max(count - 1, 1))
        return log_share(mean_square(correlations, (x - mean) / deviation))


RECORD = Mahalanobis()
