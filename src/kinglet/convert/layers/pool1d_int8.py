"""Pooling along time of int8 values."""

from __future__ import annotations

from typing import Any

import numpy as np

from kinglet.convert.layer import Arrays, Layer, Settings
from kinglet.convert.layers.pool1d import NUMBERS, POOL_FIELDS, pooled
from kinglet.record import Field


class Pool1dInt8(Layer):
    """Each window of each channel becomes one value: the largest step, or the mean as a float."""

    name = "pool1d_int8"
    title = "pooling of int8"
    doc = (
        "Setting ``kind``: max, largest step, int8; mean, (sum of steps - zero count) scale / "
        "count over the samples within the signal, float32."
    )
    fields = (
        *POOL_FIELDS,
        Field("mean", "uint32_t", "whether it is the mean"),
        Field("zero", "int32_t", "step that means 0"),
        Field("scale", "float", "step of the grid"),
    )

    def inputs(self, settings: Settings, arrays: Arrays) -> int | None:
        return -(-int(settings["length"] * settings["channels"]) // 4)

    def outputs(self, settings: Settings, arrays: Arrays, inputs: int) -> int:
        count = int(settings["out_length"] * settings["channels"])
        return count if settings["kind"] == "mean" else -(-count // 4)

    def block(self, settings: Settings, arrays: Arrays, inputs: int) -> dict[str, Any]:
        numbers = {name: settings[name] for name in (*NUMBERS, "zero", "scale")}
        return {**numbers, "mean": int(settings["kind"] == "mean")}

    def oracle(self, settings: Settings, arrays: Arrays, x: np.ndarray) -> np.ndarray:
        values = pooled(settings, x).reshape(len(x), -1)
        if settings["kind"] == "mean":
            values = (values - settings["zero"]) * settings["scale"]
        return np.asarray(values)


RECORD = Pool1dInt8()
