"""Decision trees and sums of them: forests, boosted trees, isolation forests."""

from __future__ import annotations

from typing import Any

import numpy as np

from kinglet.ccode import Tables
from kinglet.convert.layer import Arrays, Layer, Settings
from kinglet.convert.layers import _tree_code, _tree_tables
from kinglet.convert.layers._forest import Forest
from kinglet.toolchain import Optimise

_DEEPEST = 100  # ifs within ifs that every compiler takes


class Trees(Layer):
    """Every tree adds the row of the leaf that the signal falls into."""

    name = "trees"
    title = "trees"
    doc = (
        "y = base + gain sum of rows. A node asks x[feature] <= threshold in float32. Rows are "
        "added as integers, so no order of summation changes them. Written for each model alone: "
        "small tables that one loop walks, or, for speed, nested ifs."
    )
    tolerance = (1e-6, 1e-6)

    def inputs(self, settings: Settings, arrays: Arrays) -> int | None:
        return int(settings["inputs"])

    def outputs(self, settings: Settings, arrays: Arrays, inputs: int) -> int:
        return len(arrays["base"])

    def block(self, settings: Settings, arrays: Arrays, inputs: int) -> dict[str, Any]:
        return {}

    def own_source(
        self, settings: Settings, arrays: Arrays, name: str, tables: Tables, optimise: Optimise
    ) -> str:
        forest = Forest.of(arrays, settings["gain"])
        as_code = optimise == "speed" and forest.depth() <= _DEEPEST
        if as_code or not len(forest.roots):
            return _tree_code.source(forest, name)
        return _tree_tables.source(forest, name, tables)

    def oracle(self, settings: Settings, arrays: Arrays, x: np.ndarray) -> np.ndarray:
        x = x.astype(np.float32)
        total = np.zeros((len(x), len(arrays["base"])))
        for root in arrays["roots"]:
            at = np.full(len(x), root)
            while (inner := arrays["feature"][at] >= 0).any():
                value = x[np.arange(len(x)), np.maximum(arrays["feature"][at], 0)]
                left = value <= arrays["threshold"][at]
                following = np.where(left, arrays["left"][at], arrays["right"][at])
                at = np.where(inner, following, at)
            total += arrays["rows"][arrays["row"][at]]
        return np.asarray(arrays["base"] + settings["gain"] * total)


RECORD = Trees()
