"""Trees of scikit-learn become the layer of trees."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from kinglet.convert.graph import Node
from kinglet.errors import InputError

_CHUNK = 4_000_000  # values scaled at once


def trees(
    members: Sequence[Any],
    rows: Sequence[np.ndarray],
    inputs: int,
    base: np.ndarray,
    gain: float,
    columns: Sequence[np.ndarray | None] | None = None,
) -> Node:
    """Join trees of scikit-learn: y = base + gain sum of rows.

    Parameters
    ----------
    members : sequence of sklearn.tree._tree.Tree
    rows : sequence of ndarray, shape (n_nodes, n_outputs)
        What each node of each tree would add as a leaf.
    inputs : int
        Values of a signal.
    base : ndarray, shape (n_outputs,)
    gain : float
    columns : sequence of ndarray, optional
        For each tree which of the values it sees.
    """
    feature, threshold, left, right, row, roots = [], [], [], [], [], []
    kept: list[np.ndarray] = []
    nodes = leaves = 0
    for number, (tree, own) in enumerate(zip(members, rows, strict=True)):
        leaf = tree.children_left < 0
        seen = columns[number] if columns else None
        asked = tree.feature if seen is None else np.asarray(seen)[np.maximum(tree.feature, 0)]
        feature.append(np.where(leaf, -1, asked))
        threshold.append(np.where(leaf, 0.0, tree.threshold))
        left.append(np.where(leaf, -1, tree.children_left + nodes))
        right.append(np.where(leaf, -1, tree.children_right + nodes))
        place = np.cumsum(leaf) - 1 + leaves
        row.append(np.where(leaf, place, -1))
        kept.append(own[leaf])
        roots.append(nodes)
        nodes, leaves = nodes + len(leaf), leaves + int(leaf.sum())
    rounded = _down(np.concatenate(threshold))
    return Node(
        "trees",
        {"inputs": int(inputs), "gain": float(gain)},
        {
            "roots": np.array(roots, dtype=np.int32),
            "feature": np.concatenate(feature).astype(np.int32),
            "threshold": rounded,
            "left": np.concatenate(left).astype(np.int32),
            "right": np.concatenate(right).astype(np.int32),
            "row": np.concatenate(row).astype(np.int32),
            "rows": np.concatenate(kept).astype(np.float64),
            "base": np.asarray(base, dtype=np.float64),
        },
    )


def _down(threshold: np.ndarray) -> np.ndarray:
    """Largest float32 not above: for float32 x, x <= threshold is the same question of both."""
    with np.errstate(all="ignore"):
        near = threshold.astype(np.float32)
        return np.where(near > threshold, np.nextafter(near, np.float32(-np.inf)), near)


def unscaled(node: Node, scalers: Sequence[Any]) -> Node:
    """Trees that ask the same of a signal as these ask of the scaled one.

    Each threshold becomes the largest float32 whose scaled value, as scikit-learn computes it in
    float32, is not above it; scaling keeps the order, so bisection finds it.
    """
    if not scalers:
        return node
    threshold = node.arrays["threshold"].copy()
    asking = np.flatnonzero(node.arrays["feature"] >= 0)
    inputs = node.settings["inputs"]
    for part in np.array_split(asking, max(1, len(asking) * inputs // _CHUNK)):
        feature = node.arrays["feature"][part]
        # Places in the order of all finite float32: low keeps to the left, high does not.
        largest = int(np.finfo(np.float32).max.view(np.int32))
        low = np.full(len(part), -largest - 1, dtype=np.int64)
        high = np.full(len(part), largest + 1, dtype=np.int64)
        while (high - low).max(initial=0) > 1:
            middle = (low + high) // 2
            x = np.zeros((len(part), inputs), dtype=np.float32)
            lines = np.arange(len(part))
            x[lines, feature] = _float_at(middle)
            with np.errstate(all="ignore"):
                for scaler in scalers:
                    x = scaler.transform(x)
            fits = x[lines, feature] <= threshold[part]
            low, high = np.where(fits, middle, low), np.where(fits, high, middle)
        threshold[part] = np.where(low < -largest, -np.inf, _float_at(np.maximum(low, -largest)))
    return Node(node.name, node.settings, {**node.arrays, "threshold": threshold})


def _float_at(place: np.ndarray) -> np.ndarray:
    """The float32 at a place in their order; 0 is at 0."""
    size = np.abs(place).astype(np.uint32).view(np.float32)
    return np.where(place < 0, -size, size).astype(np.float32)


def _members(estimator: Any) -> list[Any]:
    return [estimator] if hasattr(estimator, "tree_") else list(estimator.estimators_)


def classifier(estimator: Any) -> list[Node]:
    """Mean over the trees of the shares of the classes in the leaf."""
    members = [member.tree_ for member in _members(estimator)]
    if estimator.n_outputs_ != 1:
        raise InputError(
            f"{type(estimator).__name__} with several labels a signal cannot be converted: fit it "
            "with one class for each signal"
        )
    shares = []
    for tree in members:
        total = tree.value[:, 0].sum(axis=1, keepdims=True)
        shares.append(tree.value[:, 0] / total)
    count = len(estimator.classes_)
    return [
        trees(members, shares, estimator.n_features_in_, np.zeros(count), 1 / len(members)),
    ]


def regressor(estimator: Any) -> list[Node]:
    """Mean over the trees of the value of the leaf."""
    members = [member.tree_ for member in _members(estimator)]
    if estimator.n_outputs_ != 1:
        raise InputError(
            f"{type(estimator).__name__} with {estimator.n_outputs_} targets cannot be converted: "
            "fit one model for each target"
        )
    values = [tree.value[:, 0] for tree in members]
    return [trees(members, values, estimator.n_features_in_, np.zeros(1), 1 / len(members))]


def boosted_classifier(estimator: Any) -> list[Node]:
    """Sum of the stages, one tree a class in each (one for two classes), then probabilities."""
    decisions = estimator.estimators_.shape[1]
    node = _boosted(estimator, decisions)
    if decisions > 1:
        return [node, Node("probabilities")]
    if estimator.loss == "exponential":  # p = 1 / (1 + exp(-2 raw))
        twice = {"base": 2 * node.arrays["base"]}
        settings = {**node.settings, "gain": 2 * node.settings["gain"]}
        node = Node(node.name, settings, {**node.arrays, **twice})
    return [node, Node("two_classes")]


def boosted_regressor(estimator: Any) -> list[Node]:
    """Sum of the stages."""
    return [_boosted(estimator, 1)]


def _boosted(estimator: Any, decisions: int) -> Node:
    if estimator.init is not None and estimator.init != "zero":
        raise InputError(
            f"{type(estimator).__name__} with an estimator as init cannot be converted: fit it "
            "without"
        )
    base = estimator._raw_predict_init(np.zeros((1, estimator.n_features_in_), np.float32))
    members, rows = [], []
    for stage in estimator.estimators_:
        for output, member in enumerate(stage):
            value = np.zeros((member.tree_.node_count, decisions))
            value[:, output] = member.tree_.value[:, 0, 0]
            members.append(member.tree_)
            rows.append(value)
    return trees(members, rows, estimator.n_features_in_, np.ravel(base), estimator.learning_rate)


def isolation(estimator: Any) -> list[Node]:
    """Score 2^(-mean depth / usual depth): 1 where a signal is cut off at once.

    Liu, Ting and Zhou (2008), Isolation forest, section 2 and equation 1.
    """
    members = [member.tree_ for member in estimator.estimators_]
    depths = []
    for tree in members:
        depth = np.zeros(tree.node_count)
        for parent in range(tree.node_count):  # parents come before their children
            for child in (tree.children_left[parent], tree.children_right[parent]):
                if child >= 0:
                    depth[child] = depth[parent] + 1
        depths.append((depth + _usual_depth(tree.n_node_samples))[:, None])
    usual = len(members) * _usual_depth(np.array([estimator._max_samples]))[0]
    node = trees(
        members,
        depths,
        estimator.n_features_in_,
        np.zeros(1),
        -np.log(2) / usual,
        list(estimator.estimators_features_),
    )
    return [node, Node("activation", {"kind": "exponential"})]


def _usual_depth(samples: np.ndarray) -> np.ndarray:
    """Mean depth of an unsuccessful search in a binary tree of so many samples (equation 1)."""
    n = samples.astype(np.float64)
    result = np.where(n == 2, 1.0, 0.0)
    many = n > 2
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = 2 * (np.log(n - 1) + np.euler_gamma) - 2 * (n - 1) / n
    result[many] = mean[many]
    return result
