"""Differences to an earlier sample."""

from __future__ import annotations

import numpy as np

from kinglet.record import Config, Cost, Field, Fitted, Parameter, Shape
from kinglet.steps._history import HistoryStep


class LaggedDifferences(HistoryStep):
    """How far each sensor has moved since a few samples ago."""

    name = "lagged_differences"
    title = "difference to an earlier sample"
    values = ("difference to an earlier sample",)
    doc = (
        "y_t = x_t - x_(t-lag) of each axis, over a stream of samples of several sensors. Sees "
        "jumps (lag 1) and quick drifts (lag 16) whatever the level is. The first sample stands "
        "for all before it. Not for levels that are wrong but steady."
    )
    parameters = (
        Parameter("lag", 1, "How many samples earlier.", choices=(1, 4, 16), unit="samples"),
    )
    fields = (Field("lag", "uint16_t", "how many samples earlier"),)
    tolerance = (1e-6, 1e-7)

    def history(self, config: Config, shape: Shape) -> int:
        return 1 + config["lag"] * shape.axes

    def cost(self, config: Config, shape: Shape) -> Cost:
        count = shape.axes
        none = np.full(count, -1)
        return Cost(np.full(count, 12.0), none, np.zeros(0), fixed=70.0 + 14.0 * count)

    def oracle(
        self, config: Config, shape: Shape, fitted: Fitted, values: np.ndarray
    ) -> np.ndarray:
        x = values[:, 0].astype(np.float64)
        return x - x[np.maximum(np.arange(len(x)) - config["lag"], 0)]


RECORD = LaggedDifferences()
