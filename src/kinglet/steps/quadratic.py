"""Products of segment means."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np

from kinglet.record import EXTRAPOLATION, Config, Cost, Field, Fitted, Parameter, Shape, Step

_MOST_VALUES = 64  # 2080 products
_BOUND = 1e9


class Quadratic(Step):
    """Every product of two means of segments, and their squares."""

    name = "quadratic"
    title = "quadratic expansion"
    doc = (
        "Cuts each axis into equal contiguous segments and takes the mean of each (the samples "
        "themselves where the segments are as many), centred and in standard deviations of the "
        "training lines; the features are all the products z_i z_j, i <= j. At most 64 means, and "
        "so 2080 products: for few axes and short signals, beside the means themselves. Tempts on "
        "random splits and goes astray beyond the training lines: keep it last, and judge it on "
        "contiguous blocks."
    )
    source = (
        "Hastie, Tibshirani and Friedman (2009), The Elements of Statistical Learning, 5.1 (basis "
        "expansions)"
    )
    tasks = (EXTRAPOLATION,)
    kind = "features"
    fit_kind = "unlabelled"
    parameters = (
        Parameter("segments", 4, "Segments that an axis is cut into.", choices=(1, 2, 4, 8, 16)),
    )
    fields = (
        Field("segments", "uint16_t", "segments per axis"),
        Field("offset", "float", "subtracted from each mean", array=True),
        Field("factor", "float", "then multiplied with it", array=True),
    )
    tolerance = (1e-4, 1e-5)

    def accepts(self, config: Config, shape: Shape) -> bool:
        segments: int = config["segments"]
        return shape.length >= segments and segments * shape.axes <= _MOST_VALUES

    def output(self, config: Config, shape: Shape) -> Shape:
        values = config["segments"] * shape.axes
        return Shape(values * (values + 1) // 2, 1)

    def labels(self, config: Config, shape: Shape) -> list[str]:
        segments = config["segments"]
        names = [
            f"mean {k % segments} of axis {k // segments}" for k in range(segments * shape.axes)
        ]
        return [f"{names[i]} times {names[j]}" for i, j in self._pairs(config, shape)]

    def fit(
        self,
        config: Config,
        shape: Shape,
        values: np.ndarray,
        label: np.ndarray | None,
        rng: np.random.Generator,
    ) -> dict[str, np.ndarray]:
        means = self._means(config, shape, values)
        offset, spread = means.mean(axis=0), means.std(axis=0)
        # A spread below the resolution of float32 is rounding, not information.
        known = spread > 1e-6 * np.abs(offset) + 1e-18
        factor = np.where(known, 1 / np.where(known, spread, 1.0), 0.0)
        return {"offset": offset.astype(np.float32), "factor": factor.astype(np.float32)}

    def block(self, config: Config, shape: Shape, fitted: Fitted) -> dict[str, Any]:
        return {"segments": config["segments"], **fitted}

    def scratch(self, config: Config, shape: Shape) -> int:
        return config["segments"] * shape.axes

    def cost(self, config: Config, shape: Shape) -> Cost:
        values = config["segments"] * shape.axes
        shared = 6.0 * shape.length * shape.axes + 120.0 * values
        return Cost.uniform(self.outputs(config, shape), 1, shared=shared, each=28.0)

    def needs(self, config: Config, shape: Shape, fitted: Fitted) -> np.ndarray:
        axis = self._pairs(config, shape) // config["segments"]
        return (axis[:, :, None] == np.arange(shape.axes)).any(axis=1)

    def narrow(
        self, config: Config, shape: Shape, fitted: Fitted, wanted: np.ndarray, kept: np.ndarray
    ) -> tuple[dict[str, Any], dict[str, np.ndarray], np.ndarray]:
        segments = config["segments"]
        left = (np.asarray(kept)[:, None] * segments + np.arange(segments)).ravel()
        i, j = np.searchsorted(left, self._pairs(config, shape)[wanted]).T
        narrowed = {name: np.asarray(values)[left] for name, values in fitted.items()}
        return dict(config), narrowed, j * (j + 1) // 2 + i

    def oracle(
        self, config: Config, shape: Shape, fitted: Fitted, values: np.ndarray
    ) -> np.ndarray:
        means = self._means(config, shape, values)
        scaled = np.clip((means - fitted["offset"]) * fitted["factor"], -_BOUND, _BOUND)
        i, j = self._pairs(config, shape).T
        return np.asarray(scaled[:, i] * scaled[:, j])

    def _pairs(self, config: Config, shape: Shape) -> np.ndarray:
        """Numbers i <= j of the two means of each product, in their order."""
        j, i = np.tril_indices(config["segments"] * shape.axes)
        return np.column_stack([i, j])

    def _means(self, config: Config, shape: Shape, values: np.ndarray) -> np.ndarray:
        """Mean of each segment of each axis, float64 (n, axes * segments)."""
        edges = np.arange(config["segments"] + 1) * shape.length // config["segments"]
        means = [
            values[:, start:stop].mean(axis=1, dtype=np.float64) for start, stop in pairwise(edges)
        ]
        return np.stack(means, axis=2).reshape(len(values), -1)


RECORD = Quadratic()
