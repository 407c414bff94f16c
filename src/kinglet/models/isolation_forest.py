"""Isolation forest."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.ensemble import IsolationForest as Forest

from kinglet.models._distance import OutlierModel
from kinglet.models._forest import Forest as Nodes
from kinglet.models._trees import MAX_INPUTS, leaf_of, round_up
from kinglet.record import Config, Field, Fitted, Parameter

_STEPS = 16  # of a leaf's byte for one step of a path: paths of 15 steps at most


class IsolationForest(OutlierModel):
    """Random trees; what differs is soon alone."""

    name = "isolation_forest"
    title = "isolation forest"
    doc = (
        "score = -mean over the trees of (depth of the leaf that the signal falls into + c(lines "
        "in it)), c(n) the mean length of a path in a random tree of n lines. Four bytes a node "
        "and one a leaf. Few cycles, and no matter how the features are scaled; what lies beyond "
        "the normal is no farther than its edge, so that distances are better as a rule."
    )
    source = "Liu, Ting and Zhou (2008), Isolation forest, ICDM"
    parameters = (
        Parameter("trees", 50, "Trees.", choices=(25, 50, 100)),
        Parameter("lines", 32, "Lines that each tree is grown on.", choices=(16, 32, 64)),
    )
    fields = (
        Field("trees", "uint16_t", "trees"),
        Field("share", "float", "minus one over the trees and the units of a step"),
        Field("sizes", "uint8_t", "nodes of each tree; it has one leaf more", array=True),
        Field("nodes", "uint32_t", "threshold, feature and skip", array=True),
        Field("leaves", "uint8_t", "length of the path to each leaf", array=True),
    )
    tolerance = (1e-5, 1e-6)

    def fit(
        self, config: Config, x: np.ndarray, y: np.ndarray, n_outputs: int, seed: int
    ) -> dict[str, np.ndarray]:
        if x.shape[1] > MAX_INPUTS:
            raise ValueError(f"isolation_forest takes at most {MAX_INPUTS} features")
        forest = Forest(
            n_estimators=config["trees"],
            max_samples=min(config["lines"], len(x)),
            random_state=seed,
        ).fit(round_up(x))
        trees = [estimator.tree_ for estimator in forest.estimators_]
        sizes, nodes, leaves = Nodes.of(trees).packed()
        count = np.concatenate([tree.n_node_samples for tree in trees])
        lengths = np.concatenate([_depths(tree) for tree in trees]) + _usual_length(count)
        return {
            "sizes": sizes,
            "nodes": nodes if len(nodes) else np.zeros(1, dtype=np.uint32),  # C has no empty table
            "leaves": np.rint(_STEPS * lengths[leaves]).astype(np.uint8),
        }

    def block(self, config: Config, fitted: Fitted) -> dict[str, Any]:
        trees = len(fitted["sizes"])
        return {"trees": trees, "share": -1 / (trees * _STEPS), **fitted}

    def cost(self, config: Config, fitted: Fitted, n_inputs: int, n_outputs: int) -> float:
        return config["trees"] * (25.0 * np.log2(config["lines"]) + 35.0) + 12.0

    def typical_bytes(self, config: Config, n_inputs: int, n_outputs: int) -> int:
        # Paths end at the depth of a balanced tree, which leaves some lines together: counted.
        leaves = 1.45 * config["lines"] ** 0.7
        return 20 + round(config["trees"] * (5 * leaves - 3))

    def oracle(self, config: Config, fitted: Fitted, x: np.ndarray) -> np.ndarray:
        total = np.zeros(len(x))
        first_node = first_leaf = 0
        for size in fitted["sizes"].astype(int):
            nodes = fitted["nodes"][first_node : first_node + size]
            total += fitted["leaves"][first_leaf + leaf_of(nodes, x)]
            first_node, first_leaf = first_node + size, first_leaf + size + 1
        return -total[:, None] / (len(fitted["sizes"]) * _STEPS)


def _depths(tree: Any) -> np.ndarray:
    """Steps from the root to each node."""
    depth = np.zeros(tree.node_count)
    for node, children in enumerate(zip(tree.children_left, tree.children_right, strict=True)):
        if children[0] >= 0:  # children come after their parent
            depth[list(children)] = depth[node] + 1
    return depth


def _usual_length(count: np.ndarray) -> np.ndarray:
    """Mean length of the path to a line in a random tree of so many lines (Liu et al. 2008, 1)."""
    n = np.maximum(count, 2).astype(np.float64)
    harmonic = np.log(n - 1) + np.euler_gamma
    return np.where(count > 2, 2 * harmonic - 2 * (n - 1) / n, np.maximum(count - 1, 0))


RECORD = IsolationForest()
