"""How a graph begins and ends: the order of the signal, the classes, the project type."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from kinglet.convert.graph import Node
from kinglet.convert.onnx.chain import Chain
from kinglet.convert.onnx.model import Operator
from kinglet.convert.onnx.values import View
from kinglet.errors import InputError
from kinglet.pipeline import Output
from kinglet.record import CLASSIFICATION, EXTRAPOLATION, Shape

_END = Operator("output", "the end of the model", (), (), {})
_ROUNDING = ("quantise", "dequantise")


def signal(dimensions: Sequence[int | None], shape: Shape) -> np.ndarray:
    """Place in the signal of each value of the model's input, whose batch becomes 1."""
    length, axes = shape.length, shape.axes
    values = length * axes
    if len(dimensions) < 2:
        raise InputError("the model's input has no batch dimension: export it with one")
    if dimensions[0] not in (None, 0, 1):
        raise InputError(
            f"the model takes {dimensions[0]} signals at once: export it with a batch of 1 or with "
            "an open one"
        )
    sizes = [size or None for size in dimensions[1:]]
    known = int(np.prod([size for size in sizes if size is not None], dtype=object))
    if sizes.count(None) == 1 and values % known == 0:
        sizes = [size or values // known for size in sizes]
    inner = [size for size in sizes if size != 1]
    line = np.arange(values)
    if inner in ([values], [] if values == 1 else [values]):
        return line.reshape(1, *[size or 1 for size in sizes])
    if inner == [length, axes]:
        return line.reshape(1, *[size or 1 for size in sizes])
    if inner == [axes, length]:
        return line.reshape(length, axes).T.reshape(1, *[size or 1 for size in sizes])
    told = ", ".join("open" if size is None else str(size) for size in dimensions)
    raise InputError(
        f"the model takes a tensor of ({told}), into which {length} samples of {axes} axes do not "
        "fit: mend --length and --axes, or export it with fixed sizes"
    )


def finish(view: View, chain: Chain, task: str | None) -> tuple[str, int]:
    """End the chain with what the library gives; the project type and the number of classes."""
    if task not in (None, CLASSIFICATION, EXTRAPOLATION):
        raise InputError(f"--task {task}: an ONNX model is for classification or extrapolation")
    count = view.index.size
    if task == EXTRAPOLATION and count != 1:
        raise InputError(f"the model gives {count} values: extrapolation is of one")
    if task != EXTRAPOLATION and _is_pair(view, chain):
        chain.replace(Node("two_classes"))
        return CLASSIFICATION, 2
    view = chain.settled(_END, view)
    if not chain.nodes and count == 1:
        raise InputError("the model computes nothing")
    node = next((node for node in reversed(chain.nodes) if node.name not in _ROUNDING), None)
    kind = None if node is None else node.settings.get("kind")
    if count > 1:
        given = ("probabilities", "two_classes", "trees", "unit_norm")
        if node is None or (node.name not in given and kind not in ("logistic", "hard_sigmoid")):
            chain.emit(_END, "probabilities", {})
            chain.said.append("the model ends without softmax: one is added")
        return CLASSIFICATION, count
    if task == CLASSIFICATION or (task is None and kind == "logistic"):
        _two_classes(chain, kind == "logistic")
        return CLASSIFICATION, 2
    return EXTRAPOLATION, 0


def _is_pair(view: View, chain: Chain) -> bool:
    """Whether these are 1 - p and p of a sigmoid p that the last layer gives."""
    if chain.size != 1 or view.index.size != 2 or view.gain is None or view.shift is None:
        return False
    chain.current(_END, view)
    is_logistic = bool(chain.nodes) and chain.nodes[-1].settings.get("kind") == "logistic"
    pair = view.gain.ravel().tolist() == [-1, 1] and view.shift.ravel().tolist() == [1, 0]
    return is_logistic and pair


def _two_classes(chain: Chain, is_probability: bool) -> None:
    """Probabilities of two classes of the one value."""
    if is_probability and chain.nodes[-1].settings.get("kind") == "logistic":
        chain.replace(Node("two_classes"))
    elif is_probability:  # rounded to int8 after the sigmoid
        weights = np.array([[-1.0], [1.0]])
        chain.emit(_END, "dense", {}, {"weights": weights, "bias": np.array([1.0, 0.0])}, 2)
    else:
        chain.emit(_END, "two_classes", {}, size=2)
        chain.said.append("the one value is taken as logarithm of the odds of the second class")


def class_names(count: int, chosen: Sequence[str], own: Sequence[str]) -> tuple[str, ...]:
    """Names of the classes: the user's, the model's, or numbers."""
    if chosen and len(chosen) != count:
        raise InputError(f"--classes names {len(chosen)} classes, but the model tells {count}")
    if len(own) != count:
        own = [str(number) for number in range(count)]
    return tuple(chosen) or tuple(own)


def output(task: str) -> Output | None:
    """What the library does to the one value of a regression: nothing."""
    return Output() if task == EXTRAPOLATION else None
