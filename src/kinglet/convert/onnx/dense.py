"""Fully connected layers and linear models."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from kinglet.convert.onnx import int8
from kinglet.convert.onnx.chain import Chain
from kinglet.convert.onnx.convolution import geometry
from kinglet.convert.onnx.model import Operator
from kinglet.convert.onnx.shapes import Handler
from kinglet.convert.onnx.values import Constant, Label, Value, View


def dense(op: Operator, view: View, weights: Constant, bias: np.ndarray, chain: Chain) -> View:
    """Map W x + b of a view of shape (1, n) or (1, time, n), W of shape (outputs, n)."""
    if view.index.size != view.index.shape[-1]:
        return _each_sample(op, view, weights, bias, chain)
    chain.current(op, view)
    places = view.index.ravel()
    outputs = len(weights.array)
    if view.grid is not None and view.gain is None and weights.steps is not None:
        steps = np.zeros((outputs, chain.size), dtype=np.int32)
        np.add.at(steps.T, places, weights.steps.T)
        settings = geometry(1, chain.size, 1)
        assert weights.scale is not None
        scale = np.broadcast_to(weights.scale, weights.array.shape)[:, 0]
        grid = view.grid
        int8.convolution(op, chain, settings, steps[:, None, :], scale, bias, grid, outputs)
    else:
        chain.widened(op, weights)
        view = chain.floats(op, view)
        if len(np.unique(places)) == chain.size == len(places):
            view = chain.each(op, view)
        own = weights.array.astype(np.float64)
        if view.gain is not None and view.shift is not None:
            bias = bias + own @ view.shift.ravel()
            own = own * view.gain.ravel()
        ordered = np.zeros((outputs, chain.size))
        np.add.at(ordered.T, places, own.T)
        chain.emit(op, "dense", {}, {"weights": ordered, "bias": bias.astype(float)}, outputs)
    return chain.whole(*view.index.shape[:-1], outputs)


def _each_sample(
    op: Operator, view: View, weights: Constant, bias: np.ndarray, chain: Chain
) -> View:
    """The same dense layer of each sample in time: a convolution with one tap."""
    count, outputs = view.index.shape[-1], len(weights.array)
    samples = view.index.size // count
    if weights.array.shape[1] != count:
        raise op.refuse(f"its weights are for {weights.array.shape[1]} values, not for {count}")
    settings = geometry(samples, count, samples)
    if int8.fits(chain, view, weights):
        steps, scale = weights.steps, weights.scale
        assert steps is not None and scale is not None and view.grid is not None
        scale = np.broadcast_to(scale, weights.array.shape)[:, 0]
        int8.convolution(
            op, chain, settings, steps[:, None, :], scale, bias, view.grid, samples * outputs
        )
    else:
        chain.widened(op, weights)
        chain.settled(op, view)
        arrays = {"weights": weights.array.astype(float)[:, None, :], "bias": bias.astype(float)}
        chain.emit(op, "conv1d", settings, arrays, samples * outputs)
    return chain.whole(*view.index.shape[:-1], outputs)


def _gemm(op: Operator, values: Sequence[Value], chain: Chain) -> Value:
    """The map alpha A B + beta C."""
    view, weights = values[0], values[1]
    if not isinstance(view, View) or not isinstance(weights, Constant) or op.get("transA"):
        raise op.refuse("the signal times constant weights can be")
    weights = weights if op.get("transB") else weights.map(np.transpose)
    alpha, beta = op.get("alpha", 1.0), op.get("beta", 1.0)
    if alpha != 1.0:
        weights = Constant(weights.array * alpha)
    bias = np.zeros(len(weights.array))
    if len(values) > 2 and values[2] is not None:
        if not isinstance(values[2], Constant):
            raise op.refuse("its bias depends on the signal")
        bias = bias + beta * values[2].array.astype(np.float64).reshape(-1)
    return dense(op, view, weights, bias, chain)


def _matmul(op: Operator, values: Sequence[Value], chain: Chain) -> Value:
    view, weights = values
    if not isinstance(view, View) or not isinstance(weights, Constant) or weights.array.ndim != 2:
        raise op.refuse("the signal times a constant matrix can be")
    return dense(op, view, weights.map(np.transpose), np.zeros(weights.array.shape[1]), chain)


def class_names(op: Operator) -> tuple[str, ...]:
    """Names that a classifier of ai.onnx.ml tells."""
    for attribute in ("classlabels_strings", "classlabels_int64s", "classlabels_ints"):
        names = op.get(attribute)
        if names:
            return tuple(
                each.decode("utf-8", "replace") if isinstance(each, bytes) else str(each)
                for each in names
            )
    return ()


def flat(op: Operator, value: Value) -> View:
    """A view that is one line of values."""
    if not isinstance(value, View) or value.index.size != value.index.shape[-1]:
        raise op.refuse("it takes one line of values")
    return value


def _linear_classifier(op: Operator, values: Sequence[Value], chain: Chain) -> Sequence[Value]:
    view = flat(op, values[0])
    weights = np.reshape(op.get("coefficients"), (-1, view.index.size))
    outputs = len(weights)
    if outputs == 1:
        raise op.refuse("it has one score for two classes; one for each class can be")
    bias = np.zeros(outputs) + np.asarray(op.get("intercepts", [0.0]), dtype=np.float64)
    result = dense(op, view, Constant(weights), bias, chain)
    return Label(class_names(op)), post_transform(op, result, chain)


def post_transform(op: Operator, view: View, chain: Chain) -> View:
    """What an operator of ai.onnx.ml does to its scores in the end."""
    match op.get("post_transform", "NONE"):
        case "NONE":
            return view
        case "SOFTMAX":
            chain.emit(op, "probabilities", {})
        case "LOGISTIC":
            chain.emit(op, "activation", {"kind": "logistic"})
        case other:
            raise op.refuse(f"post_transform={other!r}; NONE, SOFTMAX and LOGISTIC can be")
    return chain.view(view.index)


def _linear_regressor(op: Operator, values: Sequence[Value], chain: Chain) -> Value:
    view = flat(op, values[0])
    weights = np.reshape(op.get("coefficients"), (op.get("targets", 1), -1))
    bias = np.zeros(len(weights)) + np.asarray(op.get("intercepts", [0.0]), dtype=np.float64)
    return post_transform(op, dense(op, view, Constant(weights), bias, chain), chain)


OPERATORS: dict[str, Handler] = {
    "Gemm": _gemm,
    "MatMul": _matmul,
    "LinearClassifier": _linear_classifier,
    "LinearRegressor": _linear_regressor,
}
