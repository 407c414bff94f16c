"""Nearest neighbours."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.spatial.distance import cdist

from kinglet.convert.layer import Arrays, Layer, Settings
from kinglet.record import Field


class Neighbours(Layer):
    """Shares of the classes among the nearest lines learned."""

    name = "neighbours"
    title = "nearest neighbours"
    doc = (
        "Share of each class among the ``neighbours`` lines at the smallest Euclidean distance. "
        "All lines learned are in the library: for few of them."
    )
    fields = (
        Field("inputs", "uint32_t", "values in"),
        Field("lines", "uint32_t", "lines learned"),
        Field("classes", "uint32_t", "classes"),
        Field("neighbours", "uint32_t", "lines that vote, 1..32"),
        Field("table", "float", "the lines, one row of inputs each", array=True),
        Field("labels", "uint8_t", "class of each line", array=True),
    )
    tolerance = (1e-6, 0.0)

    def inputs(self, settings: Settings, arrays: Arrays) -> int | None:
        return int(arrays["table"].shape[1])

    def outputs(self, settings: Settings, arrays: Arrays, inputs: int) -> int:
        return int(settings["classes"])

    def block(self, settings: Settings, arrays: Arrays, inputs: int) -> dict[str, Any]:
        return {"inputs": inputs, "lines": len(arrays["labels"]), **settings, **arrays}

    def oracle(self, settings: Settings, arrays: Arrays, x: np.ndarray) -> np.ndarray:
        near = cdist(x, arrays["table"].astype(float)).argsort(axis=1, kind="stable")
        labels = arrays["labels"][near[:, : settings["neighbours"]]]
        classes = np.arange(settings["classes"])
        return np.asarray((labels[:, :, None] == classes).mean(axis=1))


RECORD = Neighbours()
