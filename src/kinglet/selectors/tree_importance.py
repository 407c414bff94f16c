"""Selection by the importance of features to randomised trees."""

from __future__ import annotations

import numpy as np

from kinglet.models._grow import grow, tree_seeds
from kinglet.models._memo import MEMO, digest
from kinglet.models._read_out import line_weights
from kinglet.pipeline.pool import Pool
from kinglet.record import Config, Selector
from kinglet.selectors._purse import COUNT, THRIFT, Purse, varies
from kinglet.selectors._targets import is_continuous

_TREES = 40  # as good as 100, measured, where they see enough features
_MOST_TREES = 120
_ENOUGH = 192  # features of some importance: twice as many as are kept, since many are alike
_SHARE = 0.3  # of the features that a split of a regression tree looks at
_DEPTH = 8  # as good or better, measured, and quicker
# Features with a higher correlation than this to a chosen one are passed over.
_ALIKE = 0.95


class TreeImportance(Selector):
    """The features that randomised trees split by to most avail."""

    name = "tree_importance"
    title = "tree importance"
    doc = (
        "Features in the order of their importance to 40 randomised trees, or more until enough "
        "features are of some (decrease of impurity, or of variance for a continuous target), in "
        "the light of what they cost, without those whose correlation to a chosen one is above "
        "0.95. Sees what is not linear: for neural networks, radial basis functions and trees."
    )
    source = "Geurts, Ernst and Wehenkel (2006), Extremely randomized trees, Machine Learning 63"
    parameters = (COUNT, THRIFT)

    def select(
        self,
        config: Config,
        x: np.ndarray,
        y: np.ndarray,
        pool: Pool,
        limit: float,
        seed: int,
    ) -> np.ndarray:
        # The same for every thrift and limit.
        (importance,) = MEMO.get(
            f"importance {seed} {digest(x, y)}",
            lambda: (_importance(x, y, seed),),
        )
        worth = np.where(varies(x), importance, 0)
        chosen = np.zeros((config["count"], len(x)), dtype=np.float32)  # standardised
        purse = Purse(pool, limit, config["thrift"])
        while (size := len(purse.bought)) < config["count"]:
            value = purse.value(worth)
            best = int(np.argmax(value))
            if value[best] <= 0:
                break
            worth[best] = 0
            column = x[:, best] - x[:, best].mean()
            column /= max(float(np.linalg.norm(column)), 1e-9)
            if size and np.abs(chosen[:size] @ column).max() > _ALIKE:
                continue
            chosen[size] = column
            purse.buy(best)
        return purse.selected()


def _importance(x: np.ndarray, y: np.ndarray, seed: int) -> np.ndarray:
    """Summed share of each feature in what the splits of a tree bring, (n_features,)."""
    if is_continuous(y):
        weight, target, classes = None, y, 0
        features = max(1, int(_SHARE * x.shape[1]))
    else:
        names, target = np.unique(y, return_inverse=True)
        weight, classes = line_weights(y), len(names)
        features = max(1, int(np.sqrt(x.shape[1])))
    x = np.asfortranarray(x)
    seeds = tree_seeds(seed, _MOST_TREES)
    total = np.zeros(x.shape[1])
    for start in range(0, _MOST_TREES, _TREES):
        trees = grow(
            x,
            target,
            seeds[start : start + _TREES],
            [weight] * _TREES,
            classes=classes,
            features=features,
            depth=_DEPTH,
        )
        for tree in trees:
            total += tree.compute_feature_importances()
        if np.count_nonzero(total) >= min(_ENOUGH, x.shape[1]):
            break
    return total


RECORD = TreeImportance()
