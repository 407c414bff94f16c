"""Support vector machines with a kernel."""

from __future__ import annotations

from typing import Any

import numpy as np

from kinglet.convert.graph import Node
from kinglet.convert.scikit_learn.common import dense, refuse


def classifier(estimator: Any) -> list[Node]:
    """SVC and NuSVC: one decision for each pair of classes, whose votes are counted."""
    _dense_only(estimator)
    classes = len(estimator.classes_)
    if estimator.break_ties and estimator.decision_function_shape == "ovr" and classes > 2:
        refuse(estimator, "break_ties=True", "fit it with break_ties=False")
    if estimator.kernel == "linear":
        nodes = dense(estimator.coef_, estimator.intercept_)
    elif classes == 2:
        nodes = one_sum(estimator)
    else:
        nodes = _kernel_machine(
            estimator, estimator.dual_coef_, estimator.n_support_, estimator.intercept_
        )
    if classes == 2:
        return [*nodes, Node("two_classes")]
    return [*nodes, Node("one_against_one", {"classes": classes}), Node("probabilities")]


def one_sum(estimator: Any) -> list[Node]:
    """SVR, NuSVR and OneClassSVM: one sum over all support vectors."""
    _dense_only(estimator)
    if estimator.kernel == "linear":
        return dense(estimator.coef_, estimator.intercept_)
    counts = [estimator.dual_coef_.shape[1]]
    return _kernel_machine(estimator, estimator.dual_coef_, counts, estimator.intercept_)


def _dense_only(estimator: Any) -> None:
    if getattr(estimator, "_sparse", False):
        refuse(estimator, "sparse data", "fit it to arrays")


def _kernel_machine(estimator: Any, weights: Any, counts: Any, intercepts: Any) -> list[Node]:
    kernel, vectors = estimator.kernel, estimator.support_vectors_
    if kernel not in ("rbf", "poly", "sigmoid"):
        refuse(estimator, f"kernel={kernel!r}", "linear, rbf, poly and sigmoid can be")
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
