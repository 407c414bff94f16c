"""Level in each band of a spectrum."""

from __future__ import annotations

from typing import Any

import numpy as np

from kinglet.record import Config, Cost, Field, Fitted, Parameter, Shape, Step
from kinglet.runtime.tables import strictly_increasing


class Bands(Step):
    """Mean of the bins in each of a few bands, or its logarithm."""

    name = "bands"
    title = "band"
    doc = (
        "After a power or magnitude spectrum: cuts the bins into bands, as wide each (linear) or "
        "wider by a constant factor (log), each of at least one bin, and takes the logarithm of "
        "the mean of each, log max(mean, 1e-20), or (output mean) the mean itself, which is also "
        "what to take after a log spectrum."
    )
    kind = "features"
    takes = "spectrum"
    parameters = (
        Parameter("bands", 16, "Bands that the spectrum is cut into.", choices=(8, 16, 32, 64)),
        Parameter("spacing", "linear", "How the bands grow.", choices=("linear", "log")),
        Parameter("output", "log", "What is told of a band.", choices=("log", "mean")),
    )
    fields = (
        Field("edges", "uint16_t", "first bin of each band, and one past the last", array=True),
        Field("bands", "uint16_t", "bands per axis"),
        Field("logarithm", "uint16_t", "1 for log of the mean, 0 for the mean"),
    )

    def accepts(self, config: Config, shape: Shape) -> bool:
        return shape.length >= config["bands"]

    def output(self, config: Config, shape: Shape) -> Shape:
        return Shape(config["bands"] * shape.axes, 1)

    def _edges(self, config: Config, shape: Shape) -> np.ndarray:
        """First bin of each band, and one past the last, counted from 0."""
        bands, bins = config["bands"], shape.length
        if config["spacing"] == "linear":
            return np.arange(bands + 1) * bins // bands
        return strictly_increasing(np.geomspace(1, bins + 1, bands + 1) - 1)

    def block(self, config: Config, shape: Shape, fitted: Fitted) -> dict[str, Any]:
        return {
            "edges": self._edges(config, shape),
            "bands": config["bands"],
            "logarithm": config["output"] == "log",
        }

    def cost(self, config: Config, shape: Shape) -> Cost:
        each = 5.0 * np.diff(self._edges(config, shape)) + 150.0
        count = self.outputs(config, shape)
        return Cost(np.tile(each, shape.axes), np.full(count, -1), np.zeros(0))

    def _means(self, config: Config, shape: Shape, values: np.ndarray) -> np.ndarray:
        """Mean of each band, shape (n, n_outputs)."""
        edges = self._edges(config, shape)
        sums = np.add.reduceat(values.astype(np.float64), edges[:-1], axis=1)
        means = sums / np.diff(edges)[:, None]
        return means.transpose(0, 2, 1).reshape(len(values), -1)

    def oracle(
        self, config: Config, shape: Shape, fitted: Fitted, values: np.ndarray
    ) -> np.ndarray:
        means = self._means(config, shape, values)
        return np.log(np.maximum(means, 1e-20)) if config["output"] == "log" else means


RECORD = Bands()
