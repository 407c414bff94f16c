"""``kinglet pause``, ``kinglet stop`` and ``kinglet resume``: steer a search from elsewhere."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from kinglet.cli.budget import parse_budget
from kinglet.cli.cluster import Cluster, workers_of
from kinglet.cli.news import telling
from kinglet.errors import InputError

Out = Annotated[Path, typer.Argument(metavar="OUT", help="Folder of 'kinglet make'.")]


def pause(out: Out) -> None:
    """Let a running search rest: nothing new is begun until 'kinglet resume'."""
    from kinglet.search import Control

    Control(_running(out)).pause()
    typer.echo(f"paused; 'kinglet resume {out}' lets it go on")


def stop(out: Out) -> None:
    """End a running search with the best so far, as if its time were over."""
    from kinglet.search import Control

    Control(_running(out)).stop()
    typer.echo(f"it ends with the best so far; 'kinglet resume {out}' goes on with it later")


def resume(
    out: Out,
    budget: Annotated[
        str | None,
        typer.Option(
            metavar="TIME|converged",
            help="Time from now on, or until it has converged; a number of candidates that it was "
            "given stays.  [default: what is left]",
        ),
    ] = None,
    candidates: Annotated[
        int | None,
        typer.Option(
            min=1, help="Candidates in all; a time that it was given stays.  [default: as before]"
        ),
    ] = None,
    jobs: Annotated[
        int | None, typer.Option(min=1, help="Worker processes.  [default: as before]")
    ] = None,
    cluster: Cluster = None,
    progress: Annotated[
        Literal["bar", "json", "none"] | None,
        typer.Option(help="What stderr tells meanwhile.  [default: bar, none with --json]"),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print result.json.")] = False,
) -> None:
    """Go on with a search: after a pause, or where it was stopped, interrupted or killed.

    kinglet resume fan

    kinglet resume fan --budget 10m
    """
    with telling(progress or ("none" if as_json else "bar")) as news:
        if _is_running(out):
            asked = {
                "--budget": budget, "--candidates": candidates, "--jobs": jobs,
                "--cluster": cluster, "--progress": progress, "--json": as_json or None,
            }  # fmt: skip
            given = [name for name, value in asked.items() if value is not None]
            if given:
                raise InputError(
                    f"{out}: the search is running, and goes on as it was begun: leave out "
                    f"{' and '.join(given)}, or stop it first"
                )
            from kinglet.search import Control
            from kinglet.search.saved import FOLDER

            Control(out / FOLDER).resume()
            typer.echo(f"the search in {out} is running and goes on")
            return
        more = parse_budget(budget) if budget else None
        from kinglet.cli.display import finish
        from kinglet.cli.watch import watched
        from kinglet.workflow import resume as run

        with workers_of(cluster, jobs) as workers, watched(news) as on_progress:
            made = run(out, budget=more, candidates=candidates, on_progress=on_progress, **workers)
        finish(made, news, as_json=as_json)


def _is_running(out: Path) -> bool:
    """Whether a search is running in a folder.

    Raises
    ------
    InputError
        If none was ever begun there.
    """
    from kinglet.search.claim import owner
    from kinglet.search.saved import FOLDER, check_there

    check_there(out / FOLDER)
    return owner(out / FOLDER) is not None


def _running(out: Path) -> Path:
    """The folder of a search that is running."""
    from kinglet.search.saved import FOLDER

    if not _is_running(out):
        raise InputError(
            f"{out}: no search is running there; 'kinglet leaderboard {out}' shows what was found"
        )
    return out / FOLDER
