"""Quantised graphs: int8 weights stay int8, and values are rounded where the graph rounds them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from kinglet.convert.graph import Node
from kinglet.convert.onnx.chain import Chain
from kinglet.convert.onnx.model import Operator
from kinglet.convert.onnx.shapes import Handler
from kinglet.convert.onnx.values import Constant, Grid, Value, View


def convolution(
    op: Operator,
    chain: Chain,
    settings: dict[str, Any],
    steps: np.ndarray,
    scale: np.ndarray,
    bias: np.ndarray,
    grid: Grid,
    size: int,
) -> None:
    """Emit a layer of int8 that gives float32 until the graph rounds it.

    Parameters
    ----------
    steps : ndarray of int, shape (filters, kernel, channels of the group)
    scale : ndarray, shape (filters,)
    bias : ndarray of float64, shape (filters,)
        Rounded to multiples of the two scales, which is what quantised graphs hold.
    """
    if np.abs(steps + 0.5).max() > 128:
        raise op.refuse("its weights are not within -128..127 of their zero: quantise them to int8")
    multiplier = np.float32(grid.scale) * scale.astype(np.float32)
    whole = np.rint(bias / (np.float64(np.float32(grid.scale)) * scale.astype(np.float64)))
    reach = 255 * np.abs(steps.astype(np.int64)).sum(axis=(1, 2)) + np.abs(whole)
    if not reach.max() < 2**31:
        raise op.refuse("its sums leave the range of int32")
    arrays: dict[str, np.ndarray] = {
        "weights": steps.astype(np.int8),
        "bias": whole.astype(np.int64),
        "multiplier": multiplier.astype(np.float64),
    }
    made = {
        **settings, "zero_in": grid.zero, "quantised": 0, "zero_out": 0, "low": -128, "high": 127,
    }  # fmt: skip
    chain.emit(op, "conv1d_int8", made, arrays, size)


def fits(chain: Chain, view: View, weights: Constant) -> bool:
    """Whether values and weights are int8 and the values lie in the order of the view."""
    is_int8 = view.grid is not None and view.gain is None and weights.steps is not None
    return is_int8 and chain.in_order(view.index)


def grid_of(op: Operator, scale: Value, zero: Value) -> Grid:
    """One scale and one zero for a whole tensor."""
    if not isinstance(scale, Constant) or not isinstance(zero, Constant | None):
        raise op.refuse("its scale depends on the signal: quantise the model statically")
    if scale.array.size != 1:
        raise op.refuse("values with a scale for each channel; one for all of them can be")
    number = float(np.float32(scale.array.ravel()[0]))
    if zero is None or zero.array.dtype == np.uint8:
        below = 0 if zero is None else int(zero.array.ravel()[0])
        found = Grid(number, below - 128)
    elif zero.array.dtype == np.int8:
        found = Grid(number, int(zero.array.ravel()[0]))
    else:
        raise op.refuse(f"{zero.array.dtype} steps; int8 and uint8 can be")
    if not 0 < number < np.inf:
        raise op.refuse("its scale is not above 0")
    return found


def _third(values: Sequence[Value]) -> Value:
    return values[2] if len(values) > 2 else None


def _quantise(op: Operator, values: Sequence[Value], chain: Chain) -> Value:
    view = values[0]
    if isinstance(view, Constant):
        raise op.refuse("it rounds constants: fold them before export")
    assert isinstance(view, View)
    return quantised(op, view, grid_of(op, values[1], _third(values)), chain)


def quantised(op: Operator, view: View, grid: Grid, chain: Chain) -> View:
    """The view, rounded to a grid."""
    chain.current(op, view)
    if view.grid == grid and view.gain is None:
        return view
    if view.grid is None and view.gain is None and _rounded_within(grid, chain):
        return chain.view(view.index, grid)
    view = chain.each(op, view)
    chain.emit(op, "quantise", {"count": chain.size, "scale": grid.scale, "zero": grid.zero})
    return chain.view(view.index, grid)


def _rounded_within(grid: Grid, chain: Chain) -> bool:
    """Let the layer of int8 before round, and its ReLU or clip become bounds of the steps."""
    *_, before, last = [None, None, *chain.nodes]
    bounds = _bounds(last)
    conv = last if bounds is None else before
    if conv is None or conv.name != "conv1d_int8" or conv.settings["quantised"]:
        return False
    low, high = bounds or (-np.inf, np.inf)
    steps = np.clip(np.rint(np.array([low, high]) / grid.scale) + grid.zero, -128, 127)
    settings = {
        **conv.settings, "quantised": 1, "zero_out": grid.zero, "low": int(steps[0]),
        "high": int(steps[1]),
    }  # fmt: skip
    # As ONNX Runtime has it: one float32, (scale in * scale of weights) / scale out.
    multiplier = conv.arrays["multiplier"].astype(np.float32) / np.float32(grid.scale)
    arrays = {**conv.arrays, "multiplier": multiplier.astype(np.float64)}
    chain.replace(Node(conv.name, settings, arrays), count=1 if bounds is None else 2)
    return True


def _bounds(node: Node | None) -> tuple[float, float] | None:
    """Range of a layer that does nothing but keep values within one."""
    kind = None if node is None else node.settings.get("kind")
    if node is None or kind not in ("relu", "clip") or "activation" not in node.name:
        return None
    return (0.0, np.inf) if kind == "relu" else (node.settings["a"], node.settings["b"])


def _dequantise(op: Operator, values: Sequence[Value], chain: Chain) -> Value:
    value = values[0]
    if isinstance(value, View):
        if value.grid is None or value.gain is not None:
            raise op.refuse("what it takes was not quantised")
        return replace(value, grid=grid_of(op, values[1], _third(values)))
    if not isinstance(value, Constant) or not isinstance(values[1], Constant):
        raise op.refuse("its scale depends on the signal: quantise the model statically")
    return constant(op, value.array, values[1].array, _third(values), op.get("axis", 1))


def constant(
    op: Operator, array: np.ndarray, scale: np.ndarray, zero: Value, axis: int
) -> Constant:
    """Dequantised weights, which remember what they were."""
    if array.dtype not in (np.int8, np.uint8, np.int32) or op.get("block_size"):
        raise op.refuse(f"weights in {array.dtype} or in blocks; int8 and uint8 can be")
    over = [1] * array.ndim
    if scale.size > 1:
        over[axis] = scale.size
    scale = scale.reshape(over).astype(np.float32)
    steps = array.astype(np.int32)
    if isinstance(zero, Constant):
        own = zero.array.astype(np.int32)
        steps = steps - own.reshape(over if own.size > 1 else [1] * array.ndim)
    return Constant(steps * scale.astype(np.float64), steps, np.broadcast_to(scale, array.shape))


OPERATORS: dict[str, Handler] = {
    "QuantizeLinear": _quantise,
    "DequantizeLinear": _dequantise,
}
