"""``kinglet demo``: the main job on real recordings."""

from pathlib import Path
from typing import Annotated

import typer

from kinglet.targets.units import parse_duration


def demo(
    out: Annotated[Path, typer.Option(help="Folder for everything.")] = Path("kinglet-demo"),
    budget: Annotated[str, typer.Option(help="Time for the search.")] = "60s",
) -> None:
    """Build a library from real smart-watch recordings and run it over unseen ones."""
    seconds = parse_duration(budget)
    from kinglet.cli.display import finish
    from kinglet.cli.news import telling
    from kinglet.cli.watch import watched
    from kinglet.demo import basic_motions, write_classes
    from kinglet.library import Emulator, emulate_file
    from kinglet.workflow import make

    data, unseen = basic_motions("train"), basic_motions("test")
    typer.echo(
        f"BasicMotions: {len(data.signals)} windows to learn from, {len(unseen.signals)} unseen; "
        f"{data.signals.axes} axes, {data.signals.length} samples at {data.signals.rate:g} Hz"
    )
    with telling("bar") as news:
        with watched(news) as on_progress:
            made = make(data, out, budget=seconds, on_progress=on_progress)
        finish(made, news)

    typer.echo("\nThe emulator over the test recordings:")
    emulator = Emulator.open(made.library_path)
    right = 0
    for path in write_classes(unseen, out / "test"):
        summary = emulate_file(emulator, path)[0]["summary"]
        counts = ", ".join(f"{name} {n}" for name, n in summary["counts"].items() if n)
        typer.echo(f"  {path}: {counts}")
        right += summary["counts"][path.stem]
    typer.echo(f"{right} of {len(unseen.signals)} unseen windows are right.")
    typer.echo(f"Try it: kinglet emulate {made.library_path} {out / 'test' / 'walking.csv'}")
