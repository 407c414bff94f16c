"""Covariance of few lines and the int8 matrix that takes it out: `kinglet/runtime/whiten.h`."""

from __future__ import annotations

import numpy as np
from scipy.linalg import solve_triangular
from sklearn.covariance import LedoitWolf

from kinglet.models._distance import LEAST_VARIANCE


def shrunk(x: np.ndarray, least: float) -> tuple[np.ndarray, np.ndarray]:
    """Mean, and covariance with a share of the identity that is no less than asked for."""
    estimate = LedoitWolf().fit(x)
    if estimate.shrinkage_ < least:
        covariance = np.atleast_2d(np.cov(x.T, bias=True))
        identity = np.trace(covariance) / len(covariance) * np.eye(len(covariance))
        return estimate.location_, (1 - least) * covariance + least * identity
    return estimate.location_, estimate.covariance_


def whitening(covariance: np.ndarray) -> dict[str, np.ndarray]:
    """Lower triangular W with W' W = covariance^-1: packed int8 rows and the scale of each."""
    count = len(covariance)
    root = np.linalg.cholesky(covariance + LEAST_VARIANCE * np.eye(count))
    inverse = solve_triangular(root, np.eye(count), lower=True)
    scale = (np.abs(inverse).max(axis=1) / 127).astype(np.float32)
    rows = np.rint(inverse / scale[:, None]).astype(np.int8)
    return {"rows": rows[np.tril_indices(count)], "scale": scale}


def no_whitening() -> dict[str, np.ndarray]:
    """What stands in the place of W where it is not used: C has no empty table."""
    return {"rows": np.zeros(1, dtype=np.int8), "scale": np.zeros(1, dtype=np.float32)}


def whitened(rows: np.ndarray, scale: np.ndarray, x: np.ndarray) -> np.ndarray:
    """W x for each line, float64, shape (n, n_inputs)."""
    matrix = np.zeros((len(scale), len(scale)))
    matrix[np.tril_indices(len(scale))] = rows
    return np.asarray(x @ (matrix * scale.astype(np.float64)[:, None]).T)


def whitening_bytes(n_inputs: int) -> int:
    """Bytes of the rows and their scales."""
    return n_inputs * (n_inputs + 1) // 2 + 4 * n_inputs


def whitening_cost(n_inputs: int) -> float:
    """Operations of W x."""
    return n_inputs * (5.5 * n_inputs + 40.0)
