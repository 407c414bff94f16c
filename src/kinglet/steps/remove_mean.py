"""Mean removal."""

from __future__ import annotations

import numpy as np

from kinglet.record import Config, Cost, Fitted, Shape, Step


class RemoveMean(Step):
    """Subtract from each axis its mean over the signal."""

    name = "remove_mean"
    title = "mean removal"
    doc = (
        "Subtracts from each axis its mean over the signal: y_i = x_i - mean(x). Takes gravity and "
        "sensor offsets away. Leave it out where the offset itself tells the classes apart."
    )
    kind = "signal"
    tolerance = (1e-5, 1e-5)

    def output(self, config: Config, shape: Shape) -> Shape:
        return shape

    def cost(self, config: Config, shape: Shape) -> Cost:
        return Cost.uniform(shape.axes, shape.axes, shared=8.0 * shape.length)

    def oracle(
        self, config: Config, shape: Shape, fitted: Fitted, values: np.ndarray
    ) -> np.ndarray:
        values = values.astype(np.float64)
        return values - values.mean(axis=1, keepdims=True)


RECORD = RemoveMean()
