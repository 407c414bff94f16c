"""Means of equal segments."""

from __future__ import annotations

import numpy as np

from kinglet.record import Config, Cost, Parameter, Shape
from kinglet.steps._segments import SegmentStep


class SegmentMeans(SegmentStep):
    """Mean of each of a few equal, contiguous segments of an axis."""

    name = "segment_means"
    title = "segment mean"
    doc = (
        "Cuts each axis into equal contiguous segments and takes the mean of each: the coarse "
        "shape of the signal over time; the samples themselves where the segments are as many. Of "
        "no use where the moment at which a window starts is arbitrary."
    )
    parameters = (
        Parameter(
            "segments", 8, "Segments that an axis is cut into.", choices=(1, 2, 4, 8, 16, 32)
        ),
    )

    def accepts(self, config: Config, shape: Shape) -> bool:
        return shape.length >= config["segments"]

    def cost(self, config: Config, shape: Shape) -> Cost:
        count = self.outputs(config, shape)
        each = 3.0 * shape.length / config["segments"] + 40.0
        return Cost(np.full(count, each), np.full(count, -1), np.zeros(0))

    def figure(self, segment: np.ndarray) -> np.ndarray:
        return np.asarray(segment.mean(axis=1))


RECORD = SegmentMeans()
