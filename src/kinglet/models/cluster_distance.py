"""Distance from the nearest of a few clusters."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.cluster import KMeans

from kinglet.models._distance import LEAST_VARIANCE, OutlierModel, log_distance, reach
from kinglet.models._read_out import quiet
from kinglet.record import Config, Field, Fitted, Parameter

_POOL_PRIOR = 4.0  # weight of the variance of all lines in the pooled one, in lines


class ClusterDistance(OutlierModel):
    """The micro-clusters of anomaly detection, found on the desk."""

    name = "cluster_distance"
    title = "clusters"
    doc = (
        "score = log min_k (1/d) sum_j (x_j - m_kj)^2 / v_kj: clusters by k-means, the variances "
        "of each drawn to those pooled over all by a prior of some lines, and the pooled ones to "
        "those of all lines by four. For machines with several regimes and few lines; the same "
        "score as micro_clusters, which learn on the device."
    )
    source = "Lloyd (1982), Least squares quantization in PCM; Aggarwal et al. (2003), CluStream"
    parameters = (
        Parameter("clusters", 8, "Most clusters.", choices=(1, 2, 3, 4, 6, 8, 12)),
        Parameter(
            "prior",
            8.0,
            "Weight of the pooled variance in that of a cluster.",
            low=1.0,
            high=64.0,
            scale="log",
            unit="lines",
        ),
    )
    fields = (
        Field("inputs", "uint16_t", "features"),
        Field("clusters", "uint16_t", "clusters"),
        Field("means", "float", "m, one row of inputs a cluster", array=True),
        Field("weights", "float", "one over the standard deviations, likewise", array=True),
    )

    def fit(
        self, config: Config, x: np.ndarray, y: np.ndarray, n_outputs: int, seed: int
    ) -> dict[str, np.ndarray]:
        x = x.astype(np.float64)
        found = KMeans(min(config["clusters"], len(x)), n_init=4, random_state=seed)
        with quiet():
            label = found.fit_predict(x)
        groups = [x[label == k] for k in np.unique(label)]
        means = np.array([group.mean(axis=0) for group in groups])
        square = np.array([((g - m) ** 2).sum(axis=0) for g, m in zip(groups, means, strict=True)])
        pooled = square.sum(axis=0) + _POOL_PRIOR * x.var(axis=0)
        pooled = pooled / (len(x) - len(groups) + _POOL_PRIOR) + LEAST_VARIANCE
        count = np.array([len(group) for group in groups])[:, None]
        variance = (square + config["prior"] * pooled) / (count - 1 + config["prior"])
        return {
            "means": means.astype(np.float32),
            "weights": (1 / np.sqrt(variance)).astype(np.float32),
        }

    def block(self, config: Config, fitted: Fitted) -> dict[str, Any]:
        clusters, inputs = fitted["means"].shape
        return {"inputs": inputs, "clusters": clusters, **fitted}

    def scratch(self, config: Config, n_inputs: int, n_outputs: int) -> int:
        return n_inputs

    def cost(self, config: Config, fitted: Fitted, n_inputs: int, n_outputs: int) -> float:
        clusters = len(fitted["means"]) if fitted else config["clusters"]
        return 14.0 * n_inputs + clusters * (14.0 * n_inputs + 30.0) + 100.0

    def typical_bytes(self, config: Config, n_inputs: int, n_outputs: int) -> int:
        return 12 + 8 * config["clusters"] * n_inputs

    def oracle(self, config: Config, fitted: Fitted, x: np.ndarray) -> np.ndarray:
        apart = (reach(x)[:, None] - fitted["means"]) * fitted["weights"]
        return log_distance((apart**2).mean(axis=2).min(axis=1, keepdims=True))


RECORD = ClusterDistance()
