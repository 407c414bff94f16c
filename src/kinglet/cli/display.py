"""What the commands show on a terminal of a result."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer
from rich.table import Table

from kinglet.cli.news import News
from kinglet.cli.scores import SCORES, expected_row
from kinglet.cli.tables import print_table

if TYPE_CHECKING:
    from kinglet.convert import Converted
    from kinglet.workflow import Made, Picked

_REASONS = 3  # that are shown for what limits the result; all of them are in result.json
_LIKELY = 0.1
ENDED = {
    "budget": "its time was over",
    "candidates": "all its candidates were tried",
    "converged": "it had converged",
    "exhausted": "nothing was left to try",
    "stopped": "it was stopped",
    "interrupted": "it was interrupted",
    "nothing fits": "nothing fits the limits",
}


def finish(made: Made, news: News, *, told: Sequence[str] = (), as_json: bool = False) -> None:
    """Print what was made, and warnings.

    Parameters
    ----------
    told : sequence of str
        Warnings that were printed before.

    Raises
    ------
    typer.Exit
        With 130 where the search was interrupted.
    """
    if as_json:
        typer.echo(json.dumps(made.document, indent=1))
    else:
        show(made)
    news.warn([text for text in made.document["warnings"] if text not in told])
    if made.result.stopped == "interrupted":
        news.say("note", "interrupted: this is the best so far")
        raise typer.Exit(130)


def show(made: Made) -> None:
    """Print scores, sizes and where the files are."""
    _table([*_rows(made.document), ("files", f"{made.library_path}\n{made.result_path}")])


def show_picked(picked: Picked, path: Path) -> None:
    """Print scores, sizes and where the library of one candidate is."""
    document = picked.document
    rows = [("candidate", str(document["number"])), ("score", f"{document['score']:.1f} of 100")]
    rows += SCORES[document["task"]](document)
    _table([*rows, *_library_rows(document), ("file", str(path))])


def show_converted(made: Converted) -> None:
    """Print what was converted, sizes and where the files are."""
    document = made.document
    rows = [("task", document["task"])]
    if document["classes"]:
        rows.append(("classes", ", ".join(document["classes"])))
    files = f"{made.library_path}\n{made.result_path}"
    _table([*rows, *_library_rows(document), ("files", files)])


def _table(rows: Sequence[tuple[str, str]]) -> None:
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(style="bold")
    table.add_column(overflow="fold")
    for name, value in rows:
        table.add_row(name, value)
    print_table(table)


def _rows(document: dict[str, Any]) -> Iterator[tuple[str, str]]:
    yield "score", f"{document['score']:.1f} of 100"
    yield expected_row(document)
    yield from SCORES[document["task"]](document)
    if recordings := document["recordings"]:
        together, torn = recordings["together"], recordings["torn"]
        yield (
            "recordings",
            f"{recordings['words']}: {together:.3f} on random splits, {torn:.3f} if their lines "
            "were torn apart",
        )
    yield from _library_rows(document)
    ended = ENDED[document["stopped"]]
    yield "search", f"{document['candidates']} candidates in {document['seconds']:.0f} s; {ended}"
    others = len(document["leaderboard"])
    if others > 1:
        yield "leaderboard", f"{others} candidates to choose from: see 'kinglet leaderboard'"
    for finding in (document["diagnosis"] or [])[:_REASONS]:
        if finding["likelihood"] >= _LIKELY:
            yield (
                "possible cause",
                f"{finding['cause']}: {finding['evidence']}; {finding['advice']}",
            )


def _library_rows(document: dict[str, Any]) -> Iterator[tuple[str, str]]:
    yield "pipeline", document["pipeline_text"]
    yield (
        "size",
        f"{document['flash_bytes']} bytes of flash, {document['ram_bytes']} of RAM, "
        f"{document['stack_bytes']} of stack",
    )
    clock = f"{document['core']} at {document['clock_hz'] / 1e6:g} MHz"
    if document["time_ms"] is None:
        yield "time", f"unknown on a {clock}: {document['cycles_reason']}"
    else:
        each = document["calls"].items()
        calls = [
            (f"{name.rpartition('_')[2]} " if len(each) > 1 else "")
            + f"{call['time_ms']:.2f} ms ({call['cycles']} cycles)"
            for name, call in each
        ]
        yield "time", f"{', '.join(calls)} on a {clock}"
