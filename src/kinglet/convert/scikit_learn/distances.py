"""Models of distances: nearest neighbours, Gaussian classes, an ellipsoid."""

from __future__ import annotations

from typing import Any

import numpy as np

from kinglet.convert.graph import Node
from kinglet.convert.scikit_learn.common import refuse


def neighbours(estimator: Any) -> list[Node]:
    """KNeighborsClassifier."""
    euclidean = estimator.effective_metric_ == "euclidean"
    if estimator.weights != "uniform" or not euclidean or estimator.n_neighbors > 32:
        refuse(
            estimator,
            "these settings",
            "up to 32 neighbours, uniform weights and the Euclidean metric can be",
        )
    if estimator.outputs_2d_ or len(estimator.classes_) > 255:
        refuse(estimator, "these labels", "fit it with one class for each signal, up to 255")
    settings = {"classes": len(estimator.classes_), "neighbours": int(estimator.n_neighbors)}
    arrays = {"table": np.asarray(estimator._fit_X), "labels": np.asarray(estimator._y)}
    return [Node("neighbours", settings, arrays)]


def gaussian_classes(estimator: Any) -> list[Node]:
    """GaussianNB."""
    norm = 0.5 * np.log(2 * np.pi * estimator.var_).sum(axis=1)
    arrays = {
        "means": estimator.theta_,
        "precisions": 0.5 / estimator.var_,
        "constants": np.log(estimator.class_prior_) - norm,
    }
    return [Node("gaussians", arrays=arrays), Node("probabilities")]


def ellipsoid(estimator: Any) -> list[Node]:
    """EllipticEnvelope: the Mahalanobis distance by a triangular root of the precision."""
    values, vectors = np.linalg.eigh(estimator.precision_)
    root = np.linalg.qr(np.sqrt(np.maximum(values, 0))[:, None] * vectors.T, mode="r")
    upper = np.triu_indices(len(values))
    arrays = {"centre": estimator.location_, "root": np.asarray(root)[upper]}
    return [Node("ellipsoid", arrays=arrays)]
