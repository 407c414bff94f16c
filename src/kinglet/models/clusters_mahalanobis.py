"""Micro-clusters and the Mahalanobis distance judging together, learned on the device."""

from __future__ import annotations

from functools import partial

import numpy as np

from kinglet.models import _pair
from kinglet.models.mahalanobis import RECORD as MAHALANOBIS
from kinglet.models.micro_clusters import RECORD as MICRO_CLUSTERS
from kinglet.record import Config, Field, Fitted, Learner


class ClustersMahalanobis(Learner):
    """Micro-clusters, which know regimes, and the Mahalanobis distance, which knows relations."""

    name = "clusters_mahalanobis"
    title = "micro-clusters and Mahalanobis distance"
    doc = (
        "Micro-clusters and the Mahalanobis distance side by side. Mean and variance of the scores "
        "that each gave to signals before they were learned say what is usual for it; the score "
        "is the mean of both in those units. Steadier than either where it is not known which one "
        "suits. Not for more than 32 features, nor where memory for one is all there is."
    )
    source = (
        "Aggarwal et al. (2003), A framework for clustering evolving data streams; Schaefer and "
        "Strimmer (2005), A shrinkage approach to large-scale covariance matrix estimation"
    )
    warm_up = _pair.WARM_UP
    tolerance = (1e-3, 1e-3)
    parameters = MICRO_CLUSTERS.parameters
    fields = (
        Field("inputs", "uint32_t", "number of features"),
        Field("clusters", "uint32_t", "number of clusters"),
        Field("horizon", "float", "signals after which older ones fade"),
    )

    def accepts(self, config: Config, n_inputs: int) -> bool:
        return all(member.accepts(config, n_inputs) for member in _MEMBERS)

    def state(self, config: Config, n_inputs: int) -> int:
        return _pair.HEAD + sum(member.state(config, n_inputs) for member in _MEMBERS)

    def scratch(self, config: Config, n_inputs: int) -> int:
        return max(member.scratch(config, n_inputs) for member in _MEMBERS)

    def score_cost(self, config: Config, n_inputs: int) -> float:
        members = sum(member.score_cost(config, n_inputs) for member in _MEMBERS)
        return members + _pair.SCORE_COST

    def learn_cost(self, config: Config, n_inputs: int) -> float:
        scores = sum(member.score_cost(config, n_inputs) for member in _MEMBERS)
        members = sum(member.learn_cost(config, n_inputs) for member in _MEMBERS)
        return scores + members + _pair.LEARN_COST

    def oracle(
        self, config: Config, fitted: Fitted, learned: np.ndarray, x: np.ndarray
    ) -> np.ndarray:
        horizon = float(fitted["horizon"][0])
        above = [
            _pair.above_usual(partial(member.oracle, config, fitted), learned, x, horizon)
            for member in _MEMBERS
        ]
        return np.asarray(np.mean(above, axis=0))


_MEMBERS = (MICRO_CLUSTERS, MAHALANOBIS)
RECORD = ClustersMahalanobis()
