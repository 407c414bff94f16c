"""The models are scikit-learn's, number for number, where scikit-learn has them."""

import warnings

import numpy as np
import pytest
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier

from kinglet.host import predict
from kinglet.models._trees import round_up
from kinglet.record import models
from tests.conformance.problems import blobs

CLASSES = pytest.mark.parametrize("n_classes", (2, 3, 6))


def ours(name, x, y, new, n_classes, seed=0, **config):
    model = models()[name]
    config = model.complete(config)
    return predict(model, config, model.fit(config, x, y, n_classes, seed), new, n_classes)


def uneven(n_classes):
    """Overlapping classes of different size, and new lines."""
    x, y = blobs(n_classes, lines=list(range(30, 30 + 10 * n_classes, 10)), noise=2.0)
    return x, y, blobs(n_classes, lines=20, noise=2.0, seed=1)[0]


@CLASSES
def test_lda(n_classes):
    x, y, new = uneven(n_classes)
    theirs = LinearDiscriminantAnalysis(
        solver="lsqr", shrinkage="auto", priors=np.full(n_classes, 1 / n_classes)
    ).fit(x.astype(float), y)
    np.testing.assert_allclose(
        ours("lda", x, y, new, n_classes), theirs.predict_proba(new.astype(float)), atol=1e-5
    )


@CLASSES
def test_logistic(n_classes):
    x, y, new = uneven(n_classes)
    theirs = LogisticRegression(
        C=1 / (0.05 * len(x)), class_weight="balanced", tol=1e-6, max_iter=1000
    ).fit(x.astype(float), y)
    np.testing.assert_allclose(
        ours("logistic", x, y, new, n_classes, penalty=0.05),
        theirs.predict_proba(new),
        atol=2e-3,  # ours stops earlier
    )


@CLASSES
def test_mlp(n_classes):
    x, y, new = uneven(n_classes)
    weight = len(y) / (n_classes * np.bincount(y))[y]
    config = {"hidden": 24, "penalty": 0.03}
    got = ours("mlp", x, y, new, n_classes, 3, precision="float32", **config)
    theirs = MLPClassifier((24,), solver="lbfgs", alpha=0.03 * len(x), max_iter=2000)
    others = []
    for seed in range(5):
        theirs.set_params(random_state=seed).fit(x, y, sample_weight=weight)
        others.append(theirs.predict_proba(new))
    # No farther from theirs than theirs are from each other: there are many minima.
    apart = [np.abs(p - q).mean() for i, p in enumerate(others) for q in others[:i]]
    assert min(np.abs(got - other).mean() for other in others) <= max(apart) + 1e-4


@CLASSES
def test_mlp_comes_as_low_as_scikit_learns(n_classes):
    x, y, _ = uneven(n_classes)
    weight = len(y) / (n_classes * np.bincount(y))[y]
    theirs = MLPClassifier((24,), solver="lbfgs", alpha=0.03 * len(x), max_iter=100)
    model = models()["mlp"]
    config = model.complete({"hidden": 24, "penalty": 0.03, "precision": "float32"})
    ours_low, theirs_low = [], []
    for seed in range(5):
        with warnings.catch_warnings(action="ignore"):  # it may end before it has converged
            theirs.set_params(random_state=seed).fit(x, y, sample_weight=weight)
        theirs_low.append(theirs.loss_)
        made = model.fit(config, x, y, n_classes, seed)
        chance = model.oracle(config, made, x)[np.arange(len(y)), y]
        last = made["output_weights"].astype(float)
        square = (last**2).sum() * (2 if n_classes == 2 else 1)
        square += (made["hidden_weights"].astype(float) ** 2).sum()
        ours_low.append(-np.mean(weight * np.log(chance)) + 0.015 * square)
    assert np.mean(ours_low) < 1.02 * np.mean(theirs_low)


@CLASSES
def test_mlp_in_int8_is_close_to_float32(n_classes):
    x, y, new = uneven(n_classes)
    exact = ours("mlp", x, y, new, n_classes, precision="float32")
    small = ours("mlp", x, y, new, n_classes, precision="int8")
    assert 0 < np.abs(small - exact).mean() < 0.01


@CLASSES
def test_extra_trees(n_classes):
    x, y, new = uneven(n_classes)
    theirs = ExtraTreesClassifier(
        20, max_leaf_nodes=32, max_features=0.3, class_weight="balanced", random_state=4
    ).fit(round_up(x), y)
    got = ours("extra_trees", x, y, new, n_classes, 4)
    difference = np.abs(got - theirs.predict_proba(round_up(new)))
    # The leaves differ by the rounding of their votes, and nothing else does.
    assert difference.mean() < 0.02 and difference.max() < 0.08
    rounded = ours("extra_trees", x, y, round_up(new), n_classes, 4)
    assert got.tobytes() == rounded.tobytes(), "a line changes sides when it is rounded"
