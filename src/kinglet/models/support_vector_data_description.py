"""The smallest ball around most lines."""

from __future__ import annotations

from typing import Any

import numpy as np

from kinglet.models._distance import LEAST_VARIANCE, OutlierModel, log_distance, reach
from kinglet.record import Config, Field, Fitted, Parameter

_ROUNDS = 300


class SupportVectorDataDescription(OutlierModel):
    """A hypersphere in the space of the scaled features."""

    name = "support_vector_data_description"
    title = "smallest ball"
    doc = (
        "score = log(|x - c|^2 / R^2), 0 on the ball. c and R minimise R^2 + sum_i max(0, |x_i - "
        "c|^2 - R^2) / (nu n): the smallest ball that a share nu of the lines may leave. The "
        "smallest and fastest of all models; blind to correlations. In the space of a Gaussian "
        "kernel the ball is the model one_class_svm."
    )
    source = "Tax and Duin (2004), Support vector data description, Machine Learning 54"
    parameters = (
        Parameter(
            "nu", 0.5, "Share of the lines that may lie outside.", low=0.02, high=0.9, scale="log"
        ),
    )
    fields = (
        Field("inputs", "uint16_t", "features"),
        Field("share", "float", "one over the squared radius"),
        Field("centre", "float", "c", array=True),
    )

    def fit(
        self, config: Config, x: np.ndarray, y: np.ndarray, n_outputs: int, seed: int
    ) -> dict[str, np.ndarray]:
        x = x.astype(np.float64)
        centre = _centre(x, config["nu"])
        apart = ((x - centre) ** 2).sum(axis=1)
        squared = max(float(np.quantile(apart, 1 - config["nu"])), LEAST_VARIANCE * x.shape[1])
        return {"centre": centre.astype(np.float32), "squared_radius": np.array(squared)}

    def block(self, config: Config, fitted: Fitted) -> dict[str, Any]:
        centre = fitted["centre"]
        share = 1 / float(fitted["squared_radius"])
        return {"inputs": len(centre), "share": share, "centre": centre}

    def scratch(self, config: Config, n_inputs: int, n_outputs: int) -> int:
        return n_inputs

    def cost(self, config: Config, fitted: Fitted, n_inputs: int, n_outputs: int) -> float:
        return 28.0 * n_inputs + 120.0

    def typical_bytes(self, config: Config, n_inputs: int, n_outputs: int) -> int:
        return 12 + 4 * n_inputs

    def oracle(self, config: Config, fitted: Fitted, x: np.ndarray) -> np.ndarray:
        apart = (reach(x - fitted["centre"]) ** 2).sum(axis=1, keepdims=True)
        return log_distance(apart / fitted["squared_radius"])


def _centre(x: np.ndarray, nu: float) -> np.ndarray:
    """Centre of the soft smallest ball, by conditional gradients on its dual problem.

    The centre is a mean of the lines, none of which weighs more than 1 / (nu n). Each round moves
    it to the mean of the farthest lines, as far as the dual grows (Frank and Wolfe 1956).
    """
    most = 1 / max(nu * len(x), 1.0)
    share = np.full(len(x), 1 / len(x))
    full = int(1 / most + 1e-9)
    square = (x**2).sum(axis=1)
    for _ in range(_ROUNDS):
        centre = share @ x
        order = np.argsort(2 * x @ centre - square, kind="stable")
        target = np.zeros(len(x))
        target[order[:full]] = most
        if full < len(x):
            target[order[full]] = max(0.0, 1 - full * most)
        step = target - share
        move = step @ x
        gain, curve = step @ square - 2 * move @ centre, 2 * move @ move
        if gain <= 1e-9 * square.max() or curve <= 0:
            break
        share = share + min(1.0, gain / curve) * step
    return np.asarray(share @ x)


RECORD = SupportVectorDataDescription()
