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
    theirs = MLPClassifier((24,), solver="lbfgs", alpha=0.03 * len(x), max_iter=100, random_state=3)
    with warnings.catch_warnings(action="ignore"):  # it may end before it has converged
        theirs.fit(x, y, sample_weight=weight)
    got = ours("mlp", x, y, new, n_classes, 3, hidden=24, penalty=0.03, precision="float32")
    np.testing.assert_allclose(got, theirs.predict_proba(new), atol=1e-4)


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
