"""Mean and spread of the latest samples."""

from __future__ import annotations

import numpy as np

from kinglet.record import Config, Cost, Field, Fitted, Parameter, Shape
from kinglet.steps._history import HistoryStep


class MovingStatistics(HistoryStep):
    """Mean and spread over a window of the latest samples, and the deviation from that mean."""

    name = "moving_statistics"
    title = "moving statistics"
    values = ("moving mean", "log of the moving spread", "deviation from the moving mean")
    doc = (
        "Over the latest samples of each axis, the newest among them: their mean m, log s with s "
        "their standard deviation (at least 1e-5 |m|: below it is rounding), and x - m. Sees "
        "levels, restlessness and jumps at the pace of the window. Worked out afresh from the "
        "stored samples each time, so that no error adds up over years; the first sample stands "
        "for all before it. Long windows of many axes take memory: the moving average needs less."
    )
    parameters = (
        Parameter(
            "window", 16, "How many of the latest samples.", choices=(8, 16, 32, 64), unit="samples"
        ),
    )
    fields = (Field("window", "uint16_t", "how many of the latest samples"),)

    def history(self, config: Config, shape: Shape) -> int:
        return 1 + config["window"] * shape.axes

    def cost(self, config: Config, shape: Shape) -> Cost:
        axis = np.arange(shape.axes)[:, None]
        level, spread = 20.0 * config["window"] + 60.0, 17.0 * config["window"] + 110.0
        return Cost(
            each=np.full(len(self.values) * shape.axes, 15.0),
            group=(2 * axis + np.array([0, 1, 0])).ravel(),
            # A spread needs the level too: where that is not wanted, it is told too cheap.
            shared=np.tile([level, spread], shape.axes),
            fixed=60.0 + 10.0 * shape.axes,
        )

    def oracle(
        self, config: Config, shape: Shape, fitted: Fitted, values: np.ndarray
    ) -> np.ndarray:
        x = values[:, 0].astype(np.float64)
        age = np.arange(config["window"])
        latest = x[np.maximum(np.arange(len(x))[:, None] - age, 0)]
        mean, variance = latest.mean(axis=1), latest.var(axis=1)
        log_spread = np.log(np.maximum(variance, 1e-10 * mean**2 + 1e-20)) / 2
        return np.stack([mean, log_spread, x - mean], axis=2).reshape(len(x), -1)


RECORD = MovingStatistics()
