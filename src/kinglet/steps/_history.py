"""What steps over the latest samples of a stream have in common."""

from __future__ import annotations

from typing import Any, ClassVar

from kinglet.record import ANOMALY, Config, Fitted, Shape, Step


class HistoryStep(Step):
    """A few values of each axis of a stream, from its latest samples.

    Attributes
    ----------
    values : tuple of str
        Names of the values of an axis, in order.
    """

    kind = "features"
    memory = "history"
    tasks = (ANOMALY,)
    tolerance = (2e-5, 2e-5)
    values: ClassVar[tuple[str, ...]]

    def accepts(self, config: Config, shape: Shape) -> bool:
        return shape.is_sample

    def output(self, config: Config, shape: Shape) -> Shape:
        return Shape(len(self.values) * shape.axes, 1)

    def labels(self, config: Config, shape: Shape) -> list[str]:
        return [f"{value} of axis {axis}" for axis in range(shape.axes) for value in self.values]

    def block(self, config: Config, shape: Shape, fitted: Fitted) -> dict[str, Any]:
        return {item.name: config[item.name] for item in self.fields}
