"""Autocorrelation at a few lags."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.signal import correlate

from kinglet.record import Config, Cost, Field, Fitted, Parameter, Shape, Step
from kinglet.runtime.tables import strictly_increasing


class Autocorrelation(Step):
    """How much an axis resembles itself a little later."""

    name = "autocorrelation"
    title = "autocorrelation"
    doc = (
        "Per axis and lag: r = sum_i y_i y_(i+lag) / sum_i y_i^2, y = x - mean(x), for lags from 1 "
        "up to a share of the length, as far apart each (linear) or farther by a constant factor "
        "(log). Tells periods and smoothness and is blind to size and starting moment. 0 for a "
        "constant."
    )
    source = "Box and Jenkins (1970), Time series analysis, section 2.1.5"
    kind = "features"
    parameters = (
        Parameter("lags", 12, "Lags per axis.", choices=(6, 12, 24)),
        Parameter(
            "reach",
            0.25,
            "Longest lag.",
            choices=(0.125, 0.25, 0.5),
            unit="share of the length",
        ),
        Parameter("spacing", "log", "How the lags grow.", choices=("linear", "log")),
    )
    fields = (
        Field("lag", "uint16_t", "the lags, ascending", array=True),
        Field("lags", "uint16_t", "lags per axis"),
    )
    tolerance = (1e-5, 1e-5)

    def _lags(self, config: Config, shape: Shape) -> np.ndarray:
        longest, lags = int(config["reach"] * shape.length), config["lags"]
        space = np.linspace if config["spacing"] == "linear" else np.geomspace
        return strictly_increasing(space(1, longest, lags))

    def accepts(self, config: Config, shape: Shape) -> bool:
        return int(config["reach"] * shape.length) >= config["lags"]

    def output(self, config: Config, shape: Shape) -> Shape:
        return Shape(config["lags"] * shape.axes, 1)

    def labels(self, config: Config, shape: Shape) -> list[str]:
        lags = self._lags(config, shape)
        return [
            f"autocorrelation of axis {axis} at lag {lag}"
            for axis in range(shape.axes)
            for lag in lags
        ]

    def block(self, config: Config, shape: Shape, fitted: Fitted) -> dict[str, Any]:
        return {"lag": self._lags(config, shape), "lags": config["lags"]}

    def scratch(self, config: Config, shape: Shape) -> int:
        return shape.length

    def cost(self, config: Config, shape: Shape) -> Cost:
        each = np.tile(7.5 * (shape.length - self._lags(config, shape)) + 50.0, shape.axes)
        group = np.repeat(np.arange(shape.axes), config["lags"])
        return Cost(each, group, np.full(shape.axes, 18.0 * shape.length))

    def oracle(
        self, config: Config, shape: Shape, fitted: Fitted, values: np.ndarray
    ) -> np.ndarray:
        centred = values.astype(np.float64)
        centred = centred - centred.mean(axis=1, keepdims=True)
        lags = self._lags(config, shape)
        rows = []
        for signal in centred.transpose(0, 2, 1):
            whole = np.stack([correlate(axis, axis)[shape.length - 1 :] for axis in signal])
            rows.append((whole[:, lags] / whole[:, :1]).ravel())
        return np.stack(rows)


RECORD = Autocorrelation()
