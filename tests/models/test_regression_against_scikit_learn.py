"""The models of a continuous target are scikit-learn's, where scikit-learn has them."""

import numpy as np
import pytest
from sklearn.cross_decomposition import PLSRegression
from sklearn.ensemble import ExtraTreesRegressor, GradientBoostingRegressor, RandomForestRegressor
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import RBF, ConstantKernel, WhiteKernel
from sklearn.kernel_ridge import KernelRidge
from sklearn.linear_model import ElasticNet, Lasso, Ridge, RidgeCV
from sklearn.neighbors import KNeighborsRegressor
from sklearn.neural_network import MLPRegressor
from sklearn.svm import SVR

from kinglet.host import predict
from kinglet.models._least_squares import PENALTIES
from kinglet.models._trees import round_up
from kinglet.record import models
from tests.conformance.problems import hills, slope


def fitted(name, x, y, seed=0, **config):
    """The configuration and what is fitted."""
    config = models()[name].complete(config)
    return config, models()[name].fit(config, x, y, 1, seed)


def ours(name, x, y, new, seed=0, **config):
    config, made = fitted(name, x, y, seed, **config)
    return predict(models()[name], config, made, new, 1)[:, 0]


@pytest.mark.parametrize("n", (20, 200))
@pytest.mark.parametrize(
    ("config", "theirs"),
    [
        ({"method": "ridge", "penalty": 0.03}, lambda n: Ridge(0.03 * n)),
        (
            {"method": "ridge_auto"},
            lambda n: RidgeCV(np.multiply(PENALTIES, n), scoring="neg_mean_squared_error"),
        ),
        ({"method": "lasso", "sparsity": 0.03}, lambda n: Lasso(0.03)),
        ({"method": "elastic_net", "sparsity": 0.03}, lambda n: ElasticNet(0.03)),
        ({"method": "pls", "components": 4}, lambda n: PLSRegression(4, scale=False)),
    ],
    ids=lambda value: value["method"] if isinstance(value, dict) else "",
)
def test_linear_regression(config, theirs, n):
    (x, y), (new, _) = slope(n, noise=0.5), slope(50, noise=0.5, seed=1)
    expected = np.ravel(theirs(n).fit(x.astype(float), y).predict(new.astype(float)))
    np.testing.assert_allclose(ours("linear_regression", x, y, new, **config), expected, atol=2e-3)


def test_linear_support_vectors():
    (x, y), (new, _) = slope(200, noise=0.5), slope(50, noise=0.5, seed=1)
    theirs = SVR(kernel="linear", epsilon=0.05, C=1 / (0.1 * len(x))).fit(x, y)
    got = ours("linear_regression", x, y, new, method="svr", penalty=0.1)
    assert np.abs(got - theirs.predict(new)).mean() < 0.03  # ours draws in the bias too


def on_the_grid(x):
    """Lines that are whole int8 numbers of one scale, so that as centres they are exact."""
    scale = np.abs(x).max() / 127
    return (np.rint(x / scale) * scale).astype(np.float32)


def test_kernel_ridge_with_a_centre_on_every_line():
    x, y = hills(90)
    x, new = on_the_grid(x), hills(50, seed=1)[0]
    config, made = fitted("kernel_regression", x, y, method="ridge", centres=96, penalty=1e-6)
    got = predict(models()["kernel_regression"], config, made, new, 1)[:, 0]
    # The penalty is on |w|^2, not on w' K w: near where both are small.
    theirs = KernelRidge(alpha=1e-3, kernel="rbf", gamma=float(made["gamma"]))
    expected = theirs.fit(x, y - y.mean()).predict(new) + y.mean()
    assert np.corrcoef(got, expected)[0, 1] > 0.98


def test_gaussian_process_with_an_inducing_point_on_every_line():
    (x, y), (new, _) = hills(128, noise=0.2), hills(50, seed=1)
    x = on_the_grid(x)
    got = ours("kernel_regression", x, y, new, method="gaussian_process", centres=128)
    theirs = GaussianProcessRegressor(
        ConstantKernel() * RBF() + WhiteKernel(0.1), n_restarts_optimizer=2, random_state=0
    ).fit(x, y - y.mean())
    expected = theirs.predict(new) + y.mean()
    assert np.abs(got - expected).mean() < 0.05 * y.std()


def test_support_vectors_gathered_around_few_centres_say_nearly_the_same():
    (x, y), (new, _) = hills(400, noise=0.2), hills(100, seed=1)
    config, made = fitted("kernel_regression", x, y, method="svr", centres=128)
    got = predict(models()["kernel_regression"], config, made, new, 1)[:, 0]
    theirs = SVR(C=config["complexity"], gamma=float(made["gamma"]), epsilon=0.05).fit(x, y)
    assert len(theirs.support_) > 2 * 128
    assert np.corrcoef(got, theirs.predict(new))[0, 1] > 0.97


def test_nearest_prototypes():
    (x, y), (new, _) = hills(300), hills(100, seed=1)
    config, made = fitted("prototype_regression", x, y, nearest=3, prototypes=64)
    got = predict(models()["prototype_regression"], config, made, new, 1)[:, 0]
    floor = float(made["floor"])
    theirs = KNeighborsRegressor(3, weights=lambda distance: 1 / (distance**2 + floor))
    theirs.fit(made["table"] * float(made["scale"]), made["values"])
    np.testing.assert_allclose(got, theirs.predict(new.astype(float)), atol=1e-4)


@pytest.mark.parametrize(
    ("method", "theirs"),
    [
        ("random_forest", RandomForestRegressor(20, max_features=0.3)),
        ("extra_trees", ExtraTreesRegressor(20, max_features=1.0)),
        (
            "boosted",
            GradientBoostingRegressor(
                n_estimators=20,
                learning_rate=0.2,
                subsample=0.7,
                max_features=0.3,
                max_depth=None,
                init="zero",
            ),
        ),
    ],
)
def test_trees(method, theirs):
    (x, y), (new, _) = slope(300), slope(100, seed=1)
    theirs.set_params(max_leaf_nodes=32, random_state=4).fit(round_up(x), y - y.mean())
    config = {"method": method, "trees": 20, "leaves": 32, "rate": 0.2}
    got = ours("tree_regression", x, y, new, 4, **config)
    # The values of the leaves are rounded to int16, and nothing else differs.
    np.testing.assert_allclose(got, theirs.predict(round_up(new)) + y.mean(), atol=2e-3)
    rounded = ours("tree_regression", x, y, round_up(new), 4, **config)
    assert got.tobytes() == rounded.tobytes(), "a line changes sides when it is rounded"


def test_mlp():
    (x, y), (new, _) = hills(300), hills(100, seed=1)
    theirs = MLPRegressor(
        hidden_layer_sizes=(24,), solver="lbfgs", alpha=0.03 * len(x), max_iter=2000, random_state=3
    ).fit(x, y - y.mean())
    config = {"hidden": 24, "penalty": 0.03}
    exact = ours("mlp_regression", x, y, new, 3, precision="float32", **config)
    small = ours("mlp_regression", x, y, new, 3, precision="int8", **config)
    assert np.corrcoef(exact, theirs.predict(new))[0, 1] > 0.99  # ours stops earlier
    assert 0 < np.abs(small - exact).mean() < 0.02
