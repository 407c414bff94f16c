"""Multi-layer perceptron with one hidden layer."""

from __future__ import annotations

import numpy as np
from scipy.special import softmax

from kinglet.models._network import LogLoss
from kinglet.models._perceptron import Perceptron, learn, perceptron
from kinglet.models._read_out import line_weights, read_out
from kinglet.record import CLASSIFICATION, Config, Fitted


class Mlp(Perceptron):
    """One hidden layer of rectified units, then softmax."""

    name = "mlp"
    title = "neural network"
    doc = (
        "p = softmax(V max(0, W x + b) + c), fitted by quasi-Newton steps with a penalty on the "
        "squared weights; classes weigh the same. Over 64 selected features 16 units do. With "
        "int8 each unit has one scale, applied after its sum; as a rule nothing is lost."
    )
    source = "Bishop (2006), Pattern Recognition and Machine Learning, 5.1-5.5"
    tasks = (CLASSIFICATION,)

    def fit(
        self, config: Config, x: np.ndarray, y: np.ndarray, n_outputs: int, seed: int
    ) -> dict[str, np.ndarray]:
        classes, index = np.unique(y, return_inverse=True)
        loss = LogLoss(index, line_weights(y))
        first, last = learn(config, x, y, len(classes), loss, seed)
        out = read_out(last[:, :-1], last[:, -1], classes, n_outputs)
        bias = np.concatenate([first[:, -1], out["bias"]])
        return perceptron(config, first[:, :-1], out["weights"], bias)

    def cost(self, config: Config, fitted: Fitted, n_inputs: int, n_outputs: int) -> float:
        return super().cost(config, fitted, n_inputs, n_outputs) + 100.0 * n_outputs

    def oracle(self, config: Config, fitted: Fitted, x: np.ndarray) -> np.ndarray:
        return softmax(super().oracle(config, fitted, x), axis=1)


RECORD = Mlp()
