"""Fitted estimators of scikit-learn become graphs."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import sklearn
from sklearn.exceptions import NotFittedError
from sklearn.utils.validation import check_is_fitted

from kinglet.convert import forests
from kinglet.convert.fuse import fuse
from kinglet.convert.graph import Graph, Node
from kinglet.errors import InputError
from kinglet.pipeline import Output
from kinglet.record import CLASSIFICATION, EXTRAPOLATION, OUTLIER, Shape

Reader = Callable[[Any], Sequence[Node]]


def load(path: str | Path, *, trust: bool) -> tuple[Any, list[str]]:
    """Load an estimator that joblib wrote, and what was said while loading.

    Parameters
    ----------
    path : path
    trust : bool
        Loading runs code that is in the file: say so only of files whose maker you trust.

    Raises
    ------
    InputError
        Without trust, or if the file cannot be loaded.
    """
    if not trust:
        raise InputError(
            f"{path}: loading a joblib file runs whatever code is in it; add --trust if you made "
            "it yourself or trust whoever did"
        )
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        try:
            estimator = joblib.load(path)
        except FileNotFoundError:
            raise InputError(f"{path}: there is no such file") from None
        except Exception as error:
            why = " ".join(f"{type(error).__name__} {error}".split())
            raise InputError(
                f"{path}: joblib cannot load it ({why}); write it with joblib.dump under "
                f"scikit-learn {sklearn.__version__}"
            ) from None
    return estimator, [str(warning.message).split("\n")[0] for warning in heard]


def read(estimator: Any, shape: Shape, classes: Sequence[str] = ()) -> Graph:
    """Read a fitted estimator, or a pipeline of scalers and one.

    Parameters
    ----------
    estimator : object
        Fitted on signals as lines of ``length * axes`` values, axis fastest.
    shape : Shape
        Of a signal.
    classes : sequence of str
        Names in place of the estimator's own.

    Raises
    ------
    InputError
        For an estimator, or a setting of one, that cannot be converted; for another number of
        values or of classes.
    """
    *before, last = _chain(estimator)
    title = type(last).__name__
    task = next((task for task, readers in READERS.items() if title in readers), None)
    if task is None or not _known(last):
        raise InputError(f"{title} cannot be converted: {_what_can()}")
    for step in before:
        if type(step).__name__ not in TRANSFORMERS or not _known(step):
            raise InputError(f"{type(step).__name__} cannot be converted: {_what_can()}")
    for step in (*before, last):
        try:
            check_is_fitted(step)
        except NotFittedError:
            raise InputError(
                f"{type(step).__name__} is not fitted: fit it before you save it"
            ) from None
    values = shape.length * shape.axes
    wanted = getattr((before or [last])[0], "n_features_in_", values)
    if wanted != values:
        raise InputError(
            f"the model takes {wanted} values a signal, but {shape.length} samples of "
            f"{shape.axes} axes are {values}: mend --length and --axes"
        )
    own = list(READERS[task][title](last))
    left = len(before)  # steps that stay; scalers just before trees go into the thresholds
    while own[0].name == "trees" and left and type(before[left - 1]).__name__ in SCALERS:
        left -= 1
    own[0] = forests.unscaled(own[0], before[left:])
    nodes = [node for step in before[:left] for node in TRANSFORMERS[type(step).__name__](step)]
    if classes and task != CLASSIFICATION:
        raise InputError(f"{title} tells no classes: leave out --classes")
    names = ", ".join(type(step).__name__ for step in (*before, last))
    return Graph(
        nodes=fuse([*nodes, *own]),
        shape=shape,
        classes=_classes(last, classes) if task == CLASSIFICATION else (),
        task=task,
        origin=f"scikit-learn {sklearn.__version__}: {names}",
        output=None if task == CLASSIFICATION else _output(last),
    )


def _chain(estimator: Any) -> list[Any]:
    """Steps of nested pipelines and searches, in order."""
    if type(estimator).__name__ in ("GridSearchCV", "RandomizedSearchCV"):
        if not hasattr(estimator, "best_estimator_"):
            raise InputError(f"{type(estimator).__name__} is not fitted: fit it before you save it")
        return _chain(estimator.best_estimator_)
    if type(estimator).__name__ != "Pipeline":
        return [estimator]
    steps = [step for _, step in estimator.steps if step not in (None, "passthrough")]
    if not steps:
        raise InputError("the Pipeline is empty: there is nothing to convert")
    return [each for step in steps for each in _chain(step)]


def _known(step: Any) -> bool:
    return type(step).__module__.startswith("sklearn.")


def _what_can() -> str:
    last = ", ".join(name for readers in READERS.values() for name in readers)
    return f"what can be is a Pipeline of {', '.join(TRANSFORMERS)}, and at its end {last}"


def _classes(estimator: Any, names: Sequence[str]) -> tuple[str, ...]:
    own = tuple(str(name) for name in estimator.classes_)
    if names and len(names) != len(own):
        raise InputError(f"--classes names {len(names)} classes, but the model tells {len(own)}")
    return tuple(names) or own


def _output(estimator: Any) -> Output:
    """For outliers, from the estimator's score to one whose limit is 1."""
    match type(estimator).__name__:
        case "OneClassSVM":
            return Output(-1 / max(abs(float(estimator.offset_[0])), 1e-30), 1.0)
        case "IsolationForest" | "EllipticEnvelope":
            return Output(-1 / float(estimator.offset_), 0.0)
    return Output()


