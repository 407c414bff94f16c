"""Votes of classifiers for each pair of classes."""

from __future__ import annotations

from typing import Any

import numpy as np

from kinglet.convert.layer import Arrays, Layer, Settings
from kinglet.record import Field


class OneAgainstOne(Layer):
    """Each pair of classes has a decision, each decision gives one vote."""

    name = "one_against_one"
    title = "votes of each pair of classes"
    doc = (
        "Decisions of the pairs (0,1), (0,2), ... (1,2), ...: above 0 the first class of the pair "
        "has a vote, else the second."
    )
    source = "Knerr, Personnaz and Dreyfus (1990), Single-layer learning revisited"
    fields = (Field("classes", "uint32_t", "classes"),)
    tolerance = (0.0, 0.0)

    def inputs(self, settings: Settings, arrays: Arrays) -> int | None:
        return int(settings["classes"] * (settings["classes"] - 1) // 2)

    def outputs(self, settings: Settings, arrays: Arrays, inputs: int) -> int:
        return int(settings["classes"])

    def block(self, settings: Settings, arrays: Arrays, inputs: int) -> dict[str, Any]:
        return {"classes": settings["classes"]}

    def oracle(self, settings: Settings, arrays: Arrays, x: np.ndarray) -> np.ndarray:
        votes = np.zeros((len(x), settings["classes"]))
        first, second = np.triu_indices(settings["classes"], 1)
        for pair, (i, j) in enumerate(zip(first, second, strict=True)):
            votes[:, i] += x[:, pair] > 0
            votes[:, j] += x[:, pair] <= 0
        return votes


RECORD = OneAgainstOne()
