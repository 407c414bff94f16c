"""Mahalanobis distance from one ellipsoid."""

from __future__ import annotations

from typing import Any

import numpy as np

from kinglet.models._distance import OutlierModel, log_distance, reach
from kinglet.models._whiten import shrunk, whitened, whitening, whitening_bytes, whitening_cost
from kinglet.record import Config, Field, Fitted, Parameter

_KEPT = 0.75  # of the lines, where the fit is robust
_MOST_ROUNDS = 30


class EllipticEnvelope(OutlierModel):
    """One ellipsoid around all lines, or around those of them that lie together."""

    name = "elliptic_envelope"
    title = "elliptic envelope"
    doc = (
        "score = log(|W (x - m)|^2 / d), W' W = S^-1: the Mahalanobis distance. S is the "
        "covariance of the lines, shrunk to a multiple of the identity as far as their number asks "
        "for (Ledoit and Wolf 2004); robust fits it to the three quarters of the lines nearest to "
        "it, again and again until they stay the same (minimum regularised covariance "
        "determinant), for recordings that are not all normal. W is int8. Not for several regimes "
        "of a machine."
    )
    source = (
        "Ledoit and Wolf (2004), A well-conditioned estimator for large-dimensional covariance "
        "matrices; Boudt et al. (2020), The minimum regularized covariance determinant estimator, "
        "Statistics and Computing 30"
    )
    parameters = (
        Parameter("method", "all", "Which lines are fitted.", choices=("all", "robust")),
        Parameter(
            "shrinkage",
            0.2,
            "Least share of the identity in the covariance.",
            low=0.01,
            high=0.6,
            scale="log",
        ),
    )
    fields = (
        Field("inputs", "uint16_t", "features"),
        Field("mean", "float", "m", array=True),
        Field("rows", "int8_t", "W row by row up to the diagonal, each over its scale", array=True),
        Field("scale", "float", "scale of each row", array=True),
    )

    def fit(
        self, config: Config, x: np.ndarray, y: np.ndarray, n_outputs: int, seed: int
    ) -> dict[str, np.ndarray]:
        x = x.astype(np.float64)
        kept = _concentrated(x, config["shrinkage"]) if config["method"] == "robust" else x
        mean, covariance = shrunk(kept, config["shrinkage"])
        return {"mean": mean.astype(np.float32), **whitening(covariance)}

    def block(self, config: Config, fitted: Fitted) -> dict[str, Any]:
        return {"inputs": len(fitted["mean"]), **fitted}

    def scratch(self, config: Config, n_inputs: int, n_outputs: int) -> int:
        return n_inputs

    def cost(self, config: Config, fitted: Fitted, n_inputs: int, n_outputs: int) -> float:
        return whitening_cost(n_inputs) + 28.0 * n_inputs + 120.0

    def typical_bytes(self, config: Config, n_inputs: int, n_outputs: int) -> int:
        return 16 + 4 * n_inputs + whitening_bytes(n_inputs)

    def oracle(self, config: Config, fitted: Fitted, x: np.ndarray) -> np.ndarray:
        free = whitened(fitted["rows"], fitted["scale"], reach(x - fitted["mean"]))
        return log_distance((free**2).mean(axis=1, keepdims=True))


def _concentrated(x: np.ndarray, least: float) -> np.ndarray:
    """Lines nearest to their own mean in their own covariance (concentration steps)."""
    count = max(2, int(np.ceil(_KEPT * len(x))))
    distance = np.minimum(np.abs(x - np.median(x, axis=0)), 5).mean(axis=1)
    kept = np.sort(np.argsort(distance, kind="stable")[:count])
    for _ in range(_MOST_ROUNDS):
        mean, covariance = shrunk(x[kept], least)
        free = whitened(**whitening(covariance), x=x - mean)
        nearest = np.sort(np.argsort((free**2).sum(axis=1), kind="stable")[:count])
        if np.array_equal(nearest, kept):
            break
        kept = nearest
    return x[kept]


RECORD = EllipticEnvelope()
