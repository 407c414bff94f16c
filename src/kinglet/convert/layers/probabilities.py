"""Softmax: scores of classes become probabilities."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.special import softmax

from kinglet.convert.layer import Arrays, Layer, Settings
from kinglet.record import Field


class Probabilities(Layer):
    """Scores of classes become probabilities."""

    name = "probabilities"
    title = "softmax"
    doc = "p_k = exp(x_k - max x) / sum."
    fields = (Field("count", "uint32_t", "classes"),)
    in_place = True
    tolerance = (1e-5, 1e-6)

    def inputs(self, settings: Settings, arrays: Arrays) -> int | None:
        return None

    def block(self, settings: Settings, arrays: Arrays, inputs: int) -> dict[str, Any]:
        return {"count": inputs}

    def oracle(self, settings: Settings, arrays: Arrays, x: np.ndarray) -> np.ndarray:
        return np.asarray(softmax(x, axis=1))


RECORD = Probabilities()
