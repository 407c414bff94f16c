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
from kinglet.models._variance import log_share
from kinglet.models.micro_clusters import RECORD as MICRO_CLUSTERS
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
        return MICRO_CLUSTERS.state(config, n_inputs) + packed(n_inputs)

    def scratch(self, config: Config, n_inputs: int) -> int:
        return 2 * n_inputs + packed(n_inputs)

    def score_cost(self, config: Config, n_inputs: int) -> float:
        each = forward_cost(n_inputs)
        return root_cost(n_inputs) + 151.0 * n_inputs + config["clusters"] * each

    def learn_cost(self, config: Config, n_inputs: int) -> float:
        clusters = config["clusters"]
        distances = clusters * (clusters + 1) / 2
        moving = n_inputs * (134.0 + 12.0 * clusters + 7.2 * n_inputs)
        return 420.0 + moving + distances * (64.0 + 33.6 * n_inputs)

    def oracle(
        self, config: Config, fitted: Fitted, learned: np.ndarray, x: np.ndarray
    ) -> np.ndarray:
        clusters = Clusters(config["clusters"], float(fitted["horizon"][0]), learned)
        freedom = max(clusters.overall.count - len(clusters.clusters), 1)
        _, correlations = shrunk(clusters.scatter, clusters.overall.mean, freedom)
        squares = [
            mean_square(correlations, (x - mean) / deviation)
            for (_, mean, _), deviation in zip(
                clusters.clusters, np.sqrt(clusters.variances()), strict=True
            )
        ]
        return log_share(np.min(squares, axis=0))


RECORD = PooledClusters()
