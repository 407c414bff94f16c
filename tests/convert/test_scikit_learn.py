"""A converted model says what scikit-learn says."""

import copy
import os
from pathlib import Path

import numpy as np
import pytest
import sklearn
from benchmarks import data
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import BaggingClassifier, GradientBoostingRegressor, RandomForestClassifier
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.multioutput import MultiOutputClassifier
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import (
    MaxAbsScaler,
    MinMaxScaler,
    Normalizer,
    PolynomialFeatures,
    RobustScaler,
    StandardScaler,
)
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from kinglet.convert import scikit_learn
from kinglet.errors import InputError
from kinglet.record import Shape
from tests.convert import models
from tests.convert.models import piped

DATA = Path(os.environ.get("KINGLET_DATA", Path(__file__).resolve().parents[3] / "shared/data"))
FORMS = ("size", "speed")


def cases(kind, names):
    """Each estimator once, those with trees in both forms."""
    trees = ("tree", "forest", "extra_trees", "boosted", "exponential", "isolation")
    return [(kind, name, form) for name in names for form in FORMS[: 2 if name in trees else 1]]


@pytest.mark.parametrize(
    ("kind", "name", "form"),
    cases("classifier", models.CLASSIFIERS) + cases("two", models.TWO_CLASSES),
)
def test_classes_are_equal(kind, name, form):
    estimator, x = models.fitted(kind, name), models.unseen()
    said = models.emulator(models.graph(kind, name), form).run(models.signals(x)).outputs
    np.testing.assert_array_equal(estimator.classes_[said.argmax(axis=1)], estimator.predict(x))
    np.testing.assert_allclose(said.sum(axis=1), 1, atol=1e-5)
    if hasattr(estimator, "predict_proba"):
        np.testing.assert_allclose(said, estimator.predict_proba(x), atol=3e-5)
    np.testing.assert_allclose(said, models.graph(kind, name).oracle(models.signals(x)), atol=3e-5)


@pytest.mark.parametrize(("kind", "name", "form"), cases("regressor", models.REGRESSORS))
def test_targets_are_equal(kind, name, form):
    x = models.unseen()
    said = models.emulator(models.graph(kind, name), form).run(models.signals(x)).outputs
    wanted = models.fitted(kind, name).predict(x)
    np.testing.assert_allclose(said[:, 0], wanted, rtol=1e-5, atol=1e-5 * np.abs(wanted).max())


@pytest.mark.parametrize(("kind", "name", "form"), cases("detector", models.DETECTORS))
def test_outliers_are_the_same(kind, name, form):
    estimator, x = models.fitted(kind, name), models.unseen()
    said = models.emulator(models.graph(kind, name), form).run(models.signals(x)).outputs[:, 0]
    np.testing.assert_array_equal(said > 1, estimator.predict(x) < 0)
    assert 0 < (said > 1).sum() < len(x)
    order = np.corrcoef(said, -estimator.score_samples(x))[0, 1]
    assert order > 0.999999, "the score of the library is the estimator's on another scale"


@pytest.mark.parametrize("scalers", [(), (StandardScaler(), MinMaxScaler((-1, 3)))])
@pytest.mark.parametrize("form", FORMS)
def test_forest_is_exact_beside_its_thresholds(form, scalers):
    x, label, _ = models.data()
    model = make_pipeline(*scalers, RandomForestClassifier(10, max_depth=4, random_state=1))
    model.fit(x, label)
    graph = scikit_learn.read(model, models.SHAPE)
    arrays = graph.nodes[0].arrays
    assert [node.name for node in graph.nodes] == ["trees"], "scalers cost nothing before trees"
    rng = np.random.default_rng(2)
    near = x[rng.integers(len(x), size=300)]
    for line in near:  # every value of a line is moved to a threshold of its own, or just beyond
        for column in range(x.shape[1]):
            asked = arrays["threshold"][arrays["feature"] == column]
            line[column] = (
                np.nextafter(rng.choice(asked), np.float32(rng.choice([-np.inf, 0, np.inf])))
                if rng.random() < 0.5
                else rng.choice(asked)
            )
    said = models.emulator(graph, form).run(models.signals(near)).outputs
    np.testing.assert_allclose(said, model.predict_proba(near), atol=2e-7)
    np.testing.assert_array_equal(said.argmax(axis=1), model.predict(near))


@settings(max_examples=15, deadline=None)
@given(
    points=st.lists(
        st.floats(-(2**100), 2**100, width=32), min_size=2, max_size=12, unique=True
    ).map(sorted),
    form=st.sampled_from(FORMS),
)
def test_trees_split_any_floats(points, form):
    learned = np.array(points, dtype=np.float32)
    tree = DecisionTreeClassifier().fit(learned[:, None], np.arange(len(points)) % 2)
    graph = scikit_learn.read(tree, Shape(1, 1))
    edges = graph.nodes[0].arrays["threshold"]
    asked = np.concatenate(
        [learned, edges, np.nextafter(edges, np.float32(np.inf)), np.float32([0.0, -0.0])]
    )
    asked = asked[np.abs(asked) < 1e12]
    said = models.emulator(graph, form).run(asked.reshape(-1, 1, 1)).outputs
    np.testing.assert_array_equal(said.argmax(axis=1), tree.predict(asked[:, None]))


