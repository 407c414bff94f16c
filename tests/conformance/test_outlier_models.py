"""What every model of normal lines alone must keep, whoever adds it."""

import inspect

import numpy as np
import pytest
from scipy.stats import spearmanr
from sklearn.covariance import EllipticEnvelope, LedoitWolf
from sklearn.ensemble import IsolationForest
from sklearn.metrics import roc_auc_score
from sklearn.mixture import GaussianMixture
from sklearn.neighbors import NearestNeighbors
from sklearn.svm import OneClassSVM

from kinglet.ccode import block_struct
from kinglet.host import predict
from kinglet.record import CTYPE_BYTES, OUTLIER, block_bytes, models

MODELS = [model for model in models() if OUTLIER in model.tasks]
ALL = pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)
BOUNDED = {"isolation_forest"}  # beyond the edge of the normal its score stays the same
pytestmark = pytest.mark.filterwarnings("error")


def configs(model, drawn=4):
    """The default and a few drawn configurations."""
    rng = np.random.default_rng(7)
    return [model.complete({}), *(model.complete(model.draw(rng)) for _ in range(drawn))]


def normal(lines=120, n_inputs=12, regimes=3, seed=0):
    """Scaled features of a machine with some regimes, correlated within each."""
    rng = np.random.default_rng([seed, n_inputs])
    shape = np.random.default_rng([n_inputs, regimes])
    centre = 3 * shape.normal(size=(regimes, n_inputs))
    mixing = 0.5 * np.eye(n_inputs) + shape.normal(size=(n_inputs, n_inputs)) / n_inputs**0.5 / 2
    x = centre[rng.integers(regimes, size=lines)] + rng.normal(size=(lines, n_inputs)) @ mixing
    usual = centre.std(axis=0) + 1
    return (x / usual).clip(-5, 5).astype(np.float32)


def probing(n_inputs, seed=1):
    """Lines near and far from any normal one."""
    rng = np.random.default_rng(seed)
    size = rng.choice([0.3, 1.0, 5.0, 100.0], size=(80, 1))
    return (size * rng.normal(size=(80, n_inputs))).astype(np.float32)


def fitted_on(model, config, x, seed=0):
    """Fit, and the function that runs the C over lines: scores of shape (n,)."""
    fitted = model.fit(config, x, np.zeros(len(x)), 1, seed)
    return fitted, lambda lines: predict(model, config, fitted, lines, 1)[:, 0]


@ALL
def test_record_says_all_that_people_and_search_need(model):
    assert model.title and model.doc.endswith(".") and model.source
    assert f"kn_{model.name}(" in model.header().read_text()
    assert len({item.name for item in model.fields}) == len(model.fields)
    for item in model.fields:
        assert item.ctype in CTYPE_BYTES and item.doc
    rng = np.random.default_rng(0)
    for parameter in model.parameters:
        assert parameter.doc.endswith(".") and parameter.check(parameter.default)
        assert all(parameter.check(parameter.draw(rng)) for _ in range(20))
    assert inspect.getdoc(type(model))


@ALL
def test_block_has_every_field(model):
    for lines in (normal(), normal(lines=20, n_inputs=4), np.zeros((20, 4), np.float32)):
        for config in configs(model):
            block = model.block(config, model.fit(config, lines, np.zeros(len(lines)), 1, 0))
            assert set(block) == {item.name for item in model.fields}
            assert all(np.size(block[item.name]) for item in model.fields)  # C has no empty table
            block_struct(model, block)  # every value converts to its C type


@ALL
@pytest.mark.parametrize(("lines", "n_inputs"), [(20, 4), (24, 64), (300, 33), (1000, 128)])
def test_scores_equal_the_oracle(model, lines, n_inputs):
    x = normal(lines, n_inputs)
    relative, absolute = model.tolerance
    for config in configs(model, drawn=4 if lines < 1000 else 1):
        fitted, run = fitted_on(model, config, x)
        for some in (x[:100], normal(50, n_inputs, seed=1), probing(n_inputs)):
            got, expected = run(some), model.oracle(config, fitted, some)
            assert expected.shape == (len(some), 1)
            np.testing.assert_allclose(got, expected[:, 0], relative, absolute, err_msg=str(config))


@ALL
def test_scores_are_finite_wherever_a_signal_lies(model):
    for x in (normal(), normal(lines=20, n_inputs=128), np.zeros((30, 8), np.float32)):
        n_inputs = x.shape[1]
        sizes = (0, 1e-30, 1, 1e3, 1e9, 1e15, 1e18)
        lines = [np.full(n_inputs, sign * size) for size in sizes for sign in (1, -1)]
        lines += [np.where(np.arange(n_inputs) % 2, size, -size) for size in sizes]
        lines += [size * np.eye(n_inputs)[0] for size in sizes]
        for config in configs(model):
            _, run = fitted_on(model, config, x)
            out = run(np.array(lines, dtype=np.float32))
            assert np.isfinite(out).all(), config
            assert np.abs(out).max() < 1e36  # room for the gain of the library


