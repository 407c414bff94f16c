"""From a file of joblib to an estimator, and from an estimator to a graph."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import joblib
import sklearn
from sklearn.exceptions import NotFittedError
from sklearn.utils.validation import check_is_fitted

from kinglet.convert.fuse import fuse
from kinglet.convert.graph import Graph
from kinglet.convert.scikit_learn import forests
from kinglet.convert.scikit_learn.table import READERS, SCALERS, TRANSFORMERS
from kinglet.errors import InputError
from kinglet.pipeline import Output
from kinglet.record import CLASSIFICATION, Shape


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
        For an estimator, or a setting of one, that cannot be converted; for one that lacks an
        attribute; for another number of values or of classes.
    """
    try:
        return _read(estimator, shape, classes)
    except AttributeError as error:
        if not _known(error.obj):
            raise
        raise InputError(
            f"{type(error.obj).__name__} lacks the attribute {error.name}, as a model that another "
            f"version of scikit-learn saved may: fit it again with scikit-learn "
            f"{sklearn.__version__}, or convert it through ONNX"
        ) from None


def _read(estimator: Any, shape: Shape, classes: Sequence[str]) -> Graph:
    *before, last = _chain(estimator)
    title = type(last).__name__
    task = next((task for task, readers in READERS.items() if title in readers), None)
    if task is None or not _known(last):
        raise _unknown(last)
    for step in before:
        if type(step).__name__ not in TRANSFORMERS or not _known(step):
            raise _unknown(step)
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


def _unknown(step: Any) -> InputError:
    package = "" if _known(step) else type(step).__module__.split(".")[0] + "."
    return InputError(
        f"{package}{type(step).__name__} cannot be converted: scalers and PCA can be and, behind "
        "them, linear models, support vector machines, networks, neighbours and trees of "
        "scikit-learn; docs/convert.md has the list"
    )


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
