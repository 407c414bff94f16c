"""Single trees as scikit-learn's forests grow them, without what each of its estimators checks.

For the few lines of a training part those checks take as long as the trees. Tests compare every
kind of tree with scikit-learn's own forest, number for number.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from sklearn.ensemble._gradient_boosting import _random_sample_mask
from sklearn.tree import _criterion, _splitter, _tree

_DEEPEST = 2**31 - 1


def tree_seeds(seed: int, count: int) -> np.ndarray:
    """Seeds of the trees of a forest: those of a smaller one are the first."""
    return np.random.RandomState(seed).randint(_DEEPEST, size=count)


def bootstrap(seed: int, n: int) -> np.ndarray:
    """How often each of n lines is drawn for the tree of a seed, float64 (n,)."""
    drawn = np.random.RandomState(seed).randint(0, n, n, dtype=np.int32)
    return np.bincount(drawn, minlength=n).astype(np.float64)


def subsample(state: np.random.RandomState, n: int, inside: int) -> np.ndarray:
    """1 for so many of n lines, drawn, and 0 for the others, float64 (n,)."""
    return np.asarray(_random_sample_mask(n, inside, state), dtype=np.float64)


def grow(
    x: np.ndarray,
    y: np.ndarray,
    seeds: Sequence[int | np.random.RandomState] | np.ndarray,
    weights: Sequence[np.ndarray | None] | np.ndarray,
    *,
    classes: int = 0,
    random: bool = True,
    features: int,
    leaves: int | None = None,
    depth: int | None = None,
) -> list[Any]:
    """Grow trees, best leaf first where their number is bound.

    Parameters
    ----------
    x : ndarray of float32, shape (n, n_inputs)
    y : ndarray, shape (n,)
        Targets, or classes 0..classes-1.
    seeds : sequence
        Of each tree.
    weights : sequence of ndarray of float64, shape (n,), or None
        Of the lines, for each tree; a line of weight 0 is left out.
    classes : int
        0 for targets.
    random : bool
        Whether thresholds are drawn, one a feature, or the best is found.
    features : int
        Features that a split looks at.
    leaves, depth : int, optional
        Most of them.

    Returns
    -------
    list of sklearn.tree._tree.Tree
    """
    x = np.asfortranarray(x, dtype=np.float32)  # splits run along columns
    y = np.ascontiguousarray(y, dtype=np.float64)[:, None]
    outputs = np.array([classes or 1], dtype=np.intp)
    deepest = depth or _DEEPEST
    splitters = _splitter.RandomSplitter if random else _splitter.BestSplitter
    trees = []
    for seed, weight in zip(seeds, weights, strict=True):
        measure = _criterion.Gini(1, outputs) if classes else _criterion.MSE(1, len(x))
        state = seed if isinstance(seed, np.random.RandomState) else np.random.RandomState(seed)
        splitter = splitters(measure, features, 1, 0.0, state, None)
        tree = _tree.Tree(x.shape[1], outputs, 1)
        if leaves is None:
            builder = _tree.DepthFirstTreeBuilder(splitter, 2, 1, 0.0, deepest, 0.0)
        else:
            builder = _tree.BestFirstTreeBuilder(splitter, 2, 1, 0.0, deepest, leaves, 0.0)
        builder.build(tree, x, y, weight, None)
        trees.append(tree)
    return trees
