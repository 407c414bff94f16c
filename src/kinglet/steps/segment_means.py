"""Means of equal segments."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np

from kinglet.record import Config, Cost, Field, Fitted, Parameter, Shape, Step


class SegmentMeans(Step):
    """Mean of each of a few equal, contiguous segments of an axis."""

    name = "segment_means"
    title = "segment mean"
    doc = (
        "Cuts each axis into equal contiguous segments and takes the mean of each: the coarse "
        "shape of the signal over time; the samples themselves where the segments are as many. Of "
        "no use where the moment at which a window starts is "
        "arbitrary."
    )
    kind = "features"
    parameters = (
        Parameter(
            "segments", 8, "Segments that an axis is cut into.", choices=(1, 2, 4, 8, 16, 32)
        ),
    )
    fields = (Field("segments", "uint16_t", "segments per axis"),)
    tolerance = (1e-5, 1e-5)

    def accepts(self, config: Config, shape: Shape) -> bool:
        return shape.length >= config["segments"]

    def output(self, config: Config, shape: Shape) -> Shape:
        return Shape(config["segments"] * shape.axes, 1)

    def block(self, config: Config, shape: Shape, fitted: Fitted) -> dict[str, Any]:
        return {"segments": config["segments"]}

    def cost(self, config: Config, shape: Shape) -> Cost:
        count = self.outputs(config, shape)
        each = 3.0 * shape.length / config["segments"] + 40.0
        return Cost(np.full(count, each), np.full(count, -1), np.zeros(0))

    def oracle(
        self, config: Config, shape: Shape, fitted: Fitted, values: np.ndarray
    ) -> np.ndarray:
        edges = np.arange(config["segments"] + 1) * shape.length // config["segments"]
        means = [
            values[:, start:stop].mean(axis=1, dtype=np.float64) for start, stop in pairwise(edges)
        ]
        return np.stack(means, axis=2).reshape(len(values), -1)


RECORD = SegmentMeans()
