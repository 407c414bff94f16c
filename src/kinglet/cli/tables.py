"""How the commands print tables."""

from __future__ import annotations

import typer
from rich.console import Console
from rich.table import Table

_WIDE = 10_000  # columns of a file or a pipe, which gets whole lines


def print_table(table: Table) -> None:
    """Print a table as wide as the terminal, or as it needs where there is none."""
    console = Console(highlight=False, markup=False)
    if not console.is_terminal:
        console.width = _WIDE
    with console.capture() as printed:
        console.print(table)
    for line in printed.get().splitlines():
        typer.echo(line.rstrip())
