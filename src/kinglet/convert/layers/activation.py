"""Activation functions, value by value."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.special import expit

from kinglet.convert.layer import Arrays, Layer, Settings
from kinglet.record import Field

KINDS = ("relu", "logistic", "tanh", "exponential")  # the number in C is the place in this list
_ORACLES = (lambda x: np.maximum(x, 0.0), expit, np.tanh, np.exp)


class Activation(Layer):
    """One of a few functions of each value."""

    name = "activation"
    title = "activation"
    doc = "Setting ``kind``: relu max(0, x), logistic 1 / (1 + exp(-x)), tanh x, exponential exp x."
    fields = (
        Field("count", "uint32_t", "values"),
        Field("kind", "uint32_t", f"{', '.join(f'{i} {name}' for i, name in enumerate(KINDS))}"),
    )
    in_place = True
    tolerance = (1e-6, 3e-7)

    def inputs(self, settings: Settings, arrays: Arrays) -> int | None:
        return None

    def block(self, settings: Settings, arrays: Arrays, inputs: int) -> dict[str, Any]:
        return {"count": inputs, "kind": KINDS.index(settings["kind"])}

    def oracle(self, settings: Settings, arrays: Arrays, x: np.ndarray) -> np.ndarray:
        return np.asarray(_ORACLES[KINDS.index(settings["kind"])](x))


RECORD = Activation()
