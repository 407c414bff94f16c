"""Operators that take and give integers: the other form of a quantised graph."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from kinglet.convert.onnx import convolution, dense, elementwise, int8
from kinglet.convert.onnx.chain import Chain
from kinglet.convert.onnx.model import Operator
from kinglet.convert.onnx.shapes import Handler, signal
from kinglet.convert.onnx.values import Constant, Value, View


def _weights(op: Operator, array: Value, scale: Value, zero: Value, axis: int) -> Constant:
    if not isinstance(array, Constant) or not isinstance(scale, Constant):
        raise op.refuse("its weights depend on the signal")
    return int8.constant(op, array.array, scale.array, zero, axis)


def _signal(op: Operator, value: Value) -> View:
    """The values in, which the operator before has rounded to the very same grid."""
    if not isinstance(value, View) or value.grid is None:
        raise op.refuse("the values that it takes are not quantised")
    return value


def _bias(op: Operator, value: Value, view: View, weights: Constant) -> np.ndarray:
    """Bias in units, of the int32 that the graph holds."""
    assert view.grid is not None and weights.scale is not None
    scale = weights.scale.reshape(len(weights.scale), -1)[:, 0].astype(np.float64)
    whole = np.zeros(len(scale))
    if isinstance(value, Constant):
        whole = whole + value.array.astype(np.float64).ravel()
    return whole * scale * np.float64(np.float32(view.grid.scale))


def _linear_conv(op: Operator, values: Sequence[Value], chain: Chain) -> Value:
    """QLinearConv: x, its scale and zero, weights, theirs, those of the values out, bias."""
    x, x_scale, x_zero, w, w_scale, w_zero, y_scale, y_zero = values[:8]
    view = _regrid(op, _signal(op, x), x_scale, x_zero)
    weights = _weights(op, w, w_scale, w_zero, 0)
    bias = _bias(op, values[8] if len(values) > 8 else None, view, weights)
    result = convolution.convolution(op, view, weights, bias, chain)
    return int8.quantised(op, result, int8.grid_of(op, y_scale, y_zero), chain)


def _linear_matmul(op: Operator, values: Sequence[Value], chain: Chain) -> Value:
    """QLinearMatMul: a, its scale and zero, b, its, those of the values out."""
    x, x_scale, x_zero, w, w_scale, w_zero, y_scale, y_zero = values
    view = _regrid(op, _signal(op, x), x_scale, x_zero)
    weights = _weights(op, w, w_scale, w_zero, 1).map(np.transpose)
    result = dense.dense(op, view, weights, np.zeros(len(weights.array)), chain)
    return int8.quantised(op, result, int8.grid_of(op, y_scale, y_zero), chain)


def _gemm(op: Operator, values: Sequence[Value], chain: Chain) -> Value:
    """QGemm of ONNX Runtime: A, its scale and zero, B, its, C, those of the values out."""
    x, x_scale, x_zero, w, w_scale, w_zero = values[:6]
    if op.get("transA") or op.get("alpha", 1.0) != 1.0:
        raise op.refuse("transA=0 and alpha=1 can be")
    transposed = op.get("transB")
    view = _regrid(op, _signal(op, x), x_scale, x_zero)
    weights = _weights(op, w, w_scale, w_zero, 0 if transposed else 1)
    weights = weights if transposed else weights.map(np.transpose)
    bias = _bias(op, values[6] if len(values) > 6 else None, view, weights)
    result = dense.dense(op, view, weights, bias, chain)
    if len(values) < 9 or values[7] is None:
        return result
    return int8.quantised(op, result, int8.grid_of(op, values[7], values[8]), chain)


def _regrid(op: Operator, view: View, scale: Value, zero: Value) -> View:
    """What the steps mean to the operator that takes them."""
    return View(view.index, view.memory, int8.grid_of(op, scale, zero), view.gain, view.shift)


def _of_float(kind: str, handler: Handler) -> Handler:
    """QLinear...: x, its scale and zero, those of the values out; the function is of floats."""

    def quantising(op: Operator, values: Sequence[Value], chain: Chain) -> Value:
        x, x_scale, x_zero, y_scale, y_zero = values
        if op.get("channels_last"):
            raise op.refuse("channels_last=0 can be")
        view = _regrid(op, _signal(op, x), x_scale, x_zero)
        result = signal(op, handler(replace(op, kind=kind), [view], chain))
        return int8.quantised(op, result, int8.grid_of(op, y_scale, y_zero), chain)

    return quantising


def _arithmetic(kind: str) -> Handler:
    """QLinearAdd and QLinearMul: a, its scale and zero, b, its, those of the values out."""

    def quantising(op: Operator, values: Sequence[Value], chain: Chain) -> Value:
        both = [_operand(op, *values[at : at + 3]) for at in (0, 3)]
        result = signal(op, elementwise.OPERATORS[kind](replace(op, kind=kind), both, chain))
        return int8.quantised(op, result, int8.grid_of(op, *values[6:8]), chain)

    return quantising


def _operand(op: Operator, value: Value, scale: Value, zero: Value) -> Value:
    if isinstance(value, View):
        return _regrid(op, _signal(op, value), scale, zero)
    return _weights(op, value, scale, zero, 0)


OPERATORS: dict[str, Handler] = {
    "QLinearConv": _linear_conv,
    "QLinearMatMul": _linear_matmul,
    "QGemm": _gemm,
    "QLinearAdd": _arithmetic("Add"),
    "QLinearMul": _arithmetic("Mul"),
    **{
        f"QLinear{kind}": _of_float(kind, module.OPERATORS[kind])
        for module, kinds in (
            (elementwise, ("LeakyRelu", "Sigmoid", "Softmax")),
            (convolution, ("AveragePool", "GlobalAveragePool")),
        )
        for kind in kinds
    },
}
