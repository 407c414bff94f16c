"""A graph of ONNX becomes a chain of layers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from kinglet.convert.fuse import fuse
from kinglet.convert.graph import Graph
from kinglet.convert.onnx import (
    convolution,
    dense,
    elementwise,
    ends,
    ensembles,
    int8,
    integers,
    shapes,
)
from kinglet.convert.onnx.chain import Chain
from kinglet.convert.onnx.model import Model, Operator, from_proto, load_model
from kinglet.convert.onnx.shapes import Handler
from kinglet.convert.onnx.values import Constant, Label, Value, View
from kinglet.errors import InputError
from kinglet.record import Shape

HANDLERS: Mapping[str, Handler] = {
    name: handler
    for module in (shapes, elementwise, dense, convolution, int8, integers, ensembles)
    for name, handler in module.OPERATORS.items()
}


def load(
    path: str | Path, shape: Shape, classes: Sequence[str] = (), task: str | None = None
) -> tuple[Graph, list[str]]:
    """Read a file; the arguments and errors of `read`."""
    return _read(load_model(path), shape, classes, task)


def read(
    model: Any, shape: Shape, classes: Sequence[str] = (), task: str | None = None
) -> tuple[Graph, list[str]]:
    """Read a model of the ``onnx`` package.

    A model that gives several values is a classifier: where it ends without softmax, one is added,
    and that is said. A model that gives one value is a regression, or, where it ends with a
    sigmoid, a classifier of two classes, of which the value is the probability of the second.

    Parameters
    ----------
    model : onnx.ModelProto
        One input of ``length * axes`` values, in the order of the library (axis fastest) where it
        is a line, else of shape (length, axes) or (axes, length); more dimensions of 1 do not
        matter.
    shape : Shape
        Of a signal.
    classes : sequence of str
        Names; those of the model, or numbers, where absent.
    task : {"classification", "extrapolation"}, optional
        In place of what the end of the model says.

    Returns
    -------
    graph : Graph
    said : list of str
        What the user should know.

    Raises
    ------
    InputError
        For an operator, or a setting of one, that cannot be converted; it names both.
    """
    return _read(from_proto(model), shape, classes, task)


def _read(
    model: Model, shape: Shape, classes: Sequence[str], task: str | None
) -> tuple[Graph, list[str]]:
    chain = Chain(shape.length * shape.axes)
    values: dict[str, Value] = {name: Constant(array) for name, array in model.constants.items()}
    values[model.source] = chain.view(ends.signal(model.dimensions, shape))
    names: tuple[str, ...] = ()
    for op in model.operators:
        for name, value in zip(op.outputs, _run(op, values, chain), strict=False):
            values[name] = value
            names = value.names or names if isinstance(value, Label) else names
    results = [values.get(name) for name in model.results]
    views = [value for value in results if isinstance(value, View)]
    if len(views) != 1:
        raise InputError(
            f"the model gives {len(views)} tensors of numbers besides labels: a library gives one"
        )
    chosen, count = ends.finish(views[0], chain, task)
    if shape.length == shape.axes > 1 and len(model.dimensions) > 2:
        chain.said.append("there are as many axes as samples: samples are taken to come first")
    graph = Graph(
        nodes=fuse(chain.nodes),
        shape=shape,
        classes=ends.class_names(count, classes, names),
        task=chosen,
        origin=model.origin,
        output=ends.output(chosen),
    )
    return graph, chain.said


def _run(op: Operator, values: Mapping[str, Value], chain: Chain) -> Sequence[Value]:
    """Values of the outputs of one operator."""
    missing = [name for name in op.inputs if name and name not in values]
    if missing:
        raise op.refuse(f"nothing gives its input {missing[0]!r}")
    inputs = [values[name] if name else None for name in op.inputs]
    labels = [value for value in inputs if isinstance(value, Label)]
    if op.kind == "ArgMax" or labels:
        # What becomes of labels is of no interest, but for the names that they are looked up in.
        words = [value.array for value in inputs if isinstance(value, Constant)]
        looked_up = op.kind == "ArrayFeatureExtractor" and len(words) == 1
        return [Label(tuple(str(name) for name in _words(words[0])) if looked_up else ())]
    handler = HANDLERS.get(op.kind)
    if handler is None:
        can = ", ".join(sorted(name for name in HANDLERS if not name.startswith("Q")))
        raise op.refuse(f"what can be is {can}, and what static quantisation makes of them")
    try:
        result = handler(op, inputs, chain)
    except (ArithmeticError, AssertionError, LookupError, TypeError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        raise op.refuse(f"it does not fit what it takes ({error})") from None
    return result if isinstance(result, list | tuple) else [result]


def _words(array: np.ndarray) -> list[str]:
    return [
        each.decode("utf-8", "replace") if isinstance(each, bytes) else str(each)
        for each in array.ravel().tolist()
    ]
