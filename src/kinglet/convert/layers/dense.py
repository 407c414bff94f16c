"""Fully connected layer."""

from __future__ import annotations

from typing import Any

import numpy as np

from kinglet.convert.layer import Arrays, Layer, Settings
from kinglet.record import Field


class Dense(Layer):
    """Every output is a weighted sum of all inputs."""

    name = "dense"
    title = "dense"
    doc = "y = W x + b: linear models, projections, layers of a neural network."
    fields = (
        Field("inputs", "uint32_t", "values in"),
        Field("outputs", "uint32_t", "values out"),
        Field("weights", "float", "W, one row of inputs an output", array=True),
        Field("bias", "float", "b, one value an output", array=True),
    )

    def inputs(self, settings: Settings, arrays: Arrays) -> int | None:
        return int(arrays["weights"].shape[1])

    def outputs(self, settings: Settings, arrays: Arrays, inputs: int) -> int:
        return len(arrays["bias"])

    def block(self, settings: Settings, arrays: Arrays, inputs: int) -> dict[str, Any]:
        return {"inputs": inputs, "outputs": len(arrays["bias"]), **arrays}

    def oracle(self, settings: Settings, arrays: Arrays, x: np.ndarray) -> np.ndarray:
        return np.asarray(x @ arrays["weights"].T.astype(float) + arrays["bias"])


RECORD = Dense()
