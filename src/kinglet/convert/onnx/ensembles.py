"""Tree ensembles of ai.onnx.ml."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from kinglet.convert.onnx.chain import Chain
from kinglet.convert.onnx.dense import class_names, flat, post_transform
from kinglet.convert.onnx.model import Operator
from kinglet.convert.onnx.shapes import Handler
from kinglet.convert.onnx.values import Label, Value, View

_MODES = ("BRANCH_LEQ", "BRANCH_LT", "BRANCH_GT", "BRANCH_GTE", "LEAF")


def _array(op: Operator, name: str, kind: Any = np.int64) -> np.ndarray:
    found = op.get(f"{name}_as_tensor")
    return np.asarray(op.get(name, []) if found is None else found, dtype=kind).ravel()


def _places(op: Operator) -> tuple[list[int], list[int], dict[tuple[int, int], int]]:
    """Nodes of each tree from its root on, the roots, and where the node of a name is.

    A name is a tree and a node.
    """
    trees, names = _array(op, "nodes_treeids"), _array(op, "nodes_nodeids")
    where = {key: at for at, key in enumerate(zip(trees.tolist(), names.tolist(), strict=True))}
    left, right = _array(op, "nodes_truenodeids"), _array(op, "nodes_falsenodeids")
    is_leaf = _is_leaf(op)
    inner = np.flatnonzero(~is_leaf)
    children = {(int(trees[at]), int(side[at])) for at in inner for side in (left, right)}
    roots = [at for key, at in where.items() if key not in children]
    if len(where) != len(trees) or len(roots) != len(set(trees.tolist())):
        raise op.refuse("its nodes are not trees with one root each")
    order: list[int] = []
    for root in roots:
        waiting = [root]
        while waiting:
            at = waiting.pop()
            order.append(at)
            if len(order) > len(trees):
                raise op.refuse("its nodes are not trees")
            if not is_leaf[at]:
                tree = int(trees[at])
                waiting += [where[tree, int(right[at])], where[tree, int(left[at])]]
    if len(order) != len(trees):
        raise op.refuse("its nodes are not trees")
    return order, roots, where


def _is_leaf(op: Operator) -> np.ndarray:
    modes = [_text(mode) for mode in op.get("nodes_modes", [])]
    other = [mode for mode in modes if mode not in _MODES]
    if other:
        raise op.refuse(f"nodes with {other[0]}; {', '.join(_MODES)} can be")
    return np.array([mode == "LEAF" for mode in modes], dtype=bool)


def _text(word: str | bytes) -> str:
    return word.decode("utf-8", "replace") if isinstance(word, bytes) else word


def _trees(op: Operator, view: View, outputs: int, kind: str) -> dict[str, np.ndarray]:
    """Arrays of the layer; what leaves add is in weights of a (tree, node, output)."""
    order, roots, where = _places(op)
    is_leaf = _is_leaf(op)
    place = np.zeros(len(is_leaf), dtype=np.int64)
    place[order] = np.arange(len(order))
    tree = _array(op, "nodes_treeids")
    modes = np.array([_text(mode) for mode in op.get("nodes_modes")])
    features = view.index.ravel()[np.where(is_leaf, 0, _array(op, "nodes_featureids"))]

    def child(side: str) -> np.ndarray:
        names = _array(op, side)
        found = [0 if is_leaf[at] else where[int(tree[at]), int(names[at])] for at in order]
        return np.where(is_leaf[order], -1, place[found])

    left, right = child("nodes_truenodeids"), child("nodes_falsenodeids")
    swapped = np.isin(modes, ("BRANCH_GT", "BRANCH_GTE"))[order]  # x > t is not x <= t
    threshold = _threshold(_array(op, "nodes_values", np.float64), modes)[order]

    rows = np.zeros((int(is_leaf.sum()), outputs))
    row = np.where(is_leaf[order], np.cumsum(is_leaf[order]) - 1, -1)
    keys = zip(
        _array(op, f"{kind}_treeids").tolist(), _array(op, f"{kind}_nodeids").tolist(), strict=True
    )
    leaves = row[place[[where[key] for key in keys]]]
    if (leaves < 0).any():
        raise op.refuse("a node that is not a leaf has a weight")
    np.add.at(rows, (leaves, _array(op, f"{kind}_ids")), _array(op, f"{kind}_weights", float))
    base = _array(op, "base_values", np.float64)
    return {
        "roots": place[roots].astype(np.int32),
        "feature": np.where(is_leaf, -1, features)[order].astype(np.int32),
        "threshold": np.where(is_leaf[order], np.float32(0), threshold),
        "left": np.where(swapped, right, left).astype(np.int32),
        "right": np.where(swapped, left, right).astype(np.int32),
        "row": row.astype(np.int32),
        "rows": rows,
        "base": np.zeros(outputs) if len(base) == 0 else np.zeros(outputs) + base,
    }


def _threshold(values: np.ndarray, modes: np.ndarray) -> np.ndarray:
    """Largest float32 for which x <= it is the same question: one lower for < and >=."""
    near = values.astype(np.float32)
    below = np.nextafter(near, np.float32(-np.inf))
    near = np.where(near > values, below, near)
    is_whole = near.astype(np.float64) == values
    strict = np.isin(modes, ("BRANCH_LT", "BRANCH_GTE")) & is_whole
    return np.where(strict, np.nextafter(near, np.float32(-np.inf)), near)


def _emit(op: Operator, chain: Chain, arrays: dict[str, np.ndarray], gain: float) -> View:
    settings = {"inputs": chain.size, "gain": gain}
    chain.emit(op, "trees", settings, arrays, len(arrays["base"]))
    return chain.whole(1, len(arrays["base"]))


def _classifier(op: Operator, values: Sequence[Value], chain: Chain) -> Sequence[Value]:
    view = chain.each(op, flat(op, values[0]))
    names = class_names(op)
    arrays = _trees(op, view, len(names), "class")
    told = np.unique(_array(op, "class_ids"))
    if len(names) != 2 or len(told) != 1:
        result = post_transform(op, _emit(op, chain, arrays, 1.0), chain)
        return Label(names), result
    # ONNX Runtime takes a score of one class alone for that of the second one.
    score, base = arrays["rows"][:, told], arrays["base"].max(keepdims=True)
    match op.get("post_transform", "NONE"):
        case "LOGISTIC":
            _emit(op, chain, arrays | {"rows": score, "base": base}, 1.0)
            chain.emit(op, "two_classes", {}, size=2)
            return Label(names), chain.whole(1, 2)
        case "NONE" if (score >= 0).all():
            both = np.concatenate([-score, score], axis=1)
            base = np.concatenate([1 - base, base])
            return Label(names), _emit(op, chain, arrays | {"rows": both, "base": base}, 1.0)
    raise op.refuse("it has scores of one class of two, which neither LOGISTIC nor shares are")


def _regressor(op: Operator, values: Sequence[Value], chain: Chain) -> Value:
    view = chain.each(op, flat(op, values[0]))
    aggregate = op.get("aggregate_function", "SUM")
    if aggregate not in ("SUM", "AVERAGE"):
        raise op.refuse(f"aggregate_function={aggregate!r}; SUM and AVERAGE can be")
    arrays = _trees(op, view, op.get("n_targets", 1), "target")
    gain = 1.0 if aggregate == "SUM" else 1 / len(arrays["roots"])
    return post_transform(op, _emit(op, chain, arrays, gain), chain)


OPERATORS: dict[str, Handler] = {
    "TreeEnsembleClassifier": _classifier,
    "TreeEnsembleRegressor": _regressor,
}
