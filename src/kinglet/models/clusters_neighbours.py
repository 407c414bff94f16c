"""Micro-clusters and nearest neighbours judging together, learned on the device."""

from __future__ import annotations

from functools import partial

import numpy as np

from kinglet.models import _pair
from kinglet.models.micro_clusters import RECORD as MICRO_CLUSTERS
from kinglet.models.neighbours import RECORD as NEIGHBOURS
from kinglet.record import Config, Field, Fitted, Learner


class ClustersNeighbours(Learner):
    """Micro-clusters, which average, and nearest neighbours, which follow any shape."""

    name = "clusters_neighbours"
    title = "micro-clusters and nearest neighbours"
    doc = (
        "Micro-clusters and nearest neighbours side by side. Mean and variance of the scores that "
        "each gave to signals before they were learned say what is usual for it; the score is the "
        "mean of both in those units. Steadier than either where it is not known which one suits. "
        "Not where memory for one is all there is."
    )
    source = (
        "Aggarwal et al. (2003), A framework for clustering evolving data streams; Ramaswamy et "
        "al. (2000), Efficient algorithms for mining outliers"
    )
    warm_up = _pair.WARM_UP
    tolerance = (1e-3, 1e-3)
    parameters = (*MICRO_CLUSTERS.parameters, *NEIGHBOURS.parameters)
    fields = (
        Field("inputs", "uint32_t", "number of features"),
        Field("clusters", "uint32_t", "number of clusters"),
        Field("size", "uint32_t", "number of vectors kept"),
        Field("nearest", "uint32_t", "neighbours averaged, 1 to 3"),
        Field("horizon", "float", "signals after which older ones fade"),
    )

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


_MEMBERS = (MICRO_CLUSTERS, NEIGHBOURS)
RECORD = ClustersNeighbours()