def test_scalers_behind_another_step_cost_nothing_before_trees_either():
    x, _, target = models.data()
    tree = DecisionTreeRegressor(max_depth=4, random_state=0)
    model = make_pipeline(MinMaxScaler(), Normalizer("max"), StandardScaler(), tree).fit(x, target)
    graph = scikit_learn.read(model, models.SHAPE)
    assert [node.name for node in graph.nodes] == ["scaler", "unit_norm", "trees"]
    said = models.emulator(graph).run(models.signals(x)).outputs[:, 0]
    np.testing.assert_allclose(said, model.predict(x), rtol=1e-6)


def test_a_tree_that_never_asks_is_a_constant():
    tree = DecisionTreeRegressor().fit(np.zeros((4, 1)), [2, 2, 2, 2])
    graph = scikit_learn.read(tree, Shape(1, 1))
    for form in FORMS:
        said = models.emulator(graph, form).run(np.ones((2, 1, 1), np.float32)).outputs
        np.testing.assert_array_equal(said, 2)


def test_nested_pipelines_and_searches_are_opened():
    x, label, _ = models.data()
    search = GridSearchCV(LogisticRegression(), {"C": [0.1, 1]}, cv=2)
    model = make_pipeline(StandardScaler(), make_pipeline("passthrough", search)).fit(x, label)
    said = models.emulator(scikit_learn.read(model, models.SHAPE)).run(models.signals(x)).outputs
    np.testing.assert_array_equal(said.argmax(axis=1), model.predict(x))


@pytest.mark.parametrize(
    "scaler",
    [
        StandardScaler(with_mean=False),
        StandardScaler(with_std=False),
        RobustScaler(with_centering=False),
        RobustScaler(with_scaling=False),
        MaxAbsScaler(),
    ],
    ids=str,
)
def test_scalers_do_only_what_they_were_told_to(scaler):
    x, _, target = models.data()
    x = (x + 3 * x.std(axis=0)).astype(np.float32)
    model = piped(LinearRegression(), scaler).fit(x, target)
    said = models.emulator(scikit_learn.read(model, models.SHAPE)).run(models.signals(x)).outputs
    wanted = model.predict(x)
    np.testing.assert_allclose(said[:, 0], wanted, atol=1e-5 * np.abs(wanted).max())


@pytest.mark.parametrize("number", [np.nan, np.inf, 1e300])
def test_numbers_that_float32_does_not_hold_are_told(number):
    x, label, _ = models.data()
    model = LogisticRegression(max_iter=5).fit(x, label)
    model.coef_[0, 0] = number
    with pytest.raises(InputError, match="a dense of the model holds numbers that are not finite"):
        scikit_learn.read(model, models.SHAPE)


def test_names_of_classes_are_the_models_or_given():
    x, label, _ = models.data()
    model = piped(LogisticRegression()).fit(x, np.array(["off", "low", "high", "max"])[label])
    assert scikit_learn.read(model, models.SHAPE).classes == ("high", "low", "max", "off")
    assert scikit_learn.read(model, models.SHAPE, "abcd").classes == ("a", "b", "c", "d")
    with pytest.raises(InputError, match="names 2 classes, but the model tells 4"):
        scikit_learn.read(model, models.SHAPE, ["a", "b"])
    with pytest.raises(InputError, match="Ridge tells no classes"):
        scikit_learn.read(models.fitted("regressor", "ridge"), models.SHAPE, "abcd")


def two_labels(label):
    return np.stack([label > 1, label % 2], axis=1)