@ALL
def test_same_seed_same_model_and_batch_does_not_matter(model):
    x = normal()
    for config in configs(model):
        first, run = fitted_on(model, config, x, seed=2**32 - 1)
        second = model.fit(config, x.copy(), np.zeros(len(x)), 1, 2**32 - 1)
        assert first.keys() == second.keys()
        assert all(first[name].tobytes() == second[name].tobytes() for name in first)
        before = x.copy()
        whole = run(x)
        assert whole.tobytes() == run(x).tobytes()
        assert whole[3:4].tobytes() == run(x[3:4]).tobytes()
        assert before.tobytes() == x.tobytes(), "the input was written to"


@ALL
@pytest.mark.parametrize("n_inputs", (8, 48, 128))
def test_bytes_are_what_was_promised_before_the_fit(model, n_inputs):
    x = np.random.default_rng(0).normal(size=(600, n_inputs)).astype(np.float32)
    for config in configs(model):
        promised = model.typical_bytes(config, n_inputs, 1)
        actual = block_bytes(model, model.block(config, model.fit(config, x, np.zeros(600), 1, 0)))
        assert actual <= 1.1 * promised, f"{config}: {actual}, not {promised}"
        # Where the data need less than they may have, less is kept.
        most = {"pca_residual": 0.0, "one_class_svm": 0.3}.get(model.name, 0.8)
        assert actual >= most * promised, f"{config}: {actual}, not {promised}"
        assert promised < 20_000


@ALL
def test_few_lines_need_no_more_bytes_than_promised(model):
    x = normal(lines=20, n_inputs=32)
    for config in configs(model):
        fitted = model.fit(config, x, np.zeros(len(x)), 1, 0)
        promised = model.typical_bytes(config, 32, 1)
        assert block_bytes(model, model.block(config, fitted)) <= 1.1 * promised


@ALL
def test_score_grows_on_the_way_out(model):
    x = normal(n_inputs=16)
    away = np.random.default_rng(3).normal(size=(20, 16))
    away /= np.abs(away).max(axis=1, keepdims=True)
    for config in configs(model):
        _, run = fitted_on(model, config, x)
        usual = np.quantile(run(x), 0.95)
        rays = np.array(
            [run((away * size).astype(np.float32)) for size in (20, 50, 1e3, 1e6, 1e12)]
        )
        if model.name in BOUNDED:
            assert (rays.mean(axis=1) > usual).all(), config
        else:
            assert (rays > usual).all(), config
            assert (np.diff(rays, axis=0) >= -1e-6 * np.abs(rays[1:])).all(), config
            assert (np.diff(rays[:3], axis=0) > 0).all(), "far signals keep their order"


@ALL
@pytest.mark.parametrize(("lines", "n_inputs"), [(20, 4), (20, 40), (200, 16), (800, 64)])
def test_outliers_are_told_from_new_normal_lines(model, lines, n_inputs):
    x, new = normal(lines, n_inputs, regimes=1), normal(100, n_inputs, regimes=1, seed=1)
    other = new + 3 * np.random.default_rng(2).normal(size=new.shape).astype(np.float32)
    for config in configs(model, drawn=2):
        _, run = fitted_on(model, config, x)
        auc = roc_auc_score(np.repeat([0, 1], 100), run(np.concatenate([new, other])))
        assert auc > 0.95, config


@pytest.mark.parametrize(
    "name", ["one_class_svm", "gaussian_mixture", "coreset_distance", "cluster_distance"]
)
def test_what_lies_between_two_regimes_is_an_outlier(name):
    rng = np.random.default_rng(0)
    side = rng.choice([-2.0, 2.0], size=(300, 1))
    x = (side + 0.3 * rng.normal(size=(300, 8))).astype(np.float32)
    between = (0.3 * rng.normal(size=(50, 8))).astype(np.float32)
    model = models()[name]
    _, run = fitted_on(model, model.complete({}), x[:200])
    assert run(between).min() > run(x[200:]).max()


@ALL
def test_features_without_information_do_no_harm(model):
    x, new = normal(150, 8, regimes=1), normal(100, 8, regimes=1, seed=1)
    other = new + 3 * np.random.default_rng(2).normal(size=new.shape).astype(np.float32)

    def wide(lines):  # some features twice, some always the same
        return np.concatenate([lines, lines[:, :4], np.zeros((len(lines), 3), np.float32)], axis=1)

    for config in configs(model):
        _, run = fitted_on(model, config, wide(x))
        out = run(wide(np.concatenate([new, other])))
        assert roc_auc_score(np.repeat([0, 1], 100), out) > 0.95, config
        _, run = fitted_on(model, config, np.zeros((30, 8), np.float32))
        same = run(np.zeros((3, 8), np.float32))
        assert np.ptp(same) == 0
        if model.name not in BOUNDED:
            assert run(np.ones((1, 8), np.float32))[0] > same[0]


