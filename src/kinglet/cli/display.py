"""What the commands show on a terminal: progress while searching, then the result."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from kinglet.cli.scores import SCORES

if TYPE_CHECKING:
    from kinglet.convert import Converted
    from kinglet.search import Progress as SearchProgress
    from kinglet.workflow import Made

_PHASES = {"prepare": "computing features", "search": "searching", "link": "building"}
_messages = Console(stderr=True, highlight=False, markup=False)


def warn(warnings: Sequence[str]) -> None:
    """Print warnings on stderr, one line each."""
    for text in warnings:
        _messages.print(f"warning: {text}", soft_wrap=True)


@contextmanager
def progress(quiet: bool = False) -> Iterator[Callable[[SearchProgress], None] | None]:
    """A bar on stderr with the best so far; nothing where ``quiet``."""
    if quiet:
        yield None
        return
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[best]}"),
        console=_messages,
    )
    with bar:
        line = bar.add_task("computing features", total=1.0, best="")

        def update(state: SearchProgress) -> None:
            words = _PHASES[state.phase]
            best = ""
            if state.best is not None:
                best = f"{state.evaluated} candidates, best score {state.best.score:.1f}"
            bar.update(line, description=words, completed=state.share, best=best)

        yield update
        bar.update(line, completed=1.0, description="built")


def show(made: Made) -> None:
    """Print scores, sizes and where the files are."""
    _table([*_rows(made.document), ("files", f"{made.library_path}\n{made.result_path}")])


def show_converted(made: Converted) -> None:
    """Print what was converted, sizes and where the files are."""
    document = made.document
    rows = [("task", document["task"])]
    if document["classes"]:
        rows.append(("classes", ", ".join(document["classes"])))
    files = f"{made.library_path}\n{made.result_path}"
    _table([*rows, *_library_rows(document), ("files", files)])


def _table(rows: Sequence[tuple[str, str]]) -> None:
    console = Console(highlight=False, markup=False)
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(style="bold")
    table.add_column(overflow="fold")
    for name, value in rows:
        table.add_row(name, value)
    console.print(table)


def _rows(document: dict[str, Any]) -> Iterator[tuple[str, str]]:
    yield "score", f"{document['score']:.1f} of 100"
    yield from SCORES[document["task"]](document)
    if recordings := document["recordings"]:
        together, torn = recordings["together"], recordings["torn"]
        yield (
            "recordings",
            f"{recordings['words']}: {together:.3f} on random splits, {torn:.3f} if their lines "
            "were torn apart",
        )
    yield from _library_rows(document)
    yield "search", f"{document['candidates']} candidates in {document['seconds']:.0f} s"


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
