"""Micro-clusters and the Mahalanobis distance judging together, learned on the device."""

from __future__ import annotations

from kinglet.models._pair import Pair
from kinglet.models.mahalanobis import RECORD as MAHALANOBIS
from kinglet.models.micro_clusters import RECORD as MICRO_CLUSTERS


class ClustersMahalanobis(Pair):
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
    members = (MICRO_CLUSTERS, MAHALANOBIS)
    parameters = MICRO_CLUSTERS.parameters
    fields = MICRO_CLUSTERS.fields


RECORD = ClustersMahalanobis()
