"""Multi-layer perceptron with one hidden layer, for a continuous target."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from kinglet.models._network import SquaredLoss
from kinglet.models._perceptron import Perceptron, learn, perceptron
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
        mean = y.mean()
        first, last = learn(config, x, y, 1, SquaredLoss(y - mean), seed)
        if not np.ptp(y):  # nothing to learn, to the last digit
            last = np.zeros_like(last)
        bias = np.concatenate([first[:, -1], last[:, -1] + mean])
        return perceptron(config, first[:, :-1], last[:, :-1], bias)


RECORD = MlpRegression()
