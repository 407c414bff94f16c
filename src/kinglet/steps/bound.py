"""A bound on the joined vector, for models that find their scale themselves."""

from __future__ import annotations

import numpy as np

from kinglet.record import ANOMALY, Config, Cost, Fitted, Shape, Step


class Bound(Step):
    """Each feature as it is, but for values too large to be squared."""

    name = "bound"
    title = "bound"
    doc = (
        "y = clip(x, -1e15, 1e15), so that squares stay finite. For models that learn on the "
        "device, which find the scale of each feature there: it may differ from machine to machine."
    )
    tasks = (ANOMALY,)
    kind = "vector"

    def output(self, config: Config, shape: Shape) -> Shape:
        return shape

    def cost(self, config: Config, shape: Shape) -> Cost:
        count = shape.length
        return Cost(np.full(count, 8.0), np.full(count, -1), np.zeros(0))

    def oracle(
        self, config: Config, shape: Shape, fitted: Fitted, values: np.ndarray
    ) -> np.ndarray:
        return np.clip(values, -1e15, 1e15)


RECORD = Bound()
