"""One decision becomes the probabilities of two classes."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.special import expit

from kinglet.convert.layer import Arrays, Layer, Settings


class TwoClasses(Layer):
    """One decision becomes the probabilities of two classes."""

    name = "two_classes"
    title = "logistic function"
    doc = "p = 1 / (1 + exp(-x)); out is 1 - p, p: the second class where x is above 0."
    tolerance = (1e-5, 1e-6)

    def inputs(self, settings: Settings, arrays: Arrays) -> int | None:
        return 1

    def outputs(self, settings: Settings, arrays: Arrays, inputs: int) -> int:
        return 2

    def block(self, settings: Settings, arrays: Arrays, inputs: int) -> dict[str, Any]:
        return {}

    def oracle(self, settings: Settings, arrays: Arrays, x: np.ndarray) -> np.ndarray:
        return np.concatenate([expit(-x), expit(x)], axis=1)


RECORD = TwoClasses()
