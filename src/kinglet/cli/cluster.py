"""How the commands take the workers of a search."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import typer

Cluster = Annotated[
    str | None,
    typer.Option(
        "--cluster",
        metavar="ADDRESS",
        help="Search on a Dask cluster instead, as tcp://host:8786.",
    ),
]


@contextmanager
def workers_of(cluster: str | None, jobs: int | None) -> Iterator[dict[str, Any]]:
    """Where a search runs, as arguments of `kinglet.make`.

    Parameters
    ----------
    cluster : str, optional
        Address of a scheduler; this machine by default.
    jobs : int, optional
        Workers, at most.
    """
    if cluster is None:
        yield {"jobs": jobs}
        return
    from kinglet.search.cluster import connect

    with connect(cluster) as (executor, count):
        yield {"executor": executor, "jobs": min(jobs or count, count)}
