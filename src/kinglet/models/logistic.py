"""Logistic regression."""

from __future__ import annotations

import numpy as np
from scipy.linalg import cholesky, solve_triangular

from kinglet.models._network import Linear, LogLoss, with_ones
from kinglet.models._quasi_newton import minimise
from kinglet.models._read_out import LinearModel, line_weights, read_out
from kinglet.record import Config, Parameter

_ITERATIONS = 100
# Added to the diagonal of the bound, whose largest elements are about 1.
_JITTER = 1e-5


class Logistic(LinearModel):
    """Multinomial logistic regression with an L2 penalty."""

    name = "logistic"
    title = "logistic regression"
    doc = (
        "p = softmax(W x + b) with the smallest log-loss plus penalty/2 |W|^2; classes weigh the "
        "same. Good probabilities. With many features and few lines linear discriminant analysis "
        "holds better on new recordings."
    )
    source = "Hastie, Tibshirani and Friedman (2009), The Elements of Statistical Learning, 4.4"
    parameters = (
        Parameter(
            "penalty",
            1e-2,
            "Weight of the squared weights against the mean log-loss.",
            low=1e-5,
            high=1.0,
            scale="log",
        ),
    )

    def fit(
        self, config: Config, x: np.ndarray, y: np.ndarray, n_outputs: int, seed: int
    ) -> dict[str, np.ndarray]:
        classes, index = np.unique(y, return_inverse=True)
        weight, columns = line_weights(y), with_ones(x)
        # Of two classes only the difference is penalised, as if there were one output.
        penalty = config["penalty"] * (2 if len(classes) == 2 else 1)
        objective = Linear(columns, len(classes), LogLoss(index, weight), penalty)
        # In coordinates in which the curvature at the start is the same all around few steps do.
        share = (weight / (len(x) * len(classes))).astype(np.float32)
        curvature = (columns * share) @ columns.T
        curvature.flat[:: len(columns) + 1] += penalty + _JITTER
        turn = solve_triangular(
            cholesky(curvature, lower=True), np.eye(len(columns), dtype=np.float32), lower=True
        )

        def turned(weights: np.ndarray) -> tuple[float, np.ndarray]:
            value, gradient = objective(weights.reshape(len(classes), -1) @ turn)
            return value, (gradient @ turn.T).ravel()

        start = np.zeros(len(classes) * len(columns), dtype=np.float32)
        weights = minimise(turned, start, _ITERATIONS).reshape(len(classes), -1) @ turn
        return read_out(weights[:, :-1], weights[:, -1], classes, n_outputs)


RECORD = Logistic()
