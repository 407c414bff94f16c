"""Extremely randomised trees."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.ensemble import ExtraTreesClassifier

from kinglet.record import CLASSIFICATION, Config, Field, Fitted, Model, Parameter

_STEPS = 256  # thresholds are whole numbers of 1/256
_RANGE = 4096  # and of 13 bits
_MAX_INPUTS = 8192
_MAX_DISTRIBUTIONS = 256


class ExtraTrees(Model):
    """A few randomised trees whose leaves vote with their share of each class."""

    name = "extra_trees"
    title = "randomised trees"
    doc = (
        "The mean over the trees of the distribution of classes in the leaf that the signal falls "
        "into; classes weigh the same. Four bytes a node and one a leaf. Few cycles, and no "
        "matter how the features are scaled; over well selected features linear models are "
        "better and smaller."
    )
    source = "Geurts, Ernst and Wehenkel (2006), Extremely randomized trees, Machine Learning 63"
    tasks = (CLASSIFICATION,)
    parameters = (
        Parameter("trees", 20, "Trees.", choices=(10, 20, 30)),
        Parameter("leaves", 32, "Most leaves of a tree.", choices=(8, 16, 32, 64)),
    )
    fields = (
        Field("trees", "uint16_t", "trees"),
        Field("outputs", "uint16_t", "classes"),
        Field("share", "float", "one over all votes"),
        Field("sizes", "uint8_t", "nodes of each tree; it has one leaf more", array=True),
        Field("nodes", "uint32_t", "threshold, feature and skip", array=True),
        Field("leaves", "uint8_t", "distribution of each leaf", array=True),
        Field("votes", "uint8_t", "distributions, one row of outputs each", array=True),
    )
    tolerance = (0.0, 1e-6)

    def fit(
        self, config: Config, x: np.ndarray, y: np.ndarray, n_outputs: int, seed: int
    ) -> dict[str, np.ndarray]:
        if x.shape[1] > _MAX_INPUTS:
            raise ValueError(f"extra_trees takes at most {_MAX_INPUTS} features")
        forest = ExtraTreesClassifier(
            config["trees"],
            max_leaf_nodes=config["leaves"],
            max_features=0.3,
            class_weight="balanced",
            random_state=seed,
        )
        # Rounding thresholds down and training lines up to the same grid leaves each line on its
        # side: the trees that ship are the trees that were fitted.
        grid = np.clip(np.ceil(x.astype(np.float32) * _STEPS), -_RANGE, _RANGE - 1)
        forest.fit(grid, y)
        walks = [_preorder(estimator.tree_) for estimator in forest.estimators_]
        chance = np.zeros((sum(len(leaves) for _, leaves in walks), n_outputs))
        chance[:, forest.classes_] = np.concatenate(
            [
                estimator.tree_.value[leaves, 0]
                for estimator, (_, leaves) in zip(forest.estimators_, walks, strict=True)
            ]
        )
        votes, leaves = _distributions(chance / chance.sum(axis=1, keepdims=True))
        nodes = [node for nodes, _ in walks for node in nodes]
        return {
            "sizes": np.array([len(nodes) for nodes, _ in walks], dtype=np.uint8),
            "nodes": np.array(nodes, dtype=np.uint32),
            "leaves": leaves,
            "votes": votes,
        }

    def block(self, config: Config, fitted: Fitted) -> dict[str, Any]:
        trees, votes = len(fitted["sizes"]), fitted["votes"]
        return {
            "trees": trees,
            "outputs": votes.shape[1],
            "share": np.float32(1 / (trees * int(votes[0].sum()))),
            **fitted,
        }

    def cost(self, config: Config, fitted: Fitted, n_inputs: int, n_outputs: int) -> float:
        depth = 1.3 * np.log2(config["leaves"])
        return config["trees"] * (20.0 * depth + 8.0 * n_outputs + 30.0) + 10.0 * n_outputs

    def typical_bytes(self, config: Config, n_inputs: int, n_outputs: int) -> int:
        leaves = config["trees"] * config["leaves"]
        return 24 + 5 * leaves + n_outputs * min(leaves // 4, _MAX_DISTRIBUTIONS)

    def oracle(self, config: Config, fitted: Fitted, x: np.ndarray) -> np.ndarray:
        total = np.zeros((len(x), fitted["votes"].shape[1]))
        first_node = first_leaf = 0
        for size in fitted["sizes"].astype(int):
            nodes = fitted["nodes"][first_node : first_node + size]
            leaves = fitted["leaves"][first_leaf : first_leaf + size + 1]
            total += fitted["votes"][leaves[_leaf_of(nodes, x)]]
            first_node, first_leaf = first_node + size, first_leaf + size + 1
        return total / total.sum(axis=1, keepdims=True)


def _preorder(tree: Any) -> tuple[list[int], list[int]]:
    """Packed nodes in preorder, and scikit-learn's numbers of the leaves from left to right."""
    nodes: list[int] = []
    leaves: list[int] = []
    rights: list[tuple[int, int]] = []  # right children to visit, with the place of the parent
    at = 0
    while True:
        if tree.children_left[at] < 0:
            leaves.append(at)
            if not rights:
                return nodes, leaves
            at, parent = rights.pop()
            nodes[parent] |= len(nodes) - parent
        else:
            threshold = int(np.clip(np.floor(tree.threshold[at]), -_RANGE, _RANGE - 1))
            rights.append((int(tree.children_right[at]), len(nodes)))
            nodes.append((threshold + _RANGE) << 19 | int(tree.feature[at]) << 6)
            at = tree.children_left[at]


def _distributions(chance: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Votes of the different leaves, and which of them each leaf has.

    Every leaf has as many votes, shared out by largest remainders: 15 (measured, as good as 255),
    or fewer if there would be more than 256 different leaves.
    """
    for votes in (15, 7, 3, 1):
        whole = np.floor(chance * votes)
        rank = np.argsort(np.argsort(whole - chance * votes, axis=1, kind="stable"), axis=1)
        whole += rank < votes - whole.sum(axis=1, keepdims=True)
        different, index = np.unique(whole.astype(np.uint8), axis=0, return_inverse=True)
        if len(different) <= _MAX_DISTRIBUTIONS:
            break
    return different, index.astype(np.uint8).ravel()


def _leaf_of(nodes: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Leaf of one tree, from the left, that each line falls into."""
    skip, feature = (nodes & 63).astype(int), (nodes >> 6 & 8191).astype(int)
    threshold = ((nodes >> 19).astype(int) - _RANGE) / _STEPS
    begin, end = np.zeros(len(x), dtype=int), np.full(len(x), len(nodes))
    leaf = np.zeros(len(x), dtype=int)
    while (walking := np.flatnonzero(begin < end)).size:
        at = begin[walking]
        left = x[walking, feature[at]] <= threshold[at]
        end[walking] = np.where(left, at + skip[at], end[walking])
        leaf[walking] += np.where(left, 0, skip[at])
        begin[walking] = np.where(left, at + 1, at + skip[at])
    return leaf


RECORD = ExtraTrees()
