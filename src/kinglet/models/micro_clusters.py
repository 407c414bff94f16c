"""Micro-clusters that learn on the device."""

from __future__ import annotations

import numpy as np

from kinglet.models._clusters import Clusters
from kinglet.models._variance import log_share
from kinglet.record import Config, Field, Fitted, Learner, Parameter


class MicroClusters(Learner):
    """A few clusters that grow, move and merge, each with its own spread."""

    name = "micro_clusters"
    title = "micro-clusters"
    doc = (
        "Each signal joins the nearest of a few clusters, or becomes a new one where two others "
        "can be merged at less cost (Ward). The score is the logarithm of the smallest mean "
        "squared deviation from a cluster, in that cluster's own variance drawn to the pooled one. "
        "The best single family: several regimes of a machine get a cluster each. Not for very "
        "correlated features."
    )
    source = "Aggarwal et al. (2003), A framework for clustering evolving data streams; Ward (1963)"
    parameters = (Parameter("clusters", 4, "Number of clusters.", choices=(3, 4, 8)),)
    fields = (
        Field("inputs", "uint32_t", "number of features"),
        Field("clusters", "uint32_t", "number of clusters"),
        Field("horizon", "float", "signals after which older ones fade"),
    )

    def state(self, config: Config, n_inputs: int) -> int:
        return 2 + 2 * n_inputs + int(config["clusters"]) * (1 + 2 * n_inputs)

    def scratch(self, config: Config, n_inputs: int) -> int:
        return n_inputs

    def score_cost(self, config: Config, n_inputs: int) -> float:
        return 215.0 + 58.0 * n_inputs + config["clusters"] * (54.0 + 65.0 * n_inputs)

    def learn_cost(self, config: Config, n_inputs: int) -> float:
        distances = config["clusters"] * (config["clusters"] + 1) / 2
        return 380.0 + 127.0 * n_inputs + distances * (64.0 + 35.8 * n_inputs)

    def oracle(
        self, config: Config, fitted: Fitted, learned: np.ndarray, x: np.ndarray
    ) -> np.ndarray:
        clusters = Clusters(config["clusters"], float(fitted["horizon"][0]), learned)
        return log_share(clusters.shares(x).min(axis=1))


RECORD = MicroClusters()
