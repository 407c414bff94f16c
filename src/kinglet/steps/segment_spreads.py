"""Spreads of equal segments."""

from __future__ import annotations

import numpy as np

from kinglet.record import Config, Cost, Parameter, Shape
from kinglet.steps._segments import SegmentStep


class SegmentSpreads(SegmentStep):
    """Log standard deviation of each of a few equal, contiguous segments of an axis."""

    name = "segment_spreads"
    title = "log spread of segment"
    doc = (
        "Cuts each axis into equal contiguous segments and takes the natural logarithm of the "
        "standard deviation of each: how the strength of a vibration or sound changes over time. "
        "Of no use where the moment at which a window starts is arbitrary."
    )
    parameters = (
        Parameter("segments", 4, "Segments that an axis is cut into.", choices=(4, 8, 16)),
    )

    def accepts(self, config: Config, shape: Shape) -> bool:
        return shape.length >= 4 * config["segments"]

    def cost(self, config: Config, shape: Shape) -> Cost:
        count = self.outputs(config, shape)
        each = 36.0 * shape.length / config["segments"] + 150.0
        return Cost(np.full(count, each), np.full(count, -1), np.zeros(0))

    def figure(self, segment: np.ndarray) -> np.ndarray:
        return np.asarray(np.log(segment.std(axis=1)))


RECORD = SegmentSpreads()
