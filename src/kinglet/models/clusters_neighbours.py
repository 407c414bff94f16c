"""Micro-clusters and nearest neighbours judging together, learned on the device."""

from __future__ import annotations

from kinglet.models._pair import Pair
from kinglet.models.micro_clusters import RECORD as MICRO_CLUSTERS
from kinglet.models.neighbours import RECORD as NEIGHBOURS
from kinglet.record import Field


class ClustersNeighbours(Pair):
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
    members = (MICRO_CLUSTERS, NEIGHBOURS)
    parameters = (*MICRO_CLUSTERS.parameters, *NEIGHBOURS.parameters)
    fields = (
        Field("inputs", "uint32_t", "number of features"),
        Field("clusters", "uint32_t", "number of clusters"),
        Field("size", "uint32_t", "number of vectors kept"),
        Field("nearest", "uint32_t", "neighbours averaged, 1 to 3"),
        Field("horizon", "float", "signals after which older ones fade"),
    )


RECORD = ClustersNeighbours()
