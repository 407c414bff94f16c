"""Mahalanobis distance to the centre of what was learned."""

from __future__ import annotations

from typing import Any

import numpy as np

from kinglet.convert.layer import Arrays, Layer, Settings
from kinglet.record import Field


class Ellipsoid(Layer):
    """Squared Mahalanobis distance."""

    name = "ellipsoid"
    title = "Mahalanobis distance"
    doc = "y = |U (x - centre)|^2, U upper triangular with U'U the inverse of the covariance."
    fields = (
        Field("inputs", "uint32_t", "values in"),
        Field("centre", "float", "what is subtracted", array=True),
        Field("root", "float", "rows of U from the diagonal on", array=True),
    )
    tolerance = (1e-4, 1e-4)

    def inputs(self, settings: Settings, arrays: Arrays) -> int | None:
        return len(arrays["centre"])

    def outputs(self, settings: Settings, arrays: Arrays, inputs: int) -> int:
        return 1

    def scratch(self, settings: Settings, arrays: Arrays, inputs: int) -> int:
        return inputs

    def block(self, settings: Settings, arrays: Arrays, inputs: int) -> dict[str, Any]:
        return {"inputs": inputs, **arrays}

    def oracle(self, settings: Settings, arrays: Arrays, x: np.ndarray) -> np.ndarray:
        n = len(arrays["centre"])
        root = np.zeros((n, n))
        root[np.triu_indices(n)] = arrays["root"]
        return np.asarray((((x - arrays["centre"]) @ root.T) ** 2).sum(axis=1, keepdims=True))


RECORD = Ellipsoid()
