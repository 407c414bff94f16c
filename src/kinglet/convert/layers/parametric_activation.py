"""Activation functions that have parameters, value by value."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.special import expit

from kinglet.convert.layer import Arrays, Layer, Settings
from kinglet.record import Field

# The number in C is the place in this list.
KINDS = ("leaky_relu", "elu", "clip", "hard_sigmoid", "hard_swish", "swish")
_ORACLES = (
    lambda x, a, b: np.where(x < 0, a * x, x),
    lambda x, a, b: np.where(x > 0, b * x, a * np.expm1(np.minimum(x, 0))),
    lambda x, a, b: np.clip(x, a, b),
    lambda x, a, b: np.clip(a * x + b, 0, 1),
    lambda x, a, b: x * np.clip(a * x + b, 0, 1),
    lambda x, a, b: x * expit(x),
)


class ParametricActivation(Layer):
    """One of a few functions of each value, with two numbers a and b."""

    name = "parametric_activation"
    title = "activation with parameters"
    doc = (
        "Setting ``kind``: leaky_relu, a x below 0; elu, a (exp x - 1) below 0 and b x above; clip "
        "to [a, b]; hard_sigmoid, a x + b within [0, 1]; hard_swish, x times that; swish, "
        "x / (1 + exp(-x))."
    )
    fields = (
        Field("count", "uint32_t", "values"),
        Field("kind", "uint32_t", ", ".join(f"{i} {name}" for i, name in enumerate(KINDS))),
        Field("a", "float", "first parameter"),
        Field("b", "float", "second parameter"),
    )
    in_place = True

    def inputs(self, settings: Settings, arrays: Arrays) -> int | None:
        return None

    def block(self, settings: Settings, arrays: Arrays, inputs: int) -> dict[str, Any]:
        kind = KINDS.index(settings["kind"])
        return {"count": inputs, "kind": kind, "a": settings["a"], "b": settings["b"]}

    def oracle(self, settings: Settings, arrays: Arrays, x: np.ndarray) -> np.ndarray:
        function = _ORACLES[KINDS.index(settings["kind"])]
        return np.asarray(function(x, settings["a"], settings["b"]))


RECORD = ParametricActivation()