def _refuse(estimator: Any, what: str, instead: str) -> None:
    raise InputError(f"{type(estimator).__name__} with {what} cannot be converted: {instead}")


# ---- scalers and projections ----


def _scaler(shift: Any, gain: Any, count: int) -> list[Node]:
    arrays = {
        "shift": np.zeros(count) if shift is None else np.asarray(shift, dtype=np.float64),
        "gain": np.ones(count) if gain is None else np.asarray(gain, dtype=np.float64),
    }
    return [Node("scaler", arrays=arrays)]


def _inverse(scale: Any) -> Any:
    return None if scale is None else 1 / np.asarray(scale, dtype=np.float64)


def _standard_scaler(step: Any) -> list[Node]:
    shift = step.mean_ if step.with_mean else None  # it is learned without with_mean too
    return _scaler(shift, _inverse(step.scale_), step.n_features_in_)


def _min_max_scaler(step: Any) -> list[Node]:
    if step.clip:
        _refuse(step, "clip=True", "fit it with clip=False")
    return _scaler(-step.min_ / step.scale_, step.scale_, step.n_features_in_)


def _max_abs_scaler(step: Any) -> list[Node]:
    return _scaler(None, _inverse(step.scale_), step.n_features_in_)


def _robust_scaler(step: Any) -> list[Node]:
    shift = step.center_ if step.with_centering else None
    gain = _inverse(step.scale_) if step.with_scaling else None
    return _scaler(shift, gain, step.n_features_in_)


def _normalizer(step: Any) -> list[Node]:
    return [Node("unit_norm", {"kind": step.norm})]


def _pca(step: Any) -> list[Node]:
    weights = step.components_.astype(np.float64)
    if step.whiten:
        deviation = np.sqrt(step.explained_variance_)
        smallest = np.finfo(deviation.dtype).eps
        weights = weights / np.maximum(deviation, smallest)[:, None]
    return _dense(weights, -weights @ step.mean_)


SCALERS: dict[str, Reader] = {
    "StandardScaler": _standard_scaler,
    "MinMaxScaler": _min_max_scaler,
    "MaxAbsScaler": _max_abs_scaler,
    "RobustScaler": _robust_scaler,
}
TRANSFORMERS: dict[str, Reader] = {**SCALERS, "Normalizer": _normalizer, "PCA": _pca}


# ---- linear models and neural networks ----


