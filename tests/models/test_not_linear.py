"""Models that are not linear learn what a line cannot part."""

import numpy as np
import pytest

from kinglet.host import predict
from kinglet.models.extra_trees import _distributions
from kinglet.record import models
from tests.conformance.problems import rings


@pytest.mark.parametrize(
    ("name", "config"),
    [
        ("mlp", {"hidden": 32, "penalty": 1e-3}),
        ("mlp", {"hidden": 32, "penalty": 1e-3, "precision": "float32"}),
        ("rbf", {"centres": 48}),
        ("extra_trees", {"trees": 30, "leaves": 64}),
    ],
    ids=str,
)
def test_rings_are_told_apart(name, config):
    (x, y), (new, truth) = rings(), rings(seed=1)
    model = models()[name]
    config = model.complete(config)
    out = predict(model, config, model.fit(config, x, y, 3, 0), new, 3)
    assert np.mean(out.argmax(axis=1) == truth) > 0.9


def test_leaves_share_few_distributions_that_each_have_all_votes():
    rng = np.random.default_rng(0)
    chance = rng.dirichlet(np.full(10, 0.3), size=600)
    votes, leaf = _distributions(chance, 15)
    assert len(votes) <= 64 and len(np.unique(votes.sum(axis=1))) == 1
    assert np.abs(votes[leaf] / votes[0].sum() - chance).max() < 1 / votes[0].sum()
    few, index = _distributions(np.array([[1.0, 0.0], [0.5, 0.5], [1.0, 0.0]]), 12)
    np.testing.assert_array_equal(few[index], [[12, 0], [6, 6], [12, 0]])
