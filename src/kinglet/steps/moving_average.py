"""Exponentially weighted moving average."""

from __future__ import annotations

import numpy as np

from kinglet.record import Config, Cost, Field, Fitted, Parameter, Shape
from kinglet.steps._history import HistoryStep


class MovingAverage(HistoryStep):
    """Level of each sensor, newer samples weighing more; the deviation from it, and its size."""

    name = "moving_average"
    title = "exponentially weighted moving average"
    values = ("moving average", "deviation from the moving average", "log of the moving variance")
    doc = (
        "Of each axis the level m, m += w d with d = x - m; the deviation d from the level before; "
        "and log q with q += w (d^2 - q) (at least (1e-5 m)^2: below it is rounding). The weight w "
        "is alpha, and 1/t in sample t as long as that is more, so that the first samples count "
        "alike. Three values an axis in little memory, for paces that no window could hold. What "
        "happened in one exact stretch is better seen by the moving statistics."
    )
    source = "Roberts (1959), Control chart tests based on geometric moving averages"
    parameters = (
        Parameter("alpha", 0.1, "Weight of the newest sample.", choices=(0.005, 0.02, 0.1, 0.3)),
    )
    fields = (Field("alpha", "float", "weight of the newest sample"),)

    def history(self, config: Config, shape: Shape) -> int:
        return 1 + 2 * shape.axes

    def cost(self, config: Config, shape: Shape) -> Cost:
        each = np.tile([12.0, 12.0, 120.0], shape.axes)
        none = np.full(len(each), -1)
        return Cost(each, none, np.zeros(0), fixed=70.0 + 60.0 * shape.axes)

    def oracle(
        self, config: Config, shape: Shape, fitted: Fitted, values: np.ndarray
    ) -> np.ndarray:
        level, square = np.zeros((2, shape.axes))
        rows = []
        for number, x in enumerate(values[:, 0].astype(np.float64), start=1):
            weight = max(np.float64(np.float32(config["alpha"])), 1 / number)
            deviation = x - level if number > 1 else np.zeros(shape.axes)
            level = level + weight * deviation if number > 1 else x
            square = square + weight * (deviation**2 - square)
            log_square = np.log(np.maximum(square, 1e-10 * level**2 + 1e-20))
            rows.append(np.stack([level, deviation, log_square], axis=1).ravel())
        return np.array(rows)


RECORD = MovingAverage()
