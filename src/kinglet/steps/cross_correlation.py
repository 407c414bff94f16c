"""Correlation between axes."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np

from kinglet.record import Config, Cost, Fitted, Shape, Step


class CrossCorrelation(Step):
    """Pearson's correlation of each pair of axes."""

    name = "cross_correlation"
    title = "correlation of axes"
    doc = (
        "Pearson's r = cov(x, y) / (s_x s_y) of each pair of axes: the direction of a movement "
        "and whether axes move together. 0 where an axis is constant. The number of pairs grows "
        "with the square of the axes."
    )
    kind = "features"
    tolerance = (1e-5, 1e-5)

    def accepts(self, config: Config, shape: Shape) -> bool:
        return 2 <= shape.axes <= 256 and shape.length >= 8

    def output(self, config: Config, shape: Shape) -> Shape:
        return Shape(shape.axes * (shape.axes - 1) // 2, 1)

    def _pairs(self, shape: Shape) -> np.ndarray:
        return np.array(list(combinations(range(shape.axes), 2)))

    def labels(self, config: Config, shape: Shape) -> list[str]:
        return [f"correlation of axes {a} and {b}" for a, b in self._pairs(shape)]

    def scratch(self, config: Config, shape: Shape) -> int:
        return 3 * shape.axes

    def cost(self, config: Config, shape: Shape) -> Cost:
        # Mean and variance of an axis are shared by its pairs.
        pairs = self.outputs(config, shape)
        each = (20.0 + 36.0 * shape.axes / pairs) * shape.length + 100.0
        return Cost(np.full(pairs, each), np.full(pairs, -1), np.zeros(0))

    def needs(self, config: Config, shape: Shape, fitted: Fitted) -> np.ndarray:
        return (self._pairs(shape)[:, :, None] == np.arange(shape.axes)).any(axis=1)

    def narrow(
        self, config: Config, shape: Shape, fitted: Fitted, wanted: np.ndarray, kept: np.ndarray
    ) -> tuple[dict[str, Any], dict[str, np.ndarray], np.ndarray]:
        pairs = [tuple(kept[pair]) for pair in self._pairs(Shape(shape.length, len(kept)))]
        place = [pairs.index(tuple(pair)) for pair in self._pairs(shape)[wanted]]
        return dict(config), dict(fitted), np.array(place)

    def oracle(
        self, config: Config, shape: Shape, fitted: Fitted, values: np.ndarray
    ) -> np.ndarray:
        upper = np.triu_indices(shape.axes, 1)
        return np.stack([np.corrcoef(v.astype(np.float64).T)[upper] for v in values])


RECORD = CrossCorrelation()
