"""Division of a signal by its own norm."""

from __future__ import annotations

from typing import Any

import numpy as np

from kinglet.convert.layer import Arrays, Layer, Settings
from kinglet.record import Field

KINDS = ("l1", "l2", "max")  # the number in C is the place in this list


class UnitNorm(Layer):
    """Every signal is divided by its norm."""

    name = "unit_norm"
    title = "unit norm"
    doc = "y = x / |x|; setting ``kind``: l1 sum of sizes, l2 Euclidean, max largest size. 0 stays."
    fields = (
        Field("count", "uint32_t", "values"),
        Field("kind", "uint32_t", ", ".join(f"{i} {name}" for i, name in enumerate(KINDS))),
    )
    in_place = True

    def inputs(self, settings: Settings, arrays: Arrays) -> int | None:
        return None

    def block(self, settings: Settings, arrays: Arrays, inputs: int) -> dict[str, Any]:
        return {"count": inputs, "kind": KINDS.index(settings["kind"])}

    def oracle(self, settings: Settings, arrays: Arrays, x: np.ndarray) -> np.ndarray:
        order = {"l1": 1, "l2": 2, "max": np.inf}[settings["kind"]]
        norm = np.linalg.norm(x, order, axis=1, keepdims=True)
        return np.asarray(x / np.where(norm == 0, 1, norm))


RECORD = UnitNorm()
