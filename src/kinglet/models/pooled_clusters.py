"""Micro-clusters that share their correlations, learned on the device."""

from __future__ import annotations

import numpy as np

from kinglet.models._clusters import Clusters
from kinglet.models._covariance import (
    MOST_INPUTS,
    forward_cost,
    mean_square,
    packed,
    root_cost,
    shrunk,
)
from kinglet.record import Config, Field, Fitted, Learner, Parameter


class PooledClusters(Learner):
    """A few clusters that move and merge, and the correlations that all of them share."""

    name = "pooled_clusters"
    title = "micro-clusters with pooled covariance"
    doc = (
        "Micro-clusters that share one matrix of correlations: that of the signals around the "
        "centres of their clusters, shrunk as their number asks for. The score is the logarithm of "
        "the smallest mean squared Mahalanobis distance from a cluster, in that cluster's "
        "variances. For several regimes of a machine whose features are correlated within each. "
        "Not for more than 32 features."
    )
    source = (
        "Aggarwal et al. (2003), A framework for clustering evolving data streams; Schaefer and "
        "Strimmer (2005), A shrinkage approach to large-scale covariance matrix estimation"
    )
    # Float32 sums against a matrix whose smallest eigenvalue may be .02.
    tolerance = (1e-4, 1e-4)
    parameters = (Parameter("clusters", 4, "Number of clusters.", choices=(3, 4, 8)),)
    fields = (
        Field("inputs", "uint32_t", "number of features"),
        Field("clusters", "uint32_t", "number of clusters"),
        Field("horizon", "float", "signals after which older ones fade"),
    )

    def accepts(self, config: Config, n_inputs: int) -> bool:
        return n_inputs <= MOST_INPUTS

    def state(self, config: Config, n_inputs: int) -> int:
        return _clusters(config, n_inputs) + packed(n_inputs)

    def scratch(self, config: Config, n_inputs: int) -> int:
        return n_inputs + max(_clusters(config, n_inputs), n_inputs + packed(n_inputs))

    def score_cost(self, config: Config, n_inputs: int) -> float:
        each = forward_cost(n_inputs) + 115.0 * n_inputs
        return root_cost(n_inputs) + config["clusters"] * each

    def learn_cost(self, config: Config, n_inputs: int) -> float:
        clusters = config["clusters"]
        moving = 500.0 + 40.0 * (clusters + clusters * (clusters - 1) / 2)
        return n_inputs * (moving + 8.0 * n_inputs)

    def oracle(
        self, config: Config, fitted: Fitted, learned: np.ndarray, x: np.ndarray
    ) -> np.ndarray:
        clusters = _Pooled(config["clusters"], float(fitted["horizon"][0]), learned)
        return np.log(np.maximum(clusters.squares(x).min(axis=1), 1e-3))


def _clusters(config: Config, n_inputs: int) -> int:
    """Floats of the clusters."""
    return 2 + 2 * n_inputs + int(config["clusters"]) * (1 + 2 * n_inputs)


class _Pooled(Clusters):
    """Clusters that also keep the scatter within them."""

    def __init__(self, clusters: int, horizon: float, learned: np.ndarray) -> None:
        self.scatter = np.zeros((learned.shape[1], learned.shape[1]))
        super().__init__(clusters, horizon, learned)

    def _take(self, cluster: list, x: np.ndarray) -> None:
        count, mean, _ = cluster
        if cluster is self.overall:
            if count + 1 >= self.horizon:
                self.scatter = (1 - 1 / self.horizon) * self.scatter
        else:
            self.scatter = self.scatter + count / (count + 1) * np.outer(x - mean, x - mean)
        super()._take(cluster, x)

    def _learn(self, x: np.ndarray) -> None:
        before = [(count, mean) for count, mean, _ in self.clusters]
        super()._learn(x)
        merged = [
            was
            for was, cluster in zip(before, self.clusters, strict=True)
            if was[1] is not cluster[1]
        ]
        if len(merged) == 2:
            (n, mean), (m, other) = merged
            self.scatter = self.scatter + n * m / (n + m) * np.outer(mean - other, mean - other)

    def squares(self, x: np.ndarray) -> np.ndarray:
        """Mean squared Mahalanobis distance from each cluster, shape (n, n_clusters)."""
        freedom = max(self.overall[0] - len(self.clusters), 1)
        _, correlations = shrunk(self.scatter, self.overall[1], freedom)
        deviations = np.sqrt(self.variances())
        return np.stack(
            [
                mean_square(correlations, (x - cluster[1]) / deviation)
                for cluster, deviation in zip(self.clusters, deviations, strict=True)
            ],
            axis=1,
        )


RECORD = PooledClusters()
