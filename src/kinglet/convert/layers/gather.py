"""Values in another order."""

from __future__ import annotations

from typing import Any

import numpy as np

from kinglet.convert.layer import Arrays, Layer, Settings
from kinglet.record import Field


class Gather(Layer):
    """Values in another order, or some of them."""

    name = "gather"
    title = "other order of the values"
    doc = "y_i = x at place i of a list: for a model whose values lie otherwise in memory."
    fields = (
        Field("count", "uint32_t", "values out"),
        Field("places", "uint16_t", "place of each among the values in", array=True),
    )
    tolerance = (0.0, 0.0)

    def inputs(self, settings: Settings, arrays: Arrays) -> int | None:
        return int(settings["inputs"])

    def outputs(self, settings: Settings, arrays: Arrays, inputs: int) -> int:
        return len(arrays["places"])

    def block(self, settings: Settings, arrays: Arrays, inputs: int) -> dict[str, Any]:
        return {"count": len(arrays["places"]), **arrays}

    def oracle(self, settings: Settings, arrays: Arrays, x: np.ndarray) -> np.ndarray:
        return np.asarray(x[:, arrays["places"]])


RECORD = Gather()
