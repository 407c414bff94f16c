"""Some of the axes."""

from __future__ import annotations

from typing import Any

import numpy as np

from kinglet.record import Config, Cost, Field, Fitted, Parameter, Shape, Step

_CHOICES = {
    "first": (0,),
    "second": (1,),
    "third": (2,),
    "first two": (0, 1),
    "first three": (0, 1, 2),
    "second three": (3, 4, 5),
}


class SelectAxes(Step):
    """Keep some of the axes."""

    name = "select_axes"
    title = "selection of axes"
    doc = (
        "y = the chosen axes of x, as they are: one axis alone, or the accelerometer of six axes. "
        "For sensors of which one axis tells more than all; the selection of features drops axes "
        "that nothing is taken from anyway."
    )
    kind = "signal"
    parameters = (Parameter("axes", "first", "Axes that are kept.", choices=tuple(_CHOICES)),)
    fields = (Field("axes", "uint8_t", "input axis of each output axis", array=True),)
    tolerance = (0.0, 0.0)

    def accepts(self, config: Config, shape: Shape) -> bool:
        chosen = _CHOICES[config["axes"]]
        return max(chosen) < shape.axes and len(chosen) < shape.axes

    def _axes(self, config: Config, fitted: Fitted) -> np.ndarray:
        """Input axis of each output; `narrow` leaves its own in ``fitted``."""
        return fitted["axes"] if "axes" in fitted else np.array(_CHOICES[config["axes"]], np.uint8)

    def output(self, config: Config, shape: Shape) -> Shape:
        return Shape(shape.length, len(_CHOICES[config["axes"]]))

    def labels(self, config: Config, shape: Shape) -> list[str]:
        return [f"axis {axis}" for axis in _CHOICES[config["axes"]]]

    def block(self, config: Config, shape: Shape, fitted: Fitted) -> dict[str, Any]:
        return {"axes": self._axes(config, fitted)}

    def cost(self, config: Config, shape: Shape) -> Cost:
        count = len(_CHOICES[config["axes"]])
        return Cost.uniform(count, count, shared=8.0 * shape.length)

    def needs(self, config: Config, shape: Shape, fitted: Fitted) -> np.ndarray:
        return self._axes(config, fitted)[:, None] == np.arange(shape.axes)

    def narrow(
        self, config: Config, shape: Shape, fitted: Fitted, wanted: np.ndarray, kept: np.ndarray
    ) -> tuple[dict[str, Any], dict[str, np.ndarray], np.ndarray]:
        axes = np.searchsorted(kept, self._axes(config, fitted)[wanted]).astype(np.uint8)
        return dict(config), {"axes": axes}, np.arange(len(axes))

    def oracle(
        self, config: Config, shape: Shape, fitted: Fitted, values: np.ndarray
    ) -> np.ndarray:
        return values[:, :, self._axes(config, fitted)].astype(np.float64)


RECORD = SelectAxes()