@ALL
def test_lines_that_are_all_the_same_but_a_few_do_no_harm(model):
    x = np.repeat(normal(4, 6), [30, 1, 1, 1], axis=0)
    for config in configs(model):
        _, run = fitted_on(model, config, x)
        assert np.isfinite(run(x)).all()


ESTIMATORS = {
    "one_class_svm": (
        {"width": 1.0, "centres": 96},
        lambda x: OneClassSVM(gamma=1 / _median(x), nu=0.1),
    ),
    "elliptic_envelope": ({"shrinkage": 0.01}, lambda x: LedoitWolf()),
    "gaussian_mixture": (
        {"components": 1, "added": 0.02},
        lambda x: GaussianMixture(1, covariance_type="tied"),
    ),
    "isolation_forest": ({"trees": 100}, lambda x: IsolationForest(max_samples=32, random_state=1)),
    "coreset_distance": (
        {"points": 64, "nearest": 2, "space": "plain"},
        lambda x: NearestNeighbors(n_neighbors=2),
    ),
}


def _median(x):
    apart = ((x[:, None] - x[None]) ** 2).sum(axis=2)
    return np.median(apart[np.triu_indices(len(x), 1)])


@pytest.mark.parametrize("name", ESTIMATORS)
def test_ranks_agree_with_scikit_learn(name):
    config, make = ESTIMATORS[name]
    model = models()[name]
    x = normal(200, 6, regimes=1)
    lines = np.concatenate([normal(100, 6, regimes=1, seed=1), probing(6)[:40]])
    _, run = fitted_on(model, model.complete(config), x)
    theirs = make(x).fit(x)
    if name == "elliptic_envelope":
        expected = theirs.mahalanobis(lines)
    elif name == "coreset_distance":
        expected = theirs.kneighbors(lines)[0].mean(axis=1)
    else:
        # Far from every vector their SVM underflows to one value, ours keeps the order.
        expected = -theirs.score_samples(lines)
    assert spearmanr(run(lines), expected).statistic > 0.9


def test_robust_envelope_agrees_with_scikit_learn_where_some_lines_are_not_normal():
    rng = np.random.default_rng(0)
    x = (rng.normal(size=(200, 4)) @ rng.normal(size=(4, 4)) / 2).astype(np.float32)
    x[:30] = 4 + 0.2 * rng.normal(size=(30, 4))
    model = models()["elliptic_envelope"]
    theirs = -EllipticEnvelope(random_state=0).fit(x).decision_function(x)
    _, robust = fitted_on(model, model.complete({"method": "robust", "shrinkage": 0.01}), x)
    _, plain = fitted_on(model, model.complete({"shrinkage": 0.01}), x)
    assert spearmanr(robust(x), theirs).statistic > 0.9
    hidden = np.arange(200) < 30
    assert roc_auc_score(hidden, robust(x)) > 0.99 > roc_auc_score(hidden, plain(x))


def test_smallest_ball_is_the_smallest():
    x = normal(150, 5)
    model = models()["support_vector_data_description"]
    fitted, _ = fitted_on(model, model.complete({"nu": 0.1}), x)

    def radius(centre):  # mean of the farthest tenth: what R^2 + sum max(0, .) / (nu n) comes to
        return np.sort(((x - centre) ** 2).sum(axis=1))[-15:].mean()

    moves = 0.05 * np.random.default_rng(0).normal(size=(200, 5))
    assert radius(fitted["centre"]) < radius(x.mean(axis=0))
    assert all(radius(fitted["centre"]) < 1.001 * radius(fitted["centre"] + move) for move in moves)


def test_few_centres_keep_the_boundary_of_the_support_vector_machine():
    x = normal(400, 8)
    model = models()["one_class_svm"]
    lines = np.concatenate([x, normal(100, 8, seed=1), probing(8)[:40]])
    machine = OneClassSVM(gamma=1 / _median(x), nu=0.3).fit(x)
    _, run = fitted_on(model, model.complete({"width": 1.0, "nu": 0.3, "centres": 32}), x)
    assert len(machine.support_vectors_) > 100
    decision = machine.decision_function(lines)
    clear = np.abs(decision) > 0.02 * machine.offset_
    assert np.mean((run(lines) > 0) == (decision < 0), where=clear) > 0.98


@ALL
def test_cost_and_scratch_need_no_fit_and_grow_with_the_inputs(model):
    for config in configs(model):
        cost = [model.cost(config, {}, inputs, 1) for inputs in (8, 32, 128)]
        assert 0 < cost[0] <= cost[1] <= cost[2]
        if model.name != "isolation_forest":  # each step of a path looks at one feature
            assert cost[0] < cost[1] < cost[2]
        assert model.scratch(config, 64, 1) >= 0
