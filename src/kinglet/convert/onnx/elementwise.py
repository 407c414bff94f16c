"""Operators on each value: arithmetic with constants, normalisation, activations."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from kinglet.convert.graph import Node
from kinglet.convert.onnx.chain import Chain
from kinglet.convert.onnx.model import MOST_WEIGHTS, Operator
from kinglet.convert.onnx.shapes import Handler, signal
from kinglet.convert.onnx.values import Constant, Value, View

_ARITHMETIC = {"Add": np.add, "Sub": np.subtract, "Mul": np.multiply, "Div": np.divide}


def _arithmetic(op: Operator, values: Sequence[Value], chain: Chain) -> Value:
    """Add, subtract, multiply, divide: of two constants, or of a view and a constant."""
    first, second = values
    if isinstance(first, Constant) and isinstance(second, Constant):
        shape = np.broadcast_shapes(first.array.shape, second.array.shape)
        if np.prod([float(size) for size in shape]) > MOST_WEIGHTS:
            raise op.refuse("it gives too many values")
        if op.kind == "Div" and first.array.dtype.kind in "iu":
            return Constant(first.array // second.array)
        return Constant(_ARITHMETIC[op.kind](first.array, second.array))
    if isinstance(first, View) and isinstance(second, View):
        return _product_with_sigmoid(op, first, second, chain)
    view, constant = (first, second) if isinstance(first, View) else (second, first)
    assert isinstance(view, View) and isinstance(constant, Constant)
    number = constant.array.astype(np.float64)
    if op.kind == "Add":
        return view.affine(1.0, number)
    if op.kind == "Mul":
        return view.affine(number, 0.0)
    if op.kind == "Sub":
        return view.affine(1.0, -number) if view is first else view.affine(-1.0, number)
    if view is not first:
        raise op.refuse("it divides by what is computed from the signal")
    if (number == 0).any():
        raise op.refuse("it divides by 0")
    return view.affine(1 / number, 0.0)


def _root(op: Operator, values: Sequence[Value], chain: Chain) -> Value:
    if not isinstance(values[0], Constant):
        raise op.refuse("the square root of constants alone can be")
    return Constant(np.sqrt(values[0].array))


def _product_with_sigmoid(op: Operator, first: View, second: View, chain: Chain) -> Value:
    """The product x sigmoid(x), also known as SiLU, is one activation."""
    gate, plain = (first, second) if first.memory > second.memory else (second, first)
    chain.current(op, gate)
    kind = chain.nodes[-1].settings.get("kind") if chain.nodes else None
    is_swish = kind == "logistic" and plain.memory == gate.memory - 1
    if not is_swish or op.kind != "Mul" or gate.gain is not None or plain.gain is not None:
        raise op.refuse("of two tensors that both depend on the signal, only x Sigmoid(x) can be")
    if plain.grid is not None or not np.array_equal(gate.index, plain.index):
        raise op.refuse("of two tensors that both depend on the signal, only x Sigmoid(x) can be")
    chain.replace(Node("parametric_activation", {"kind": "swish", "a": 0.0, "b": 0.0}))
    return chain.view(gate.index)


def _batch_normalisation(op: Operator, values: Sequence[Value], chain: Chain) -> Value:
    """Gain and shift of each channel; ONNX operators, BatchNormalization."""
    view = signal(op, values[0])
    if op.get("training_mode"):
        raise op.refuse("it is in training mode: export the model for inference")
    gain, shift, mean, variance = (_numbers(op, value) for value in values[1:5])
    gain = gain / np.sqrt(variance + op.get("epsilon", 1e-5))
    over = (1, -1, *[1] * (view.index.ndim - 2))
    return view.affine(gain.reshape(over), (shift - mean * gain).reshape(over))


def _numbers(op: Operator, value: Value) -> np.ndarray:
    if not isinstance(value, Constant):
        raise op.refuse("its parameters depend on the signal")
    return value.array.astype(np.float64)


def _scaler(op: Operator, values: Sequence[Value], chain: Chain) -> Value:
    view = signal(op, values[0])
    gain = np.asarray(op.get("scale", [1.0]), dtype=np.float64)
    shift = np.asarray(op.get("offset", [0.0]), dtype=np.float64)
    return view.affine(gain, -shift * gain)


def _activation(kind: str) -> Handler:
    def handler(op: Operator, values: Sequence[Value], chain: Chain) -> Value:
        view = signal(op, values[0])
        view = chain.each(op, view)
        chain.emit(op, "activation", {"kind": kind})
        return chain.view(view.index)

    return handler


def _parametric(kind: str, a: float, b: float) -> Handler:
    """Activation whose parameters are attributes alpha and beta."""

    def handler(op: Operator, values: Sequence[Value], chain: Chain) -> Value:
        view = signal(op, values[0])
        return with_parameters(op, view, chain, kind, op.get("alpha", a), op.get("beta", b))

    return handler


def with_parameters(op: Operator, view: View, chain: Chain, kind: str, a: float, b: float) -> View:
    """Emit an activation with parameters."""
    view = chain.each(op, view)
    settings = {"kind": kind, "a": float(np.float32(a)), "b": float(np.float32(b))}
    chain.emit(op, "parametric_activation", settings)
    return chain.view(view.index)


def _relu(op: Operator, values: Sequence[Value], chain: Chain) -> Value:
    """As the lowest step where the values are those that a layer of int8 has just rounded."""
    view = signal(op, values[0])
    node = chain.nodes[-1] if chain.nodes else None
    if view.grid and view.gain is None and node is not None and node.name == "conv1d_int8":
        chain.current(op, view)
        low = max(node.settings["low"], view.grid.zero)
        chain.replace(Node(node.name, {**node.settings, "low": low}, node.arrays))
        return chain.view(view.index, view.grid)
    return _activation("relu")(op, values, chain)


def _clip(op: Operator, values: Sequence[Value], chain: Chain) -> Value:
    view = signal(op, values[0])
    bounds = []
    for place, name, default in ((1, "min", -3e38), (2, "max", 3e38)):
        value = values[place] if place < len(values) else None
        bound = op.get(name, default) if value is None else float(_numbers(op, value).ravel()[0])
        bounds.append(bound)
    return with_parameters(op, view, chain, "clip", *bounds)


def _selu(op: Operator, values: Sequence[Value], chain: Chain) -> Value:
    view = signal(op, values[0])
    alpha, gamma = op.get("alpha", 1.67326319217681884766), op.get("gamma", 1.0507009873554804934)
    return with_parameters(op, view, chain, "elu", alpha * gamma, gamma)


def _prelu(op: Operator, values: Sequence[Value], chain: Chain) -> Value:
    view, slope = signal(op, values[0]), _numbers(op, values[1])
    if (slope != slope.ravel()[0]).any():
        raise op.refuse("its slopes differ; one slope for all can be")
    return with_parameters(op, view, chain, "leaky_relu", slope.ravel()[0], 0.0)


def _elu(op: Operator, values: Sequence[Value], chain: Chain) -> Value:
    view = signal(op, values[0])
    return with_parameters(op, view, chain, "elu", op.get("alpha", 1.0), 1.0)


def _softmax(op: Operator, values: Sequence[Value], chain: Chain) -> Value:
    """Of all values; LogSoftmax tells the same classes, and its logarithm is left out."""
    view = signal(op, values[0])
    axis = op.get("axis", -1)
    if view.index.shape[axis] != view.index.size:
        raise op.refuse("it is not over all the values; one softmax at the end can be")
    view = chain.each(op, view)
    if view.index.size != chain.size:
        view = chain.settled(op, view)
    chain.emit(op, "probabilities", {})
    if op.kind == "LogSoftmax":
        chain.said.append(f"{op.name}: probabilities are given, without their logarithm")
    return chain.view(view.index)


def _unit_norm(op: Operator, values: Sequence[Value], chain: Chain) -> Value:
    view = signal(op, values[0])
    kind = str(op.get("norm", "MAX")).lower()
    if kind not in ("max", "l1", "l2"):
        raise op.refuse(f"norm={kind!r}; MAX, L1 and L2 can be")
    view = chain.each(op, view)
    if view.index.size != chain.size:
        view = chain.settled(op, view)
    chain.emit(op, "unit_norm", {"kind": kind})
    return chain.view(view.index)


OPERATORS: dict[str, Handler] = {
    **dict.fromkeys(_ARITHMETIC, _arithmetic),
    "Sqrt": _root,
    "BatchNormalization": _batch_normalisation,
    "Scaler": _scaler,
    "Relu": _relu,
    "Sigmoid": _activation("logistic"),
    "Tanh": _activation("tanh"),
    "Exp": _activation("exponential"),
    "LeakyRelu": _parametric("leaky_relu", 0.01, 0.0),
    "PRelu": _prelu,
    "Elu": _elu,
    "Selu": _selu,
    "Clip": _clip,
    "HardSigmoid": _parametric("hard_sigmoid", 0.2, 0.5),
    "HardSwish": _parametric("hard_swish", 1 / 6, 0.5),
    "Softmax": _softmax,
    "LogSoftmax": _softmax,
    "Normalizer": _unit_norm,
}
