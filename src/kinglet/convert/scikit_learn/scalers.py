"""What stands before a model: scalers and projections."""

from __future__ import annotations

from typing import Any

import numpy as np

from kinglet.convert.graph import Node
from kinglet.convert.scikit_learn.common import dense, inverse, refuse, scaler


def standard(step: Any) -> list[Node]:
    """StandardScaler."""
    shift = step.mean_ if step.with_mean else None  # it is learned without with_mean too
    return scaler(shift, inverse(step.scale_), step.n_features_in_)


def min_max(step: Any) -> list[Node]:
    """MinMaxScaler."""
    if step.clip:
        refuse(step, "clip=True", "fit it with clip=False")
    return scaler(-step.min_ / step.scale_, step.scale_, step.n_features_in_)


def max_abs(step: Any) -> list[Node]:
    """MaxAbsScaler."""
    return scaler(None, inverse(step.scale_), step.n_features_in_)


def robust(step: Any) -> list[Node]:
    """RobustScaler."""
    shift = step.center_ if step.with_centering else None
    gain = inverse(step.scale_) if step.with_scaling else None
    return scaler(shift, gain, step.n_features_in_)


def normalizer(step: Any) -> list[Node]:
    """Normalizer."""
    return [Node("unit_norm", {"kind": step.norm})]


def pca(step: Any) -> list[Node]:
    """PCA, whitened or not."""
    weights = step.components_.astype(np.float64)
    if step.whiten:
        deviation = np.sqrt(step.explained_variance_)
        smallest = np.finfo(deviation.dtype).eps
        weights = weights / np.maximum(deviation, smallest)[:, None]
    return dense(weights, -weights @ step.mean_)