X, LABEL, TARGET = models.data()
REFUSED = {
    "unknown": (lambda: BaggingClassifier(n_estimators=2).fit(X, LABEL), "BaggingClassifier"),
    "dummy": (lambda: DummyClassifier().fit(X, LABEL), r"docs/convert\.md has the list"),
    "step": (
        lambda: make_pipeline(PolynomialFeatures(), LogisticRegression()).fit(X, LABEL),
        "PolynomialFeatures cannot be converted",
    ),
    "a stranger's": (
        lambda: type("SVC", (), {"__module__": "other.svm"})(), r"other\.SVC cannot be converted"
    ),
    "not fitted": (lambda: SVC(), "SVC is not fitted"),
    "clip": (
        lambda: make_pipeline(MinMaxScaler(clip=True), SVC()).fit(X, LABEL), "clip=False"
    ),
    "kernel": (lambda: SVC(kernel=lambda a, b: a @ b.T).fit(X, LABEL), "rbf"),
    "ties": (lambda: SVC(break_ties=True).fit(X, LABEL), "break_ties=False"),
    "weights": (
        lambda: KNeighborsClassifier(weights="distance").fit(X, LABEL), "uniform weights"
    ),
    "init": (
        lambda: GradientBoostingRegressor(init=LinearRegression(), n_estimators=2).fit(X, TARGET),
        "as init",
    ),
    "labels": (
        lambda: RandomForestClassifier(2).fit(X, two_labels(LABEL)), "several labels a signal"
    ),
    "labels of a network": (
        lambda: MLPClassifier((2,), max_iter=5).fit(X, two_labels(LABEL)), "several labels"
    ),
    "targets": (
        lambda: LinearRegression().fit(X, np.stack([TARGET, TARGET], axis=1)), "2 targets"
    ),
    "many models": (
        lambda: MultiOutputClassifier(LogisticRegression()).fit(X, two_labels(LABEL)),
        "MultiOutputClassifier cannot be converted",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
@pytest.mark.filterwarnings("ignore")
def test_what_cannot_be_converted_is_told_in_one_sentence(name):
    make, words = REFUSED[name]
    with pytest.raises(InputError, match=words) as told:
        scikit_learn.read(make(), models.SHAPE)
    assert "\n" not in str(told.value) and len(str(told.value)) < 250


@pytest.mark.parametrize(
    ("kind", "name", "step", "attribute"),
    [
        ("classifier", "logistic", 0, "scale_"),
        ("classifier", "logistic", -1, "coef_"),
        ("classifier", "logistic", -1, "classes_"),
        ("classifier", "forest", 0, "mean_"),  # asked for by scikit-learn itself
        ("classifier", "forest", -1, "estimators_"),
        ("classifier", "mlp_relu", -1, "out_activation_"),
        ("regressor", "svr", -1, "_gamma"),
        ("detector", "isolation", -1, "_max_samples"),
        ("detector", "svm", -1, "offset_"),
    ],
)
def test_an_attribute_that_another_version_did_not_save_is_named(kind, name, step, attribute):
    model = copy.deepcopy(models.fitted(kind, name))
    delattr(model[step], attribute)
    words = f"^{type(model[step]).__name__} lacks the attribute {attribute}, .* through ONNX$"
    with pytest.raises(InputError, match=words) as told:
        scikit_learn.read(model, models.SHAPE)
    assert "\n" not in str(told.value) and f"scikit-learn {sklearn.__version__}" in str(told.value)


def test_signals_of_another_size_are_refused():
    with pytest.raises(InputError, match="takes 12 values a signal, but 5 samples of 3 axes"):
        scikit_learn.read(models.fitted("classifier", "svc_rbf"), Shape(5, 3))


@pytest.mark.parametrize("form", FORMS)
def test_a_forest_of_many_classes(form):
    x, _, target = models.data()
    label = np.argsort(np.argsort(target)) % 12
    forest = RandomForestClassifier(12, max_depth=7, random_state=0).fit(x, label)
    graph = scikit_learn.read(forest, models.SHAPE)
    said = models.emulator(graph, form).run(models.signals(models.unseen())).outputs
    np.testing.assert_allclose(said, forest.predict_proba(models.unseen()), atol=2e-7)
    np.testing.assert_array_equal(said.argmax(axis=1), forest.predict(models.unseen()))


@pytest.mark.parametrize(
    ("classes", "depth"),
    [(3, 3), (3, 12), (200, 12), (40, 4)],  # many rows with few or many entries, or one each
)
def test_every_form_of_tables_adds_the_shares(classes, depth):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(1200, 12)).astype(np.float32)
    label = np.append(np.arange(classes), rng.integers(classes, size=len(x) - classes))
    forest = RandomForestClassifier(4, max_depth=depth, random_state=0).fit(x, label)
    said = models.emulator(scikit_learn.read(forest, models.SHAPE)).run(models.signals(x)).outputs
    np.testing.assert_allclose(said, forest.predict_proba(x), atol=2e-7)


@pytest.mark.skipif(not (DATA / "ncc").is_dir(), reason="no data sets, see KINGLET_DATA")
@pytest.mark.filterwarnings("ignore")
def test_every_signal_of_real_recordings():
    path = DATA / "ncc" / "hand_gestures"
    x, label, _ = data.load(path, "train")
    unseen, _, _ = data.load(path, "test")
    flat, shape = x.reshape(len(x), -1), Shape(*x.shape[1:])
    for estimator, forms in (
        (RandomForestClassifier(10, max_depth=8, random_state=0), FORMS),
        (MLPClassifier((16,), max_iter=40, random_state=0), FORMS[:1]),
        (SVC(), FORMS[:1]),
    ):
        model = make_pipeline(StandardScaler(), estimator).fit(flat, label)
        wanted = model.predict(unseen.reshape(len(unseen), -1))
        for form in forms:
            said = models.emulator(scikit_learn.read(model, shape), form).run(unseen).outputs
            np.testing.assert_array_equal(said.argmax(axis=1), wanted)
