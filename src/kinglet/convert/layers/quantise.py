"""From float32 to int8."""

from __future__ import annotations

from typing import Any

import numpy as np

from kinglet.convert.layer import Arrays, Layer, Settings
from kinglet.record import Field


class Quantise(Layer):
    """Every value becomes one of 256 steps of a grid; four of them take the room of a float."""

    name = "quantise"
    title = "to int8"
    doc = "q = x / scale rounded to nearest, half to even, + zero, within -128..127."
    source = "ONNX operators, QuantizeLinear"
    fields = (
        Field("count", "uint32_t", "values"),
        Field("scale", "float", "step of the grid"),
        Field("zero", "int32_t", "step that means 0"),
    )
    in_place = True
    tolerance = (0.0, 0.0)

    def inputs(self, settings: Settings, arrays: Arrays) -> int | None:
        return int(settings["count"])

    def outputs(self, settings: Settings, arrays: Arrays, inputs: int) -> int:
        return -(-inputs // 4)

    def block(self, settings: Settings, arrays: Arrays, inputs: int) -> dict[str, Any]:
        return dict(settings)

    def oracle(self, settings: Settings, arrays: Arrays, x: np.ndarray) -> np.ndarray:
        steps = np.rint(x.astype(np.float32) / np.float32(settings["scale"]))
        return np.asarray(np.clip(steps.astype(np.float64) + settings["zero"], -128, 127))


RECORD = Quantise()
