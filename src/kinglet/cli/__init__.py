"""The command line: one file per command, each one call of the Python API.

A new command is a function in a file of its own and a line in `_COMMANDS`. Its module imports
nothing heavy at the top (NumPy, rich, the search): ``kinglet --help`` imports all of them.
"""

import signal
import sys
from typing import Annotated

import typer

from kinglet import __version__
from kinglet.cli.control import pause, resume, stop
from kinglet.cli.convert import convert
from kinglet.cli.demo import demo
from kinglet.cli.emulate import emulate
from kinglet.cli.leaderboard import leaderboard
from kinglet.cli.make import make
from kinglet.cli.targets import targets
from kinglet.errors import KingletError

_COMMANDS = (make, leaderboard, pause, resume, stop, convert, emulate, targets, demo)

app = typer.Typer(
    name="kinglet",
    help="Sensor files in, the best tiny C library for a microcontroller out.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"kinglet {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version."
        ),
    ] = False,
) -> None:
    pass


for _command in _COMMANDS:
    app.command()(_command)


def main() -> None:
    """Run the command line; an error that the user can mend is one sentence on stderr."""
    # A polite request to end is heard like Ctrl-C: nothing half-written stays.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        app(prog_name="kinglet")
    except KingletError as error:
        print(f"kinglet: {error}", file=sys.stderr)
        sys.exit(error.exit_code)
