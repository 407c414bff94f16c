"""``kinglet leaderboard``: what a search has found, and any of it built."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from kinglet.cli.news import News
from kinglet.errors import InputError

if TYPE_CHECKING:
    from kinglet.search.standing import Standing


def leaderboard(
    out: Annotated[
        Path, typer.Argument(metavar="OUT", help="Folder of 'kinglet make', also while it runs.")
    ],
    pick: Annotated[
        str | None,
        typer.Option(
            metavar="N|best",
            help="Build this candidate: a number of the table, or best, the recommended one.",
        ),
    ] = None,
    within: Annotated[
        float | None,
        typer.Option(
            help="Build the smallest candidate so many points below the recommended one, at most."
        ),
    ] = None,
    zip_path: Annotated[
        Path | None,
        typer.Option("--out", help="File for the library.  [default: OUT/library-N.zip]"),
    ] = None,
    target: Annotated[
        str | None, typer.Option(help="Build for another part, board or core.")
    ] = None,
    float_abi: Annotated[
        Literal["hard", "softfp", "soft"] | None,
        typer.Option(help="Calling convention of the firmware.  [default: that of the search]"),
    ] = None,
    suffix: Annotated[
        str | None, typer.Option(help="Suffix of all names.  [default: that of the search]")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show the candidates that no other beats in score, flash, RAM and time; build any of them.

    kinglet leaderboard fan

    kinglet leaderboard fan --pick 17 --out small.zip

    kinglet leaderboard fan --within 1.5
    """
    number = _number(pick)
    if pick is not None and within is not None:
        raise InputError("--pick and --within exclude each other: give one of them")
    if pick is None and within is None:
        asked = {
            "--out": zip_path, "--target": target, "--float-abi": float_abi, "--suffix": suffix,
        }  # fmt: skip
        for name, value in asked.items():
            if value is not None:
                raise InputError(f"{name} is for what is built: give --pick or --within too")
        from kinglet.search.standing import Standing

        _show(Standing(out), as_json=as_json)
        return
    from kinglet.cli.display import show_picked
    from kinglet.workflow import pick as build

    picked = build(out, number, within=within, target=target, abi=float_abi, suffix=suffix)
    path = zip_path or out / f"library-{picked.candidate.number}.zip"
    picked.library.save(path)
    if as_json:
        typer.echo(json.dumps(picked.document | {"library": str(path)}, indent=1))
    else:
        show_picked(picked, path)
    told = picked.candidate.context.data.signals.warnings
    News("none").warn([text for text in picked.document["warnings"] if text not in told])


def _number(pick: str | None) -> int | None:
    if pick is None or pick == "best":
        return None
    if not (pick.isascii() and pick.isdecimal() and len(pick) < 10):
        raise InputError(f"--pick is '{pick}': give a number of the leaderboard, or best")
    return int(pick)


def _show(standing: "Standing", *, as_json: bool) -> None:
    rows, told = standing.rows(), standing.status.progress or {}
    state = "running" if standing.running else "ended" if standing.status.ended else "interrupted"
    if as_json:
        document = {
            "schema": 1,
            "state": state,
            "stopped": standing.status.ended or None,
            "candidates": len(standing.entries),
            "seconds": standing.status.seconds,
            "progress": told or None,
            "linked": bool(standing.result),
            "leaderboard": rows,
        }
        typer.echo(json.dumps(document, indent=1))
        return
    _print_table(rows)
    typer.echo(
        f"{len(standing.entries)} candidates in {standing.status.seconds:.0f} s; "
        + _words(standing, told)
    )


def _words(standing: "Standing", told: dict) -> str:
    if standing.running:
        left = told.get("seconds_left")
        still = "paused" if told.get("paused") else "still running"
        until = "" if left is None else f", about {left:.0f} s left"
        return f"{still}{until}; sizes are predicted"
    if standing.status.ended:
        from kinglet.cli.display import ENDED

        words = ENDED.get(standing.status.ended, "it has ended")
        return words + ("" if standing.result else "; sizes are predicted")
    return f"not running: go on with 'kinglet resume {standing.out}'; sizes are predicted"


def _print_table(rows: list[dict[str, Any]]) -> None:
    from rich.table import Table

    from kinglet.cli.tables import print_table

    if not rows:
        typer.echo("no candidate was judged on all splits yet")
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("number", "score", "worst split", "flash", "RAM", "time"):
        table.add_column(title, justify="right", no_wrap=True)
    table.add_column("model", overflow="fold")
    for row in rows:
        time = row["predicted_time_ms"]
        marks = ", ".join(mark for mark in ("recommended", "built") if row[mark])
        table.add_row(
            str(row["number"]),
            f"{row['score']:.2f}",
            f"{row['worst']:.3f}",
            str(row["flash_bytes"]),
            str(row["ram_bytes"]),
            "unknown" if time is None else f"{time:.2f} ms",
            row["model"] + (f" ({marks})" if marks else ""),
        )
    print_table(table)
