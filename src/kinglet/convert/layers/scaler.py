"""Shift and gain of each value."""

from __future__ import annotations

from typing import Any

import numpy as np

from kinglet.convert.layer import Arrays, Layer, Settings
from kinglet.record import Field


class Scaler(Layer):
    """Every value has a shift and a gain of its own."""

    name = "scaler"
    title = "shift and gain"
    doc = "y = (x - shift) gain, value by value: scalers, batch normalisation of a vector."
    fields = (
        Field("count", "uint32_t", "values"),
        Field("shift", "float", "what is subtracted", array=True),
        Field("gain", "float", "what the difference is multiplied by", array=True),
    )
    in_place = True

    def inputs(self, settings: Settings, arrays: Arrays) -> int | None:
        return len(arrays["shift"])

    def block(self, settings: Settings, arrays: Arrays, inputs: int) -> dict[str, Any]:
        return {"count": inputs, **arrays}

    def oracle(self, settings: Settings, arrays: Arrays, x: np.ndarray) -> np.ndarray:
        return np.asarray((x - arrays["shift"].astype(float)) * arrays["gain"].astype(float))


RECORD = Scaler()
