"""Centres by k-means."""

import numpy as np
from sklearn.cluster import KMeans

from kinglet.models._k_means import k_means


def spread(lines, centres):
    """Mean squared distance of lines to the nearest centre."""
    return ((lines[:, None] - centres) ** 2).sum(axis=2).min(axis=1).mean()


def test_centres_are_as_good_as_scikit_learns():
    rng = np.random.default_rng(0)
    lines = rng.normal(size=(12, 6))[rng.integers(12, size=400)] + 0.5 * rng.normal(size=(400, 6))
    ours = np.mean([spread(lines, k_means(lines, 24, seed)) for seed in range(8)])
    theirs = [KMeans(24, n_init=1, random_state=s).fit(lines).cluster_centers_ for s in range(8)]
    assert ours < 1.02 * np.mean([spread(lines, centres) for centres in theirs])


def test_few_lines_are_their_own_centres():
    lines = np.random.default_rng(0).normal(size=(5, 3))
    np.testing.assert_array_equal(k_means(lines, 5, 0), lines)


def test_lines_all_alike_have_their_place_as_the_only_centre():
    centres = k_means(np.full((30, 4), 2.5), 3, 0)
    np.testing.assert_array_equal(centres, np.full((3, 4), 2.5))
