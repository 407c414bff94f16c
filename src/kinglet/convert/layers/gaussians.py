"""Gaussian naive Bayes."""

from __future__ import annotations

from typing import Any

import numpy as np

from kinglet.convert.layer import Arrays, Layer, Settings
from kinglet.record import Field


class Gaussians(Layer):
    """Log likelihood of a Gaussian with independent values for each class."""

    name = "gaussians"
    title = "Gaussian naive Bayes"
    doc = "y_k = constant_k - sum_i precision_ki (x_i - mean_ki)^2, precision = 1 / (2 variance)."
    fields = (
        Field("inputs", "uint32_t", "values in"),
        Field("classes", "uint32_t", "classes"),
        Field("means", "float", "one row of inputs a class", array=True),
        Field("precisions", "float", "one over twice the variance, likewise", array=True),
        Field("constants", "float", "log prior and log norm of each class", array=True),
    )
    tolerance = (1e-5, 1e-3)

    def inputs(self, settings: Settings, arrays: Arrays) -> int | None:
        return int(arrays["means"].shape[1])

    def outputs(self, settings: Settings, arrays: Arrays, inputs: int) -> int:
        return len(arrays["constants"])

    def block(self, settings: Settings, arrays: Arrays, inputs: int) -> dict[str, Any]:
        return {"inputs": inputs, "classes": len(arrays["constants"]), **arrays}

    def oracle(self, settings: Settings, arrays: Arrays, x: np.ndarray) -> np.ndarray:
        squared = (x[:, None] - arrays["means"].astype(float)) ** 2
        return np.asarray(arrays["constants"] - (squared * arrays["precisions"]).sum(axis=2))


RECORD = Gaussians()
