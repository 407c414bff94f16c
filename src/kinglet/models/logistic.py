"""Logistic regression."""

from __future__ import annotations

import numpy as np
from sklearn.linear_model import LogisticRegression

from kinglet.models._read_out import LinearModel, quiet, read_out
from kinglet.record import Config, Parameter


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
        model = LogisticRegression(
            C=1 / (config["penalty"] * len(x)),
            class_weight="balanced",
            max_iter=300,
        )
        with quiet():
            model.fit(x.astype(np.float64), y)
        return read_out(model.coef_, model.intercept_, model.classes_, n_outputs)


RECORD = Logistic()
