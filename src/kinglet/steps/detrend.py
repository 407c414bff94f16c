"""Line removal."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.signal import detrend

from kinglet.record import Config, Cost, Field, Fitted, Shape, Step


class Detrend(Step):
    """Subtract from each axis the straight line that fits it best."""

    name = "detrend"
    title = "line removal"
    doc = (
        "Subtracts from each axis its least-squares line: y_i = x_i - a - b i. Takes offset and "
        "slow drift (temperature, a hand that turns) away. Leave it out where the drift itself "
        "tells the classes apart."
    )
    kind = "signal"
    fields = (Field("weight", "float", "last time / sum of the squares of all times"),)
    tolerance = (1e-5, 1e-5)

    def accepts(self, config: Config, shape: Shape) -> bool:
        return shape.length >= 8

    def output(self, config: Config, shape: Shape) -> Shape:
        return shape

    def block(self, config: Config, shape: Shape, fitted: Fitted) -> dict[str, Any]:
        return {"weight": 3.0 / (shape.length * (shape.length + 1.0))}

    def cost(self, config: Config, shape: Shape) -> Cost:
        return Cost.uniform(shape.axes, shape.axes, shared=28.0 * shape.length)

    def oracle(
        self, config: Config, shape: Shape, fitted: Fitted, values: np.ndarray
    ) -> np.ndarray:
        result: np.ndarray = detrend(values.astype(np.float64), axis=1)
        return result


RECORD = Detrend()