def _dense(weights: Any, bias: Any) -> list[Node]:
    weights = np.atleast_2d(np.asarray(weights, dtype=np.float64))
    bias = np.broadcast_to(np.asarray(bias, dtype=np.float64).ravel(), len(weights))
    return [Node("dense", arrays={"weights": weights, "bias": bias.copy()})]


def _probabilities(decisions: int) -> Node:
    return Node("two_classes") if decisions == 1 else Node("probabilities")


def _linear_classifier(estimator: Any) -> list[Node]:
    weights = np.atleast_2d(estimator.coef_)
    if np.ndim(estimator.classes_[0]) or len(weights) != max(len(estimator.classes_), 1) - (
        len(estimator.classes_) == 2
    ):
        _refuse(estimator, "several labels a signal", "fit it with one class for each signal")
    return [*_dense(weights, estimator.intercept_), _probabilities(len(weights))]


def _linear_regressor(estimator: Any) -> list[Node]:
    weights = np.atleast_2d(estimator.coef_)
    _one_target(estimator, len(weights))
    return _dense(weights, estimator.intercept_)


def _one_target(estimator: Any, targets: int) -> None:
    if targets != 1:
        _refuse(estimator, f"{targets} targets", "fit one model for each target")


def _pls(estimator: Any) -> list[Node]:
    weights = np.atleast_2d(estimator.coef_)
    _one_target(estimator, len(weights))
    spread = np.asarray(estimator._x_std)
    return [
        *_scaler(estimator._x_mean, _inverse(spread), len(spread)),
        *_dense(weights * spread, estimator.intercept_),
    ]


def _perceptron(estimator: Any) -> list[Node]:
    nodes: list[Node] = []
    for weights, bias in zip(estimator.coefs_, estimator.intercepts_, strict=True):
        if nodes and estimator.activation != "identity":
            nodes.append(Node("activation", {"kind": estimator.activation}))
        nodes += _dense(weights.T, bias)
    return nodes


def _mlp_classifier(estimator: Any) -> list[Node]:
    outputs = estimator.n_outputs_
    if (outputs == 1) != (estimator.out_activation_ == "logistic"):
        _refuse(estimator, "several labels a signal", "fit it with one class for each signal")
    return [*_perceptron(estimator), _probabilities(outputs)]


def _mlp_regressor(estimator: Any) -> list[Node]:
    _one_target(estimator, estimator.n_outputs_)
    return _perceptron(estimator)


# ---- kernels, distances, densities ----


def _kernel_machine(estimator: Any, weights: Any, counts: Any, intercepts: Any) -> list[Node]:
    kernel, vectors = estimator.kernel, estimator.support_vectors_
    if kernel not in ("rbf", "poly", "sigmoid"):
        _refuse(estimator, f"kernel={kernel!r}", "linear, rbf, poly and sigmoid can be")
    settings = {
        "kind": kernel,
        "degree": int(estimator.degree),
        "gamma": float(estimator._gamma),
        "offset": float(estimator.coef0),
    }
    arrays = {
        "vectors": np.asarray(vectors, dtype=np.float64),
        "weights": np.asarray(weights, dtype=np.float64).T,
        "counts": np.asarray(counts),
        "intercepts": np.asarray(intercepts, dtype=np.float64),
    }
    return [Node("kernel_machine", settings, arrays)]


def _dense_only(estimator: Any) -> None:
    if getattr(estimator, "_sparse", False):
        _refuse(estimator, "sparse data", "fit it to arrays")


def _svc(estimator: Any) -> list[Node]:
    _dense_only(estimator)
    classes = len(estimator.classes_)
    if estimator.break_ties and estimator.decision_function_shape == "ovr" and classes > 2:
        _refuse(estimator, "break_ties=True", "fit it with break_ties=False")
    if estimator.kernel == "linear":
        nodes = _dense(estimator.coef_, estimator.intercept_)
    elif classes == 2:
        nodes = _one_sum(estimator)
    else:
        nodes = _kernel_machine(
            estimator, estimator.dual_coef_, estimator.n_support_, estimator.intercept_
        )
    if classes == 2:
        return [*nodes, Node("two_classes")]
    return [*nodes, Node("one_against_one", {"classes": classes}), Node("probabilities")]


