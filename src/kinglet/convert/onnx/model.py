"""An ONNX file, checked and as plain values: nothing in it is run, all of it is bounded."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from kinglet.errors import InputError

MOST_BYTES = 64 * 2**20  # of a file, and of the weights beside it
MOST_OPERATORS = 5000
MOST_VALUES = 2**20  # of one tensor between layers
MOST_WEIGHTS = 2**24  # of one constant


@dataclass(frozen=True)
class Operator:
    """One node of the graph.

    Parameters
    ----------
    kind : str
        Name of the operator.
    name : str
        Of the node, in words.
    inputs, outputs : tuple of str
        Names of tensors; empty where left out.
    attributes : mapping
        Numbers, words, lists and arrays.
    """

    kind: str
    name: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    attributes: Mapping[str, Any]

    def get(self, name: str, default: Any = None) -> Any:
        """One attribute."""
        return self.attributes.get(name, default)

    def refuse(self, why: str) -> InputError:
        """What is raised where it cannot be converted."""
        return InputError(f"{self.name} ({self.kind}) cannot be converted: {why}")


@dataclass(frozen=True)
class Model:
    """A graph.

    Parameters
    ----------
    operators : tuple of Operator
        In an order in which they can run.
    constants : mapping from str to ndarray
    source : str
        Name of the tensor that takes the signal.
    dimensions : tuple of int or None
        Of that tensor; None where they are open.
    results : tuple of str
        Names of the tensors that the graph gives.
    origin : str
        Who wrote it, in words.
    """

    operators: tuple[Operator, ...]
    constants: Mapping[str, np.ndarray]
    source: str
    dimensions: tuple[int | None, ...]
    results: tuple[str, ...]
    origin: str


def onnx() -> Any:
    """Import the ``onnx`` package, which Kinglet does without otherwise."""
    try:
        return importlib.import_module("onnx")
    except ImportError:
        raise InputError(
            "ONNX models need the package onnx: install it by pip install 'kinglet[onnx]'"
        ) from None


def load_model(path: str | Path) -> Model:
    """Read a file.

    Parameters
    ----------
    path : path
        Weights in files beside it are read from its own folder only.

    Raises
    ------
    InputError
        If it is not an ONNX model, or larger than what could ever fit a microcontroller.
    """
    package, path = onnx(), Path(path)
    try:
        if path.stat().st_size > MOST_BYTES:
            raise InputError(f"{path} is larger than {MOST_BYTES >> 20} MB")
        proto = package.load(path, load_external_data=False)
    except FileNotFoundError:
        raise InputError(f"{path}: there is no such file") from None
    except InputError:
        raise
    except Exception as error:
        raise InputError(f"{path} is not an ONNX model ({type(error).__name__})") from None
    _read_beside(proto, path)
    return from_proto(proto, str(path))


def from_proto(proto: Any, title: str = "the model") -> Model:
    """Check a model that is in memory."""
    package = onnx()
    graph = proto.graph
    if len(graph.node) > MOST_OPERATORS:
        raise InputError(f"{title} has {len(graph.node)} operators; {MOST_OPERATORS} are possible")
    try:
        package.checker.check_model(proto)
    except Exception as error:
        reason = str(error).strip().split("\n")[0]
        raise InputError(f"{title} is not a valid ONNX model: {reason}") from None
    if graph.sparse_initializer:
        raise InputError(f"{title} has sparse weights: save it with dense ones")
    constants = {tensor.name: _array(tensor) for tensor in graph.initializer}
    sources = [value for value in graph.input if value.name not in constants]
    if len(sources) != 1:
        names = ", ".join(value.name for value in sources)
        raise InputError(f"{title} has {len(sources)} inputs ({names}): a library takes one signal")
    kind = sources[0].type.tensor_type
    dimensions = tuple(
        int(each.dim_value) if each.HasField("dim_value") else None for each in kind.shape.dim
    )
    producer = f"{proto.producer_name} {proto.producer_version}".strip()
    return Model(
        operators=tuple(_operator(node, index) for index, node in enumerate(graph.node)),
        constants=constants,
        source=sources[0].name,
        dimensions=dimensions,
        results=tuple(value.name for value in graph.output),
        origin=f"ONNX of {producer}" if producer else "ONNX",
    )


def _operator(node: Any, index: int) -> Operator:
    attributes = {item.name: _attribute(item) for item in node.attribute}
    name = f"node {node.name!r}" if node.name else f"node {index}"
    return Operator(node.op_type, name, tuple(node.input), tuple(node.output), attributes)


def _attribute(item: Any) -> Any:
    package = onnx()
    if item.type == package.AttributeProto.TENSOR:
        return _array(item.t)
    if item.type in (package.AttributeProto.GRAPH, package.AttributeProto.GRAPHS):
        return None  # of operators that cannot be converted
    value = package.helper.get_attribute_value(item)
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value


def _array(tensor: Any) -> np.ndarray:
    if tensor.data_location == onnx().TensorProto.EXTERNAL:
        raise InputError(f"the weights {tensor.name!r} are in another file: save all in one")
    if np.prod([float(size) for size in tensor.dims]) > MOST_WEIGHTS:
        raise InputError(f"the weights {tensor.name!r} are more than {MOST_WEIGHTS}")
    try:
        return np.asarray(onnx().numpy_helper.to_array(tensor))
    except Exception as error:
        raise InputError(f"the weights {tensor.name!r} cannot be read: {error}") from None


def _read_beside(proto: Any, path: Path) -> None:
    """Take weights over from files in the folder of the model."""
    folder, left = path.parent.resolve(), MOST_BYTES
    for tensor in proto.graph.initializer:
        if tensor.data_location != onnx().TensorProto.EXTERNAL:
            continue
        where = {entry.key: entry.value for entry in tensor.external_data}
        beside = (folder / where.get("location", "")).resolve()
        try:
            offset, length = int(where.get("offset", 0)), int(where.get("length", -1))
        except ValueError:
            offset = length = -1
        if not beside.is_relative_to(folder) or not beside.is_file():
            raise InputError(
                f"{path} has weights in {where.get('location', '')!r}, which is not a file in its "
                "folder: save all in one file"
            )
        if length < 0:
            length = beside.stat().st_size - offset
        if offset < 0 or not 0 <= length <= left:
            raise InputError(f"{path} has weights of more than {MOST_BYTES >> 20} MB, or of none")
        left -= length
        with beside.open("rb") as file:
            file.seek(offset)
            tensor.raw_data = file.read(length)
        tensor.data_location = onnx().TensorProto.DEFAULT
        del tensor.external_data[:]
