"""Extremely randomised trees."""

from __future__ import annotations

from typing import Any

import numpy as np

from kinglet.models._forest import remembered
from kinglet.models._grow import grow, tree_seeds
from kinglet.models._memo import digest
from kinglet.models._read_out import line_weights
from kinglet.models._trees import MAX_INPUTS, leaf_of, round_up
from kinglet.record import CLASSIFICATION, Config, Field, Fitted, Model, Parameter

_MAX_OUTPUTS = 256
_TREES, _LEAVES = (10, 20, 30), (8, 16, 32, 64)
_FEATURES = 0.3  # share of the features that a split looks at
_MAX_DISTRIBUTIONS = 64  # measured, as good as 256
_MAX_VOTES = 15  # of a leaf; measured, as good as 255


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
        Parameter("trees", 20, "Trees.", choices=_TREES, cheap=True),
        Parameter("leaves", 32, "Most leaves of a tree.", choices=_LEAVES, cheap=True),
    )
    fields = (
        Field("trees", "uint16_t", "trees"),
        Field("outputs", "uint16_t", "classes"),
        Field("share", "float", "one over all votes"),
        Field("sizes", "uint8_t", "nodes of each tree; it has one leaf more", array=True),
        Field("nodes", "uint32_t", "threshold, feature and skip", array=True),
        Field("leaves", "uint8_t", "distribution of each leaf", array=True),
        Field("votes", "uint32_t", "distributions, a byte a class, padded to words", array=True),
    )
    tolerance = (0.0, 1e-6)

    def fit(
        self, config: Config, x: np.ndarray, y: np.ndarray, n_outputs: int, seed: int
    ) -> dict[str, np.ndarray]:
        if x.shape[1] > MAX_INPUTS or n_outputs > _MAX_OUTPUTS:
            raise ValueError(
                f"extra_trees takes at most {MAX_INPUTS} features and {_MAX_OUTPUTS} classes"
            )
        classes, index = np.unique(y, return_inverse=True)
        # Rounding thresholds down and training lines up to the same grid leaves each line on its
        # side: the trees that ship are the trees that were fitted.
        x = round_up(x)
        weight, seeds = line_weights(y), tree_seeds(seed, max(_TREES))

        def grown(part: slice) -> list[Any]:
            return grow(
                x,
                index,
                seeds[part],
                [weight] * len(seeds[part]),
                classes=len(classes),
                features=max(1, int(_FEATURES * x.shape[1])),
                leaves=config["leaves"],
            )

        forest = remembered(
            f"extra_trees {seed} {digest(x, y)}", config["trees"], config["leaves"], _LEAVES, grown
        )
        sizes, nodes, ends = forest.packed()
        chance = np.zeros((len(ends), n_outputs))
        chance[:, classes] = forest.value[ends]
        most = min(_MAX_VOTES, 255 // config["trees"])
        votes, leaves = _distributions(chance / chance.sum(axis=1, keepdims=True), most)
        return {"sizes": sizes, "nodes": nodes, "leaves": leaves, "votes": votes}

    def block(self, config: Config, fitted: Fitted) -> dict[str, Any]:
        trees, votes = len(fitted["sizes"]), fitted["votes"]
        outputs = votes.shape[1]
        words = np.pad(votes, ((0, 0), (0, -outputs % 4))).view("<u4")
        return {
            **fitted,
            "trees": trees,
            "outputs": outputs,
            "share": 1 / (trees * int(votes[0].sum())),
            "votes": words,
        }

    def cost(self, config: Config, fitted: Fitted, n_inputs: int, n_outputs: int) -> float:
        walk = 25.0 * np.log2(config["leaves"]) + 35.0
        vote = 10.0 * (-(-n_outputs // 4))
        return config["trees"] * (walk + vote) + 12.0 * n_outputs

    def typical_bytes(self, config: Config, n_inputs: int, n_outputs: int) -> int:
        leaves = config["trees"] * config["leaves"]
        distributions = min(12 * n_outputs - 8, _MAX_DISTRIBUTIONS)
        return 24 + 5 * leaves + 4 * (-(-n_outputs // 4)) * distributions

    def oracle(self, config: Config, fitted: Fitted, x: np.ndarray) -> np.ndarray:
        total = np.zeros((len(x), fitted["votes"].shape[1]))
        first_node = first_leaf = 0
        for size in fitted["sizes"].astype(int):
            nodes = fitted["nodes"][first_node : first_node + size]
            leaves = fitted["leaves"][first_leaf : first_leaf + size + 1]
            total += fitted["votes"][leaves[leaf_of(nodes, x)]]
            first_node, first_leaf = first_node + size, first_leaf + size + 1
        return total / total.sum(axis=1, keepdims=True)


def _distributions(chance: np.ndarray, votes: int) -> tuple[np.ndarray, np.ndarray]:
    """Votes of the different leaves, and which of them each leaf has.

    Every leaf has as many votes, shared out by largest remainders; fewer while there are more than
    64 different leaves.
    """
    while True:
        whole = np.floor(chance * votes)
        rank = np.argsort(np.argsort(whole - chance * votes, axis=1, kind="stable"), axis=1)
        whole += rank < votes - whole.sum(axis=1, keepdims=True)
        different, index = np.unique(whole.astype(np.uint8), axis=0, return_inverse=True)
        if len(different) <= _MAX_DISTRIBUTIONS or votes == 1:
            return different, index.astype(np.uint8).ravel()
        votes -= 1


RECORD = ExtraTrees()