def _one_sum(estimator: Any) -> list[Node]:
    _dense_only(estimator)
    if estimator.kernel == "linear":
        return _dense(estimator.coef_, estimator.intercept_)
    counts = [estimator.dual_coef_.shape[1]]
    return _kernel_machine(estimator, estimator.dual_coef_, counts, estimator.intercept_)


def _gaussian_nb(estimator: Any) -> list[Node]:
    norm = 0.5 * np.log(2 * np.pi * estimator.var_).sum(axis=1)
    arrays = {
        "means": estimator.theta_,
        "precisions": 0.5 / estimator.var_,
        "constants": np.log(estimator.class_prior_) - norm,
    }
    return [Node("gaussians", arrays=arrays), Node("probabilities")]


def _neighbours(estimator: Any) -> list[Node]:
    euclidean = estimator.effective_metric_ == "euclidean"
    if estimator.weights != "uniform" or not euclidean or estimator.n_neighbors > 32:
        _refuse(
            estimator,
            "these settings",
            "up to 32 neighbours, uniform weights and the Euclidean metric can be",
        )
    if estimator.outputs_2d_ or len(estimator.classes_) > 255:
        _refuse(estimator, "these labels", "fit it with one class for each signal, up to 255")
    settings = {"classes": len(estimator.classes_), "neighbours": int(estimator.n_neighbors)}
    arrays = {"table": np.asarray(estimator._fit_X), "labels": np.asarray(estimator._y)}
    return [Node("neighbours", settings, arrays)]


def _ellipsoid(estimator: Any) -> list[Node]:
    values, vectors = np.linalg.eigh(estimator.precision_)
    root = np.linalg.qr(np.sqrt(np.maximum(values, 0))[:, None] * vectors.T, mode="r")
    upper = np.triu_indices(len(values))
    arrays = {"centre": estimator.location_, "root": np.asarray(root)[upper]}
    return [Node("ellipsoid", arrays=arrays)]


_LINEAR_CLASSIFIERS = (
    "LogisticRegression",
    "LogisticRegressionCV",
    "LinearDiscriminantAnalysis",
    "RidgeClassifier",
    "RidgeClassifierCV",
    "LinearSVC",
    "SGDClassifier",
    "Perceptron",
)
_LINEAR_REGRESSORS = (
    "LinearRegression",
    "Ridge",
    "RidgeCV",
    "Lasso",
    "LassoCV",
    "ElasticNet",
    "ElasticNetCV",
    "LinearSVR",
    "SGDRegressor",
    "HuberRegressor",
    "BayesianRidge",
)
READERS: dict[str, dict[str, Reader]] = {
    CLASSIFICATION: {
        **dict.fromkeys(_LINEAR_CLASSIFIERS, _linear_classifier),
        "SVC": _svc,
        "NuSVC": _svc,
        "MLPClassifier": _mlp_classifier,
        "GaussianNB": _gaussian_nb,
        "KNeighborsClassifier": _neighbours,
        "DecisionTreeClassifier": forests.classifier,
        "RandomForestClassifier": forests.classifier,
        "ExtraTreesClassifier": forests.classifier,
        "GradientBoostingClassifier": forests.boosted_classifier,
    },
    EXTRAPOLATION: {
        **dict.fromkeys(_LINEAR_REGRESSORS, _linear_regressor),
        "PLSRegression": _pls,
        "SVR": _one_sum,
        "NuSVR": _one_sum,
        "MLPRegressor": _mlp_regressor,
        "DecisionTreeRegressor": forests.regressor,
        "RandomForestRegressor": forests.regressor,
        "ExtraTreesRegressor": forests.regressor,
        "GradientBoostingRegressor": forests.boosted_regressor,
    },
    OUTLIER: {
        "OneClassSVM": _one_sum,
        "IsolationForest": forests.isolation,
        "EllipticEnvelope": _ellipsoid,
    },
}
