"""Trees cut to fewer leaves, and packed in preorder."""

import numpy as np
import pytest
from sklearn.ensemble import ExtraTreesClassifier, RandomForestRegressor

from kinglet.models._forest import Forest
from kinglet.models._trees import leaf_of, round_up
from tests.conformance.problems import blobs, slope


@pytest.mark.parametrize("leaves", (8, 16, 32))
@pytest.mark.parametrize(
    ("kind", "problem"),
    [(ExtraTreesClassifier, blobs(4, noise=3.0)), (RandomForestRegressor, slope(200, noise=0.5))],
    ids=["classes", "targets"],
)
def test_a_large_tree_cut_is_the_small_tree(kind, problem, leaves):
    x, y = problem
    large, small = (
        Forest.of([e.tree_ for e in kind(5, max_leaf_nodes=most, random_state=1).fit(x, y)])
        for most in (64, leaves)
    )
    cut = large.cut(leaves)
    for got, expected in zip(cut.packed()[:2], small.packed()[:2], strict=True):
        np.testing.assert_array_equal(got, expected)
    np.testing.assert_array_equal(cut.value[cut.packed()[2]], small.value[small.packed()[2]])


def test_packed_trees_lead_each_line_to_its_leaf():
    x, y = slope(300)
    x = round_up(x)
    grown = RandomForestRegressor(6, max_leaf_nodes=20, random_state=0).fit(x, y)
    forest = Forest.of([estimator.tree_ for estimator in grown])
    sizes, nodes, leaves = forest.packed()
    first = 0
    for tree, (estimator, size) in enumerate(zip(grown, sizes.astype(int), strict=True)):
        found = leaf_of(nodes[first : first + size], x)
        values = forest.value[leaves[first + tree : first + tree + size + 1], 0]
        np.testing.assert_array_equal(values[found], estimator.predict(x))
        first += size


def test_joined_forests_are_the_forest_of_all_trees():
    x, y = slope(100)
    # One tree is a leaf alone.
    trees = [e.tree_ for e in RandomForestRegressor(4, max_leaf_nodes=9, random_state=0).fit(x, y)]
    trees.insert(1, RandomForestRegressor(1).fit(x, np.zeros(100)).estimators_[0].tree_)
    parts = Forest.joined([Forest.of(trees[:2]), Forest.of(trees[2:])])
    for got, expected in zip(parts, Forest.of(trees), strict=True):
        np.testing.assert_array_equal(got, expected)
    for got, expected in zip(parts.packed(), Forest.of(trees).packed(), strict=True):
        np.testing.assert_array_equal(got, expected)
