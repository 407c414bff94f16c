"""The chain of layers that grows while a graph is read."""

from __future__ import annotations

from typing import Any

import numpy as np

from kinglet.convert.graph import Node
from kinglet.convert.onnx.model import MOST_VALUES, MOST_WEIGHTS, Operator
from kinglet.convert.onnx.values import Constant, Grid, View


class Chain:
    """Layers, and what the memory after the last of them holds.

    Parameters
    ----------
    size : int
        Values of a signal.
    """

    def __init__(self, size: int) -> None:
        self.nodes: list[Node] = []
        self.size = size
        self.said: list[str] = []
        self._memory = 0

    def emit(
        self,
        op: Operator,
        name: str,
        settings: dict[str, Any],
        arrays: dict[str, np.ndarray] | None = None,
        size: int | None = None,
    ) -> None:
        """Add a layer; ``size`` where it gives another number of values than it takes."""
        arrays = arrays or {}
        self.size = self.size if size is None else size
        if not 0 < self.size <= MOST_VALUES:
            raise op.refuse(f"it gives {self.size} values; 1 to {MOST_VALUES} are possible")
        if any(array.size > MOST_WEIGHTS for array in arrays.values()):
            raise op.refuse(f"it has more than {MOST_WEIGHTS} weights")
        self.nodes.append(Node(name, settings, arrays))
        self._memory += 1

    def replace(self, *nodes: Node, count: int = 1) -> None:
        """Put layers in place of the last ones; what the memory holds changes by it."""
        self.nodes[-count:] = nodes
        self._memory += 1

    def view(self, index: np.ndarray, grid: Grid | None = None) -> View:
        """View of the memory as it is now."""
        return View(index=index, memory=self._memory, grid=grid)

    def whole(self, *shape: int, grid: Grid | None = None) -> View:
        """View of all values in their order."""
        return self.view(np.arange(self.size).reshape(shape), grid)

    def last(self) -> str:
        """Name of the last layer."""
        return self.nodes[-1].name if self.nodes else ""

    def current(self, op: Operator, view: View) -> None:
        """Refuse a view of memory that another layer has written since."""
        if view.memory != self._memory:
            raise op.refuse(
                "it needs a tensor that other operators have already used, and only chains "
                "without branches can be converted"
            )

    def widened(self, op: Operator, weights: Constant) -> None:
        """Say that int8 weights are stored as float32, because the values are not int8."""
        if weights.steps is not None:
            self.said.append(f"{op.name}: its int8 weights meet float32 values and become float32")

    def floats(self, op: Operator, view: View) -> View:
        """The view, of float32 in memory."""
        self.current(op, view)
        if view.grid is None:
            return view
        settings = {"count": self.size, "scale": view.grid.scale, "zero": view.grid.zero}
        self.emit(op, "dequantise", settings)
        return View(view.index, self._memory, None, view.gain, view.shift)

    def each(self, op: Operator, view: View) -> View:
        """The view without gain and shift, of float32: ready for a function of each value."""
        view = self.floats(op, view)
        if view.gain is None or view.shift is None:
            return view
        if not self._is_complete(view.index):
            return self.settled(op, view)
        order = np.argsort(view.index.ravel())
        self._affine(op, view.gain.ravel()[order], view.shift.ravel()[order])
        return self.view(view.index)

    def settled(self, op: Operator, view: View) -> View:
        """The view with its values in memory one after the other, float32."""
        view = self.floats(op, view)
        if view.gain is not None and self._is_complete(view.index):
            view = self.each(op, view)
        if not self.in_order(view.index):
            if self.size > 2**16:
                raise op.refuse("more than 65536 values would have to be put in another order")
            places = view.index.ravel().astype(np.uint16)
            self.emit(op, "gather", {"inputs": self.size}, {"places": places}, view.index.size)
        if view.gain is not None and view.shift is not None:
            self._affine(op, view.gain.ravel(), view.shift.ravel())
        return self.whole(*view.index.shape)

    def in_order(self, index: np.ndarray) -> bool:
        """Whether these are all values in their order."""
        return index.size == self.size and bool((index.ravel() == np.arange(self.size)).all())

    def _is_complete(self, index: np.ndarray) -> bool:
        """Whether every value is there once."""
        return index.size == self.size and len(np.unique(index)) == self.size

    def _affine(self, op: Operator, gain: np.ndarray, shift: np.ndarray) -> None:
        """Let every value of the memory become gain value + shift."""
        node = self.nodes[-1] if self.nodes else None
        if node is not None and node.name in ("dense", "conv1d"):
            filters = len(node.arrays["bias"])
            gains, shifts = gain.reshape(-1, filters), shift.reshape(-1, filters)
            if (gains == gains[0]).all() and (shifts == shifts[0]).all():
                weights = node.arrays["weights"]
                every = gains[0].reshape(-1, *[1] * (weights.ndim - 1))
                bias = node.arrays["bias"] * gains[0] + shifts[0]
                folded = {"weights": weights * every, "bias": bias}
                self.replace(Node(node.name, node.settings, folded))
                return
        channels = _period(gain, shift)
        if channels == len(gain) and (gain != 0).all():
            self.emit(op, "scaler", {}, {"shift": -shift / gain, "gain": gain})
            return
        samples = len(gain) // channels
        settings = {
            "length": samples, "channels": channels, "out_length": samples, "stride": 1,
            "dilation": 1, "before": 0, "groups": channels,
        }  # fmt: skip
        arrays = {"weights": gain[:channels, None, None].copy(), "bias": shift[:channels].copy()}
        self.emit(op, "conv1d", settings, arrays)


def _period(gain: np.ndarray, shift: np.ndarray) -> int:
    """Smallest number of values after which both begin again."""
    size = len(gain)
    for period in range(1, size // 2 + 1):
        if size % period == 0 and all(
            (each.reshape(-1, period) == each[:period]).all() for each in (gain, shift)
        ):
            return period
    return size
