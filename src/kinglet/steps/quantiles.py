"""Quantiles of an axis."""

from __future__ import annotations

from typing import Any

import numpy as np

from kinglet.record import Config, Cost, Field, Fitted, Parameter, Shape, Step

_PERCENT = {
    5: (5, 25, 50, 75, 95),
    9: (5, 10, 25, 40, 50, 60, 75, 90, 95),
    19: tuple(range(5, 100, 5)),
}


class Quantiles(Step):
    """A few quantiles of the values of each axis."""

    name = "quantiles"
    title = "quantile"
    doc = (
        "Sorts each axis and takes quantiles of it, linear between the two nearest values: the "
        "distribution of the values, whatever their order. Sorting costs about as much as a "
        "spectrum; where the distribution is near normal, time statistics say the same for less."
    )
    source = "Hyndman and Fan (1996), Sample quantiles in statistical packages, definition 7"
    kind = "features"
    parameters = (Parameter("count", 9, "Quantiles of an axis.", choices=tuple(_PERCENT)),)
    fields = (
        Field("count", "uint16_t", "quantiles per axis"),
        Field("percent", "uint8_t", "which ones, in percent", array=True),
    )

    def accepts(self, config: Config, shape: Shape) -> bool:
        return shape.length >= max(8, config["count"])

    def output(self, config: Config, shape: Shape) -> Shape:
        return Shape(config["count"] * shape.axes, 1)

    def labels(self, config: Config, shape: Shape) -> list[str]:
        percents = _PERCENT[config["count"]]
        return [
            f"{percent} % quantile of axis {a}" for a in range(shape.axes) for percent in percents
        ]

    def block(self, config: Config, shape: Shape, fitted: Fitted) -> dict[str, Any]:
        return {"count": config["count"], "percent": _PERCENT[config["count"]]}

    def scratch(self, config: Config, shape: Shape) -> int:
        return shape.length

    def cost(self, config: Config, shape: Shape) -> Cost:
        sort = 29.0 * shape.length * np.log2(shape.length)
        return Cost.uniform(self.outputs(config, shape), shape.axes, shared=sort, each=40.0)

    def oracle(
        self, config: Config, shape: Shape, fitted: Fitted, values: np.ndarray
    ) -> np.ndarray:
        shares = np.asarray(_PERCENT[config["count"]]) / 100
        result = np.quantile(values.astype(np.float64), shares, axis=1)
        return result.transpose(1, 2, 0).reshape(len(values), -1)


RECORD = Quantiles()
