"""``kinglet targets``: search the microcontrollers, boards and cores that Kinglet knows."""

import json
from typing import Annotated

import typer

from kinglet.errors import InputError
from kinglet.targets import KINDS, Target, describe, find, format_size, nearest


def targets(
    query: Annotated[
        list[str] | None, typer.Argument(help="Words of a name, maker, family, core or sensor.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    kind: Annotated[
        str | None, typer.Option(help=f"Only one kind: {', '.join(KINDS)}.", show_default=False)
    ] = None,
    limit: Annotated[int, typer.Option(min=0, help="How many to show; 0 shows all.")] = 20,
) -> None:
    """List the microcontrollers, boards and cores to build for."""
    words = " ".join(query or ())
    entries = find(words, kind)
    if not entries:
        raise InputError(
            f"nothing fits '{words}'; the nearest names are {', '.join(nearest(words))}."
        )
    found = [describe(entry) for entry in entries[: limit or None]]
    if as_json:
        document = {
            "schema": 1,
            "found": len(entries),
            "targets": [target.to_json() for target in found],
        }
        typer.echo(json.dumps(document, indent=2))
    else:
        _print_table(found, len(entries))


def _print_table(found: list[Target], total: int) -> None:
    from rich.table import Table

    from kinglet.cli.tables import print_table

    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("name", "kind", "core"):
        table.add_column(title, no_wrap=True)
    for title in ("clock", "flash", "RAM"):
        table.add_column(title, justify="right", no_wrap=True)
    table.add_column("MCU", no_wrap=True)
    table.add_column("sensors", overflow="fold")
    for target in found:
        table.add_row(*_cells(target))
    print_table(table)
    if any(not target.buildable for target in found):
        typer.echo("* Kinglet has no compiler for this core.")
    if total > len(found):
        typer.echo(f"{len(found)} of {total} shown; --limit 0 shows all.")


def _cells(target: Target) -> tuple[str, ...]:
    part, board = target.microcontroller, target.board
    fitted = [name for names in board.sensors.values() for name in names] if board else []
    return (
        target.name,
        target.kind,
        target.core_key if target.buildable else f"{target.core_key} *",
        f"{target.clock_hz / 1e6:g} MHz",
        "-" if target.flash_bytes is None else format_size(target.flash_bytes),
        "-" if target.ram_bytes is None else format_size(target.ram_bytes),
        part.name if part and board else "",
        ", ".join(dict.fromkeys(fitted)),
    )
