"""Selection by the importance of features to randomised trees."""

from __future__ import annotations

import numpy as np
from sklearn.ensemble import ExtraTreesClassifier, ExtraTreesRegressor

from kinglet.pipeline.pool import Pool
from kinglet.record import Config, Selector
from kinglet.selectors._purse import COUNT, THRIFT, Purse, varies
from kinglet.selectors._targets import is_continuous

_TREES = 100
_SHARE = 0.3  # of the features that a split of a regression tree looks at
_DEPTH = 8  # of a tree for a continuous target: as good, measured, and two to three times as quick
# Features with a higher correlation than this to a chosen one are passed over.
_ALIKE = 0.95


class TreeImportance(Selector):
    """The features that randomised trees split by to most avail."""

    name = "tree_importance"
    title = "tree importance"
    doc = (
        "Features in the order of their importance to 100 randomised trees (decrease of impurity, "
        "of a continuous target the decrease of variance), in the light of what they cost, without "
        "those whose correlation to a chosen one is above 0.95. Sees what is not linear: for "
        "neural networks, radial basis functions and trees."
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
        if is_continuous(y):
            forest = ExtraTreesRegressor(
                _TREES, max_features=_SHARE, max_depth=_DEPTH, random_state=seed
            )
        else:
            forest = ExtraTreesClassifier(_TREES, class_weight="balanced", random_state=seed)
        worth = np.where(varies(x), forest.fit(x, y).feature_importances_, 0)
        columns = x - x.mean(axis=0)
        columns /= np.maximum(np.sqrt((columns**2).sum(axis=0)), 1e-9)
        purse = Purse(pool, limit, config["count"], config["thrift"])
        for _ in range(config["count"]):
            value = purse.value(worth)
            best = int(np.argmax(value))
            if value[best] <= 0:
                break
            purse.buy(best)
            worth[np.abs(columns.T @ columns[:, best]) > _ALIKE] = 0
            worth[best] = 0
        return purse.selected()


RECORD = TreeImportance()
