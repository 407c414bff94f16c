"""Gaussian bumps around int8 centres, as `kinglet/runtime/bumps.h` has them."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.spatial.distance import cdist

from kinglet.record import Field, Fitted

BUMPS = (
    Field("gamma", "float", "one over the squared width of a bump"),
    Field("slope", "float", "2 gamma times the scale of the table"),
    Field("table", "int8_t", "centres over the scale, one row of inputs each", array=True),
    Field("norms", "float", "gamma |centre|^2", array=True),
)


def quantise(centres: np.ndarray) -> tuple[np.ndarray, np.float32]:
    """Centres as int8, and their scale."""
    scale = np.float32(np.abs(centres).max() / 127 or 1.0)
    return np.rint(centres / scale).astype(np.int8), scale


def squared_distances(x: np.ndarray, table: np.ndarray, scale: np.float32) -> np.ndarray:
    """Squared distance of each line to each centre, float64 (n, n_centres)."""
    centres = table * np.float64(scale)
    squared: np.ndarray = x @ (-2 * centres.T)
    squared += np.einsum("ij,ij->i", x, x)[:, None]
    squared += np.einsum("ij,ij->i", centres, centres)
    return np.maximum(squared, 0, out=squared)


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
