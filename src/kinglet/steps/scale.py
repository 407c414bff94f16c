"""Scaling of the joined vector."""

from __future__ import annotations

from typing import Any

import numpy as np

from kinglet.record import Config, Cost, Field, Fitted, Parameter, Shape, Step


class Scale(Step):
    """Shift and scale of each feature, clipped."""

    name = "scale"
    title = "scaling"
    doc = (
        "y = clip((x - offset) * factor, -limit, limit), offset and factor from the training "
        "lines: mean and standard deviation (standard), median and half the distance of the "
        "quartiles times 1.4826 (robust), or middle and half of the range (range). The clip keeps "
        "one wild feature from ruling a signal. A feature without spread becomes 0."
    )
    kind = "vector"
    fit_kind = "unlabelled"
    parameters = (
        Parameter("method", "standard", "What is fitted.", choices=("standard", "robust", "range")),
        Parameter("limit", 5.0, "Bound of the scaled values.", choices=(3.0, 5.0, 10.0)),
    )
    fields = (
        Field("limit", "float", "bound of the scaled values"),
        Field("offset", "float", "subtracted from each feature", array=True),
        Field("factor", "float", "then multiplied with it", array=True),
    )

    def output(self, config: Config, shape: Shape) -> Shape:
        return shape

    def fit(
        self,
        config: Config,
        shape: Shape,
        values: np.ndarray,
        label: np.ndarray | None,
        rng: np.random.Generator,
    ) -> dict[str, np.ndarray]:
        x = values.astype(np.float64)
        if config["method"] == "standard":
            offset, spread = x.mean(axis=0), x.std(axis=0)
        elif config["method"] == "robust":
            low, offset, high = np.percentile(x, (25, 50, 75), axis=0)
            spread = 1.4826 * (high - low) / 2
            # More than half of the lines the same: the quartiles say nothing of the spread.
            spread = np.where(spread > 0, spread, x.std(axis=0))
        else:
            offset, spread = (x.max(axis=0) + x.min(axis=0)) / 2, np.ptp(x, axis=0) / 2
        # A spread below the resolution of float32 is rounding, not information.
        known = spread > 1e-6 * np.abs(offset) + 1e-18
        factor = np.where(known, 1 / np.where(known, spread, 1.0), 0.0)
        return {"offset": offset.astype(np.float32), "factor": factor.astype(np.float32)}

    def block(self, config: Config, shape: Shape, fitted: Fitted) -> dict[str, Any]:
        return {"limit": config["limit"], **fitted}

    def cost(self, config: Config, shape: Shape) -> Cost:
        count = shape.length
        return Cost(np.full(count, 14.0), np.full(count, -1), np.zeros(0))

    def oracle(
        self, config: Config, shape: Shape, fitted: Fitted, values: np.ndarray
    ) -> np.ndarray:
        scaled = (values - fitted["offset"]) * fitted["factor"]
        return np.clip(scaled, -config["limit"], config["limit"])


RECORD = Scale()
