"""Operators that only change what a tensor looks like."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from kinglet.convert.onnx.chain import Chain
from kinglet.convert.onnx.model import MOST_VALUES, MOST_WEIGHTS, Operator, onnx
from kinglet.convert.onnx.values import Constant, Value, View

Handler = Callable[[Operator, Sequence[Value], Chain], Any]
Change = Callable[[np.ndarray], np.ndarray]


def signal(op: Operator, value: Value) -> View:
    """The value, which depends on the signal."""
    if not isinstance(value, View):
        raise op.refuse("what it takes does not depend on the signal")
    return value


def integers(op: Operator, values: Sequence[Value], place: int, attribute: str) -> list[int] | None:
    """Integers that are an attribute in old versions and an input in new ones."""
    value = values[place] if place < len(values) else None
    if isinstance(value, Constant):
        return [int(each) for each in value.array.ravel()]
    if value is not None:
        raise op.refuse(f"its {attribute} depend on the signal")
    found = op.get(attribute)
    return None if found is None else [int(each) for each in np.ravel(found)]


def _changing(change: Callable[[Operator, Sequence[Value], Chain], Change]) -> Handler:
    """Handler of an operator that changes places alone."""

    def handler(op: Operator, values: Sequence[Value], chain: Chain) -> Value:
        value = values[0]
        assert isinstance(value, Constant | View)
        return value.map(change(op, values, chain))

    return handler


def _same(op: Operator, values: Sequence[Value], chain: Chain) -> Change:
    return lambda array: array


def _reshape(op: Operator, values: Sequence[Value], chain: Chain) -> Change:
    target = integers(op, values, 1, "shape") or []

    def change(array: np.ndarray) -> np.ndarray:
        sizes = [
            array.shape[axis] if size == 0 and not op.get("allowzero") else size
            for axis, size in enumerate(target)
        ]
        return array.reshape(sizes)

    return change


def _flatten(op: Operator, values: Sequence[Value], chain: Chain) -> Change:
    axis = op.get("axis", 1)
    return lambda array: array.reshape(int(np.prod(array.shape[:axis])), -1)


def _transpose(op: Operator, values: Sequence[Value], chain: Chain) -> Change:
    return lambda array: array.transpose(op.get("perm"))


def _squeeze(op: Operator, values: Sequence[Value], chain: Chain) -> Change:
    axes = integers(op, values, 1, "axes")
    return lambda array: array.squeeze(None if axes is None else tuple(axes))


def _unsqueeze(op: Operator, values: Sequence[Value], chain: Chain) -> Change:
    return lambda array: np.expand_dims(array, tuple(integers(op, values, 1, "axes") or ()))


def _slice(op: Operator, values: Sequence[Value], chain: Chain) -> Change:
    starts = integers(op, values, 1, "starts") or []
    ends = integers(op, values, 2, "ends") or []
    axes = integers(op, values, 3, "axes") or list(range(len(starts)))
    steps = integers(op, values, 4, "steps") or [1] * len(starts)

    def change(array: np.ndarray) -> np.ndarray:
        cut = [slice(None)] * array.ndim
        for axis, start, end, step in zip(axes, starts, ends, steps, strict=True):
            backwards = step < 0 and end < -array.shape[axis]
            cut[axis] = slice(start, None if backwards else end, step)
        return array[tuple(cut)]

    return change


def _gather(op: Operator, values: Sequence[Value], chain: Chain) -> Change:
    places = values[1]
    if not isinstance(places, Constant):
        raise op.refuse("its indices depend on the signal")
    return lambda array: np.take(_bounded(op, array), places.array, axis=op.get("axis", 0))


def _bounded(op: Operator, array: np.ndarray) -> np.ndarray:
    if array.size > MOST_WEIGHTS:
        raise op.refuse("it gives too many values")
    return array


def _shape(op: Operator, values: Sequence[Value], chain: Chain) -> Value:
    value = values[0]
    assert isinstance(value, Constant | View)
    shape = (value.index if isinstance(value, View) else value.array).shape
    return Constant(np.array(shape[op.get("start", 0) : op.get("end", len(shape))], np.int64))


def _concat(op: Operator, values: Sequence[Value], chain: Chain) -> Value:
    """Constants; or views of one memory, each of which may be shifted and scaled."""
    axis = op.get("axis", 0)
    constants = [value.array for value in values if isinstance(value, Constant)]
    views = [value for value in values if isinstance(value, View)]
    if len(constants) == len(values):
        return Constant(_bounded(op, np.concatenate(constants, axis)))
    if len(views) != len(values):
        raise op.refuse("a constant is joined to what is computed from the signal")
    for view in views:
        chain.current(op, view)
    every = [view.affine(1.0, 0.0) for view in views]
    joined = View(
        index=np.concatenate([view.index for view in every], axis),
        memory=every[0].memory,
        grid=every[0].grid,
        gain=np.concatenate([view.gain for view in every if view.gain is not None], axis),
        shift=np.concatenate([view.shift for view in every if view.shift is not None], axis),
    )
    if all(view.gain is None for view in views):
        return View(joined.index, joined.memory, joined.grid)
    return joined


def _pad(op: Operator, values: Sequence[Value], chain: Chain) -> Value:
    """Values that do not depend on the signal are those of any place, times 0."""
    view = signal(op, values[0])
    pads = integers(op, values, 1, "pads") or []
    axes = integers(op, values, 3, "axes") or list(range(view.index.ndim))
    number = values[2] if len(values) > 2 else Constant(np.array(op.get("value", 0.0)))
    if op.get("mode", "constant") != "constant" or min(pads, default=0) < 0:
        raise op.refuse("mode='constant' and pads of 0 or more can be")
    if not isinstance(number, Constant | None):
        raise op.refuse("the value that it adds depends on the signal")
    widths = [(0, 0)] * view.index.ndim
    for place, axis in enumerate(axes):
        widths[axis] = (pads[place], pads[place + len(axes)])
    total = np.prod(
        [float(sum(w) + size) for w, size in zip(widths, view.index.shape, strict=True)]
    )
    if total > MOST_VALUES:
        raise op.refuse("it gives too many values")
    value = 0.0 if number is None else float(number.array.ravel()[0])
    whole = view.affine(1.0, 0.0)
    assert whole.gain is not None and whole.shift is not None
    return replace(
        whole,
        index=np.pad(whole.index, widths),
        gain=np.pad(whole.gain, widths),
        shift=np.pad(whole.shift, widths, constant_values=value),
    )


def _cast(op: Operator, values: Sequence[Value], chain: Chain) -> Value:
    value = values[0]
    kind = np.dtype(onnx().helper.tensor_dtype_to_np_dtype(op.get("to")))
    if isinstance(value, Constant):
        return Constant(value.array.astype(kind))
    if kind.kind != "f":
        raise op.refuse("what is computed from the signal would be rounded to integers")
    return value


def _constant(op: Operator, values: Sequence[Value], chain: Chain) -> Value:
    for name in ("value", "value_float", "value_floats", "value_int", "value_ints"):
        if (value := op.get(name)) is not None:
            return Constant(np.asarray(value))
    raise op.refuse("it holds neither numbers nor a tensor of numbers")


OPERATORS: dict[str, Handler] = {
    "Identity": _changing(_same),
    "Dropout": _changing(_same),
    "ZipMap": _changing(_same),
    "Reshape": _changing(_reshape),
    "Flatten": _changing(_flatten),
    "Transpose": _changing(_transpose),
    "Squeeze": _changing(_squeeze),
    "Unsqueeze": _changing(_unsqueeze),
    "Slice": _changing(_slice),
    "Gather": _changing(_gather),
    "Shape": _shape,
    "Concat": _concat,
    "Pad": _pad,
    "Cast": _cast,
    "Constant": _constant,
}
