"""Convolution along time, and dense layers, of int8 weights and int8 values."""

from __future__ import annotations

from typing import Any

import numpy as np

from kinglet.convert.layer import Arrays, Layer, Settings
from kinglet.convert.layers.conv1d import GEOMETRY, convolve, geometry
from kinglet.record import Field


class Conv1dInt8(Layer):
    """Filters slide along time, in whole numbers; a dense layer is one window with one tap."""

    name = "conv1d_int8"
    title = "convolution of int8"
    doc = (
        "s = b[f] + sum of w[f, k, c] (x[t stride + k dilation - before, c] - zero_in) in int32, "
        "exact; y = s multiplier[f]; with ``quantised`` rounded to nearest, half to even, "
        "+ zero_out, within low..high. Weights and values take one byte each."
    )
    source = "ONNX operators, QLinearConv; Jacob et al. (2018), Quantization and training, 2.2"
    fields = (
        *GEOMETRY,
        Field("zero_in", "int32_t", "step that means 0 of the values in"),
        Field("quantised", "uint32_t", "whether the values out are int8"),
        Field("zero_out", "int32_t", "step that means 0 of the values out"),
        Field("low", "int32_t", "smallest step out"),
        Field("high", "int32_t", "largest step out"),
        Field("weights", "int8_t", "filters, kernel, channels of the group", array=True),
        Field("bias", "int32_t", "b - zero_in times the sum of weights, a filter", array=True),
        Field("multiplier", "float", "one value a filter", array=True),
    )

    def inputs(self, settings: Settings, arrays: Arrays) -> int | None:
        return -(-int(settings["length"] * settings["channels"]) // 4)

    def outputs(self, settings: Settings, arrays: Arrays, inputs: int) -> int:
        count = int(settings["out_length"] * len(arrays["bias"]))
        return -(-count // 4) if settings["quantised"] else count

    def block(self, settings: Settings, arrays: Arrays, inputs: int) -> dict[str, Any]:
        sums = arrays["weights"].astype(np.int64).sum(axis=(1, 2))
        names = ("zero_in", "quantised", "zero_out", "low", "high")
        return {
            **geometry(settings, arrays),
            **{name: settings[name] for name in names},
            **arrays,
            "bias": arrays["bias"] - settings["zero_in"] * sums,
        }

    def oracle(self, settings: Settings, arrays: Arrays, x: np.ndarray) -> np.ndarray:
        sums = convolve(settings, arrays["weights"], x - settings["zero_in"], 0.0) + arrays["bias"]
        y = (sums.astype(np.float32) * arrays["multiplier"].astype(np.float32)).reshape(len(x), -1)
        if not settings["quantised"]:
            return y.astype(np.float64)
        steps = np.rint(y).astype(np.float64) + settings["zero_out"]
        return np.asarray(np.clip(steps, settings["low"], settings["high"]))


RECORD = Conv1dInt8()
