"""Length of the vector that axes form."""

from __future__ import annotations

from typing import Any

import numpy as np

from kinglet.record import Config, Cost, Field, Fitted, Parameter, Shape, Step


class Modulus(Step):
    """Length of the vector of all axes, or of groups of them, sample by sample."""

    name = "modulus"
    title = "modulus"
    doc = (
        "y_i = sqrt(sum of squares of x_i over the axes of a group): the strength of a movement "
        "whatever the way the sensor is turned. Of no use over axes of different units."
    )
    kind = "signal"
    parameters = (
        Parameter(
            "over",
            "all",
            "All axes as one vector, the first three, or groups of three (accelerometer, then "
            "gyroscope, say).",
            choices=("all", "first three", "threes"),
        ),
    )
    fields = (
        Field("size", "uint16_t", "axes in a group"),
        Field("axes", "uint8_t", "axes of each group", array=True),
    )
    tolerance = (1e-6, 1e-7)

    def accepts(self, config: Config, shape: Shape) -> bool:
        if config["over"] == "threes":
            return shape.axes >= 6 and shape.axes % 3 == 0
        return shape.axes > (3 if config["over"] == "first three" else 1)

    def _groups(self, config: Config, shape: Shape, fitted: Fitted) -> np.ndarray:
        """Axes of each group, shape (groups, size); `narrow` leaves its own in ``fitted``."""
        if "axes" in fitted:
            return fitted["axes"]
        size = shape.axes if config["over"] == "all" else 3
        groups = 1 if config["over"] == "first three" else shape.axes // size
        return np.arange(groups * size, dtype=np.uint8).reshape(groups, size)

    def output(self, config: Config, shape: Shape) -> Shape:
        return Shape(shape.length, shape.axes // 3 if config["over"] == "threes" else 1)

    def labels(self, config: Config, shape: Shape) -> list[str]:
        groups = self._groups(config, shape, {})
        return [f"modulus of axes {', '.join(map(str, group))}" for group in groups]

    def block(self, config: Config, shape: Shape, fitted: Fitted) -> dict[str, Any]:
        groups = self._groups(config, shape, fitted)
        return {"size": groups.shape[1], "axes": groups}

    def cost(self, config: Config, shape: Shape) -> Cost:
        groups, size = self._groups(config, shape, {}).shape
        return Cost.uniform(groups, groups, shared=shape.length * (13.0 * size + 30.0))

    def needs(self, config: Config, shape: Shape, fitted: Fitted) -> np.ndarray:
        groups = self._groups(config, shape, fitted)
        return (groups[:, :, None] == np.arange(shape.axes)).any(axis=1)

    def narrow(
        self, config: Config, shape: Shape, fitted: Fitted, wanted: np.ndarray, kept: np.ndarray
    ) -> tuple[dict[str, Any], dict[str, np.ndarray], np.ndarray]:
        groups = self._groups(config, shape, fitted)[wanted]
        axes = np.searchsorted(kept, groups).astype(np.uint8)
        return dict(config), {"axes": axes}, np.arange(len(groups))

    def oracle(
        self, config: Config, shape: Shape, fitted: Fitted, values: np.ndarray
    ) -> np.ndarray:
        groups = self._groups(config, shape, fitted)
        return np.linalg.norm(values.astype(np.float64)[:, :, groups], axis=3)


RECORD = Modulus()
