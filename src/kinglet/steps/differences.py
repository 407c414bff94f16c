"""First differences."""

from __future__ import annotations

import numpy as np

from kinglet.record import Config, Cost, Fitted, Shape, Step


class Differences(Step):
    """Difference of each sample to the one before it."""

    name = "differences"
    title = "first differences"
    doc = (
        "y_i = x_i - x_(i-1), and y_0 = y_1 so that the length stays a power of two. Takes offset "
        "and drift away and lifts high frequencies by 6 dB an octave. Leave it out where the slow "
        "movement tells the classes apart, or where the sensor's noise is as large as its signal."
    )
    kind = "signal"
    tolerance = (1e-6, 1e-7)

    def accepts(self, config: Config, shape: Shape) -> bool:
        return shape.length >= 8

    def output(self, config: Config, shape: Shape) -> Shape:
        return shape

    def cost(self, config: Config, shape: Shape) -> Cost:
        return Cost.uniform(shape.axes, shape.axes, shared=12.0 * shape.length)

    def oracle(
        self, config: Config, shape: Shape, fitted: Fitted, values: np.ndarray
    ) -> np.ndarray:
        steps = np.diff(values.astype(np.float64), axis=1)
        return np.concatenate([steps[:, :1], steps], axis=1)


RECORD = Differences()
