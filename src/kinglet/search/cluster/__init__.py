"""The search on many machines: the workers of a Dask cluster."""

from kinglet.search.cluster.reach import connect

__all__ = ["connect"]
