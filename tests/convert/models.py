"""Small estimators of every kind that can be converted, fitted to signals of twelve values."""

import warnings
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import numpy as np
from sklearn.covariance import EllipticEnvelope
from sklearn.cross_decomposition import PLSRegression
from sklearn.decomposition import PCA
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.ensemble import (
    ExtraTreesClassifier,
    ExtraTreesRegressor,
    GradientBoostingClassifier,
    GradientBoostingRegressor,
    IsolationForest,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.linear_model import (
    ElasticNet,
    Lasso,
    LinearRegression,
    LogisticRegression,
    Ridge,
    RidgeClassifier,
)
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import (
    MaxAbsScaler,
    MinMaxScaler,
    Normalizer,
    RobustScaler,
    StandardScaler,
)
from sklearn.svm import SVC, SVR, LinearSVC, LinearSVR, NuSVC, OneClassSVM
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from kinglet.ccode import Names
from kinglet.convert import Graph, scikit_learn
from kinglet.library import Emulator
from kinglet.library.sources import make_sources
from kinglet.record import Shape
from kinglet.tasks import TASKS
from kinglet.toolchain import Optimise, compile_wasm

SHAPE = Shape(4, 3)
VALUES = SHAPE.length * SHAPE.axes


@cache
def data() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Signals with values of very different size, four classes, and a target."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(200, VALUES)) * rng.uniform(0.2, 20, VALUES) + rng.normal(size=VALUES)
    scores = (x - x.mean(axis=0)) / x.std(axis=0) @ rng.normal(size=(VALUES, 4))
    return x.astype(np.float32), scores.argmax(axis=1), scores[:, 0] + scores[:, 1] ** 2


@cache
def unseen() -> np.ndarray:
    """Signals beside and beyond those learned."""
    rng = np.random.default_rng(1)
    x, _, _ = data()
    return (x[rng.permutation(len(x))] + rng.normal(size=x.shape) * x.std(axis=0)).astype("f4")


def piped(estimator: Any, *before: Any) -> Any:
    return make_pipeline(*(before or (StandardScaler(),)), estimator)


MLP = {"max_iter": 150, "random_state": 0}
CLASSIFIERS: Mapping[str, Callable[[], Any]] = {
    "logistic": lambda: piped(LogisticRegression()),
    "discriminant": lambda: piped(LinearDiscriminantAnalysis()),
    "ridge": lambda: piped(RidgeClassifier(), RobustScaler()),
    "linear_svc": lambda: piped(LinearSVC(), MaxAbsScaler()),
    "svc_linear": lambda: piped(SVC(kernel="linear")),
    "svc_rbf": lambda: piped(SVC()),
    "svc_poly": lambda: piped(SVC(kernel="poly"), StandardScaler(), PCA(6)),
    "svc_sigmoid": lambda: piped(NuSVC(nu=0.2, kernel="sigmoid")),
    "mlp_relu": lambda: piped(MLPClassifier((10, 6), **MLP), MinMaxScaler()),
    "mlp_tanh": lambda: piped(MLPClassifier((8,), activation="tanh", **MLP)),
    "mlp_logistic": lambda: piped(MLPClassifier((8,), activation="logistic", **MLP)),
    "mlp_identity": lambda: piped(MLPClassifier((8,), activation="identity", **MLP)),
    "bayes": lambda: GaussianNB(),
    "neighbours": lambda: piped(KNeighborsClassifier(5), StandardScaler(), Normalizer()),
    "tree": lambda: DecisionTreeClassifier(max_depth=6, random_state=0),
    "forest": lambda: piped(RandomForestClassifier(10, max_depth=5, random_state=0)),
    "extra_trees": lambda: piped(ExtraTreesClassifier(5, random_state=0), PCA(4, whiten=True)),
    "boosted": lambda: piped(GradientBoostingClassifier(n_estimators=5, random_state=0)),
}
TWO_CLASSES: Mapping[str, Callable[[], Any]] = {
    "logistic": lambda: piped(LogisticRegression()),
    "svc": lambda: piped(SVC()),
    "svc_linear": lambda: piped(SVC(kernel="linear")),
    "linear_svc": lambda: piped(LinearSVC()),
    "mlp": lambda: piped(MLPClassifier((5,), **MLP)),
    "boosted": lambda: GradientBoostingClassifier(n_estimators=5, random_state=0),
    "exponential": lambda: GradientBoostingClassifier(
        n_estimators=5, loss="exponential", random_state=0
    ),
}
REGRESSORS: Mapping[str, Callable[[], Any]] = {
    "linear": lambda: piped(LinearRegression()),
    "ridge": lambda: piped(Ridge(), PCA(6)),
    "lasso": lambda: piped(Lasso(0.1)),
    "elastic_net": lambda: piped(ElasticNet(0.1)),
    "pls": lambda: PLSRegression(3),
    "svr": lambda: piped(SVR()),
    "svr_linear": lambda: piped(SVR(kernel="linear")),
    "linear_svr": lambda: piped(LinearSVR()),
    "mlp": lambda: piped(MLPRegressor(hidden_layer_sizes=(8,), **MLP)),
    "tree": lambda: DecisionTreeRegressor(max_depth=5, random_state=0),
    "forest": lambda: piped(RandomForestRegressor(8, max_depth=5, random_state=0)),
    "extra_trees": lambda: ExtraTreesRegressor(4, random_state=0),
    "boosted": lambda: piped(GradientBoostingRegressor(n_estimators=10, random_state=0)),
}
DETECTORS: Mapping[str, Callable[[], Any]] = {
    "svm": lambda: piped(OneClassSVM(nu=0.1)),
    "isolation": lambda: piped(IsolationForest(n_estimators=10, random_state=0)),
    "isolation_of_some": lambda: IsolationForest(
        n_estimators=8, max_features=0.5, contamination=0.1, random_state=0
    ),
    "envelope": lambda: EllipticEnvelope(contamination=0.1, random_state=0),
}


@cache
def fitted(kind: str, name: str) -> Any:
    """A fitted estimator: of CLASSIFIERS, TWO_CLASSES, REGRESSORS or DETECTORS."""
    x, label, target = data()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if kind == "detector":
            return DETECTORS[name]().fit(x)
        if kind == "regressor":
            return REGRESSORS[name]().fit(x, target)
        if kind == "two":
            return TWO_CLASSES[name]().fit(x, label > 1)
        return CLASSIFIERS[name]().fit(x, label)


@cache
def graph(kind: str, name: str) -> Graph:
    return scikit_learn.read(fitted(kind, name), SHAPE)


def signals(x: np.ndarray) -> np.ndarray:
    return x.reshape(len(x), *SHAPE)


def emulator(made: Graph, optimise: Optimise = "size") -> Emulator:
    """The library as WebAssembly, without the measuring of sizes and time."""
    task = TASKS[made.task]
    sources = make_sources(made.program(optimise), task, Names())
    headers = {sources.names.header: sources.header}
    wasm = compile_wasm(sources.source + sources.emulator, headers, list(task.exports))
    metadata = {
        "id": sources.identifier, "task": made.task, "classes": list(made.classes),
        "length": made.shape.length, "axes": made.shape.axes,
    }  # fmt: skip
    return Emulator(wasm, metadata)
