"""``kinglet emulate``: run a library over a file."""

import json
import re
from pathlib import Path
from typing import Annotated, Any

import typer

from kinglet.errors import InputError


def emulate(
    library: Annotated[Path, typer.Argument(help="The library.zip of 'kinglet make'.")],
    file: Annotated[Path, typer.Argument(help="Signals, one per line, as for 'kinglet make'.")],
    lines: Annotated[
        str | None, typer.Option(help="Only lines A-B, from 1.", metavar="A-B")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Run a library over a file of signals: class and probabilities of each, then a summary.

    The very C of the library runs, as WebAssembly: the same answers as on the target.
    """
    first, last = _range(lines)
    from kinglet.library import Emulator, emulate_file

    emulator = Emulator.open(library)
    document = emulate_file(emulator, file, first, last)
    if as_json:
        typer.echo(json.dumps(document, indent=1))
    else:
        _print(document)


def _range(text: str | None) -> tuple[int, int | None]:
    if text is None:
        return 1, None
    match = re.fullmatch(r"(\d+)(?:-(\d+))?", text)
    first = int(match.group(1)) if match else 0
    last = int(match.group(2) or first) if match else 0
    if not 1 <= first <= last:
        raise InputError(f"--lines {text} is not a range: write the first and the last, as in 1-20")
    return first, last


def _print(document: dict[str, Any]) -> None:
    names = document["classes"]
    width = max(map(len, names))
    for row in document["signals"]:
        if row["state"] != "NEAI_OK":
            typer.echo(f"{row['line']:>6}  {row['state']}")
            continue
        values = "  ".join(
            f"{name} {100 * value:5.1f} %"
            for name, value in zip(names, row["probabilities"], strict=True)
        )
        typer.echo(f"{row['line']:>6}  {row['class']:<{width}}  {values}")
    counts = ", ".join(f"{name} {count}" for name, count in document["summary"]["counts"].items())
    typer.echo(f"{document['summary']['n_signals']} signals: {counts}")
