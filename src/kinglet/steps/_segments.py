"""What steps over equal segments of an axis have in common; see `kinglet/runtime/segment.h`."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np

from kinglet.record import Config, Field, Fitted, Shape, Step


class SegmentStep(Step):
    """One figure of each of a few equal, contiguous segments of an axis."""

    kind = "features"
    fields = (Field("segments", "uint16_t", "segments per axis"),)
    tolerance = (1e-5, 1e-5)

    def output(self, config: Config, shape: Shape) -> Shape:
        return Shape(config["segments"] * shape.axes, 1)

    def block(self, config: Config, shape: Shape, fitted: Fitted) -> dict[str, Any]:
        return {"segments": config["segments"]}

    def figure(self, segment: np.ndarray) -> np.ndarray:
        """The figure of each axis, shape (n, axes), of segments (n, samples, axes) in float64."""
        raise NotImplementedError

    def oracle(
        self, config: Config, shape: Shape, fitted: Fitted, values: np.ndarray
    ) -> np.ndarray:
        exact = values.astype(np.float64)
        edges = np.arange(config["segments"] + 1) * shape.length // config["segments"]
        figures = [self.figure(exact[:, start:stop]) for start, stop in pairwise(edges)]
        return np.stack(figures, axis=2).reshape(len(values), -1)
