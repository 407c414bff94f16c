"""Regression trees."""

from __future__ import annotations

from typing import Any

import numpy as np

from kinglet.models._forest import Forest, remembered
from kinglet.models._grow import bootstrap, grow, subsample, tree_seeds
from kinglet.models._memo import digest
from kinglet.models._trees import MAX_INPUTS, leaf_of, round_up
from kinglet.record import EXTRAPOLATION, Config, Field, Fitted, Model, Parameter

_LARGEST = 32767  # of a leaf's value in int16
# Share of the features that a split looks at; randomised thresholds want them all; measured.
_FEATURES = {"random_forest": 0.3, "extra_trees": 1.0, "boosted": 0.3}
_TREES, _LEAVES = (10, 20, 40, 80), (8, 16, 32, 64)
_LINES = 0.7  # share of the lines that each boosted tree sees


class TreeRegression(Model):
    """A few trees, each of which adds the value of one of its leaves."""

    name = "tree_regression"
    title = "regression trees"
    doc = (
        "y = b + the sum over the trees of the value of the leaf that the signal falls into: trees "
        "of random lines (random_forest) or with random thresholds (extra_trees), averaged, or "
        "trees of which each mends the error of those before (boosted). Four bytes a node and two "
        "a leaf. Few cycles, and no matter how the features are scaled; says nothing beyond the "
        "targets that it has seen, and where the target is smooth others are better."
    )
    source = (
        "Breiman (2001), Random forests, Machine Learning 45; Geurts, Ernst and Wehenkel (2006), "
        "Extremely randomized trees, Machine Learning 63; Friedman (2001), Greedy function "
        "approximation: a gradient boosting machine, Annals of Statistics 29"
    )
    tasks = (EXTRAPOLATION,)
    parameters = (
        Parameter(
            "method",
            "boosted",
            "How they are grown.",
            choices=("random_forest", "extra_trees", "boosted"),
        ),
        Parameter("trees", 80, "Trees.", choices=_TREES),
        Parameter("leaves", 16, "Most leaves of a tree.", choices=_LEAVES),
        Parameter(
            "rate",
            0.1,
            "Share of the error that each tree mends.",
            low=0.05,
            high=0.3,
            scale="log",
            condition=("method", ("boosted",)),
        ),
    )
    fields = (
        Field("trees", "uint16_t", "trees"),
        Field("scale", "float", "of the values of the leaves"),
        Field("offset", "float", "added to their sum"),
        Field("sizes", "uint8_t", "nodes of each tree; it has one leaf more", array=True),
        Field("nodes", "uint32_t", "threshold, feature and skip", array=True),
        Field("leaves", "int16_t", "value of each leaf, over the scale", array=True),
    )
    tolerance = (1e-6, 1e-6)

    def fit(
        self, config: Config, x: np.ndarray, y: np.ndarray, n_outputs: int, seed: int
    ) -> dict[str, np.ndarray]:
        if x.shape[1] > MAX_INPUTS:
            raise ValueError(f"tree_regression takes at most {MAX_INPUTS} features")
        offset = float(y.mean())
        x, target = round_up(x), y - offset
        boosted = config["method"] == "boosted"
        forest = (_boosted if boosted else _averaged)(config, x, target, seed)
        share = config["rate"] if boosted else 1 / config["trees"]
        sizes, nodes, ends = forest.packed()
        values = share * forest.value[ends, 0]
        scale = np.abs(values).max() / _LARGEST or 1.0
        return {
            "offset": np.array(offset, dtype=np.float32),
            "scale": np.array(scale, dtype=np.float32),
            "sizes": sizes,
            "nodes": nodes if len(nodes) else np.zeros(1, dtype=np.uint32),  # C has no empty table
            "leaves": np.rint(values / scale).astype(np.int16),
        }

    def block(self, config: Config, fitted: Fitted) -> dict[str, Any]:
        return {**fitted, "trees": len(fitted["sizes"])}

    def cost(self, config: Config, fitted: Fitted, n_inputs: int, n_outputs: int) -> float:
        return config["trees"] * (25.0 * np.log2(config["leaves"]) + 35.0) + 30.0

    def typical_bytes(self, config: Config, n_inputs: int, n_outputs: int) -> int:
        return 24 + config["trees"] * (6 * config["leaves"] - 3)

    def oracle(self, config: Config, fitted: Fitted, x: np.ndarray) -> np.ndarray:
        total = np.zeros(len(x))
        first_node = first_leaf = 0
        for size in fitted["sizes"].astype(int):
            nodes = fitted["nodes"][first_node : first_node + size]
            leaves = fitted["leaves"][first_leaf : first_leaf + size + 1]
            total += leaves[leaf_of(nodes, x)]
            first_node, first_leaf = first_node + size, first_leaf + size + 1
        out: np.ndarray = total * float(fitted["scale"]) + float(fitted["offset"])
        return out[:, None]


def _features(config: Config, x: np.ndarray) -> int:
    """Features that a split looks at."""
    return max(1, int(_FEATURES[config["method"]] * x.shape[1]))


def _averaged(config: Config, x: np.ndarray, target: np.ndarray, seed: int) -> Forest:
    """Trees that do not know of each other."""
    random = config["method"] == "extra_trees"
    seeds = tree_seeds(seed, max(_TREES))

    def grown(part: slice) -> list[Any]:
        weights = [None if random else bootstrap(each, len(x)) for each in seeds[part]]
        return grow(
            x,
            target,
            seeds[part],
            weights,
            random=random,
            features=_features(config, x),
            leaves=config["leaves"],
        )

    name = f"{config['method']} {seed} {digest(x, target)}"
    return remembered(name, config["trees"], config["leaves"], _LEAVES, grown)


def _boosted(config: Config, x: np.ndarray, target: np.ndarray, seed: int) -> Forest:
    """Trees of which each is grown from what those before have left of the target."""
    state = np.random.RandomState(seed)
    inside = max(1, int(_LINES * len(x)))
    said, trees = np.zeros(len(x)), []
    for _ in range(config["trees"]):
        (tree,) = grow(
            x,
            target - said,
            [state],
            [subsample(state, len(x), inside)],
            random=False,
            features=_features(config, x),
            leaves=config["leaves"],
        )
        said += config["rate"] * tree.predict(x)[:, 0]
        trees.append(tree)
    return Forest.of(trees)


RECORD = TreeRegression()
