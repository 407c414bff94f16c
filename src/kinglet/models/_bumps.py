"""Gaussian bumps around int8 centres, as `kinglet/runtime/bumps.h` has them."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.cluster.vq import kmeans2
from scipy.spatial.distance import cdist
from sklearn.cluster import kmeans_plusplus

from kinglet.models._read_out import quiet
from kinglet.record import Field, Fitted

BUMPS = (
    Field("gamma", "float", "one over the squared width of a bump"),
    Field("slope", "float", "2 gamma times the scale of the table"),
    Field("table", "int8_t", "centres over the scale, one row of inputs each", array=True),
    Field("norms", "float", "gamma |centre|^2", array=True),
)


def k_means(lines: np.ndarray, count: int, seed: int) -> np.ndarray:
    """Centres by k-means; the lines themselves where there are no more than ``count``."""
    if len(lines) <= count:
        return lines
    start, _ = kmeans_plusplus(lines, count, random_state=seed)
    with quiet():
        centres, _ = kmeans2(lines, start, iter=10, minit="matrix")
    return np.asarray(centres)


def quantise(centres: np.ndarray) -> tuple[np.ndarray, np.float32]:
    """Centres as int8, and their scale."""
    scale = np.float32(np.abs(centres).max() / 127 or 1.0)
    return np.rint(centres / scale).astype(np.int8), scale


def bumps_block(fitted: Fitted) -> dict[str, Any]:
    """Values of the fields `BUMPS` from ``table``, ``scale`` and ``gamma``."""
    scale, gamma = float(fitted["scale"]), float(fitted["gamma"])
    return {
        "gamma": gamma,
        "slope": 2 * gamma * scale,
        "table": fitted["table"],
        "norms": gamma * ((fitted["table"] * scale) ** 2).sum(axis=1),
    }


def bumps_oracle(fitted: Fitted, x: np.ndarray) -> np.ndarray:
    """Each line at each bump, float64 (n, n_centres)."""
    centres = fitted["table"] * fitted["scale"].astype(np.float64)
    near: np.ndarray = np.exp(
        -fitted["gamma"] * cdist(x.astype(np.float64), centres, "sqeuclidean")
    )
    return near
