"""From int8 to float32."""

from __future__ import annotations

from typing import Any

import numpy as np

from kinglet.convert.layer import Arrays, Layer, Settings
from kinglet.record import Field


class Dequantise(Layer):
    """Every step of a grid becomes its value."""

    name = "dequantise"
    title = "from int8"
    doc = "x = (q - zero) scale."
    source = "ONNX operators, DequantizeLinear"
    fields = (
        Field("count", "uint32_t", "values"),
        Field("scale", "float", "step of the grid"),
        Field("zero", "int32_t", "step that means 0"),
    )
    in_place = True

    def inputs(self, settings: Settings, arrays: Arrays) -> int | None:
        return -(-int(settings["count"]) // 4)

    def outputs(self, settings: Settings, arrays: Arrays, inputs: int) -> int:
        return int(settings["count"])

    def block(self, settings: Settings, arrays: Arrays, inputs: int) -> dict[str, Any]:
        return dict(settings)

    def oracle(self, settings: Settings, arrays: Arrays, x: np.ndarray) -> np.ndarray:
        return np.asarray((x - settings["zero"]) * settings["scale"])


RECORD = Dequantise()
