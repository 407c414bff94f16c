"""Multi-layer perceptron with one hidden layer, for a continuous target."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from sklearn.neural_network import MLPRegressor

from kinglet.models._perceptron import Perceptron, perceptron
from kinglet.models._read_out import quiet
from kinglet.record import EXTRAPOLATION, Config


class MlpRegression(Perceptron):
    """One hidden layer of rectified units, then a weighted sum."""

    name = "mlp_regression"
    title = "neural network for regression"
    doc = (
        "y = v max(0, W x + b) + c, fitted by quasi-Newton steps to the squared error with a "
        "penalty on the squared weights. Bends where a line does not do, and beyond the training "
        "lines goes on as a line. With int8 each unit has one scale, applied after its sum. With "
        "few lines linear regression is the better choice."
    )
    source = "Bishop (2006), Pattern Recognition and Machine Learning, 5.1-5.5"
    tasks = (EXTRAPOLATION,)
    parameters = tuple(
        replace(p, low=1e-3, doc="Weight of the squared weights against the mean squared error.")
        if p.name == "penalty"
        else p
        for p in Perceptron.parameters
    )

    def fit(
        self, config: Config, x: np.ndarray, y: np.ndarray, n_outputs: int, seed: int
    ) -> dict[str, np.ndarray]:
        network = MLPRegressor(
            hidden_layer_sizes=(config["hidden"],),
            solver="lbfgs",
            alpha=config["penalty"] * len(x),
            max_iter=100,
            random_state=seed,
        )
        mean = y.mean()
        with quiet():
            network.fit(x.astype(np.float32), (y - mean).astype(np.float32))
        (first, last), (bias, last_bias) = network.coefs_, network.intercepts_
        if not np.ptp(y):  # nothing to learn, to the last digit
            last, last_bias = np.zeros_like(last), np.zeros_like(last_bias)
        return perceptron(
            config, first, last.T.astype(np.float32), np.concatenate([bias, last_bias + mean])
        )


RECORD = MlpRegression()
