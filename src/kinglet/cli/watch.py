"""A search as it goes on: a display on stderr, or a line of JSON for each piece of news."""

from __future__ import annotations

import json
import multiprocessing
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, Literal

import typer
from rich.console import Console, Group
from rich.live import Live
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.text import Text

from kinglet.search import Progress as SearchProgress
from kinglet.search.status import progress_json

Kind = Literal["bar", "json", "none"]

_PHASES = {
    "prepare": "computing features",
    "search": "searching",
    "finals": "judging the best",
    "estimate": "estimating new data",
    "link": "building",
}
_EVERY = 0.5  # seconds between two lines of JSON, but for great news
_FAMILIES = 3  # that are named


@contextmanager
def watched(kind: Kind) -> Iterator[Callable[[SearchProgress], None] | None]:
    """Show a search, and end it by Ctrl-C: once with the best so far, twice at once.

    Raises
    ------
    typer.Exit
        With 130 where it was interrupted before there was a library.
    """
    shown = {"bar": _bar, "json": _lines, "none": _nothing}[kind]
    try:
        with _interruptible(), shown() as update:
            yield update
    except KeyboardInterrupt:
        typer.echo("kinglet: interrupted before there was a library: none is written", err=True)
        raise typer.Exit(130) from None


@contextmanager
def _nothing() -> Iterator[None]:
    yield None


@contextmanager
def _lines() -> Iterator[Callable[[SearchProgress], None]]:
    """Lines of JSON on stderr: each new best and phase, and now and then in between."""
    last, before = -_EVERY, ""

    def update(state: SearchProgress) -> None:
        nonlocal last, before
        now, kind = time.monotonic(), f"{state.phase} {state.paused}"
        if state.new_best or kind != before or now - last >= _EVERY:
            last, before = now, kind
            print(json.dumps(progress_json(state)), file=sys.stderr, flush=True)

    yield update


@contextmanager
def _bar() -> Iterator[Callable[[SearchProgress], None]]:
    """A bar with a line below it that says how it stands."""
    console = Console(stderr=True, highlight=False, markup=False)
    bar = Progress(
        TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(),
        TextColumn("{task.fields[left]}"), console=console,
    )  # fmt: skip
    line = bar.add_task("computing features", total=1.0, left="")
    words = Text()
    live = Live(Group(bar, words), console=console)

    def update(state: SearchProgress) -> None:
        live.start()  # not before there is anything to show; started it stays so
        description = "paused" if state.paused else _PHASES[state.phase]
        left = "" if state.left is None else f"{state.left:.0f} s left"
        bar.update(line, description=description, completed=state.share, left=left)
        words.plain = describe(state)

    try:
        yield update
        bar.update(line, completed=1.0, description="built", left="")
    finally:
        if live.is_started and not console.is_terminal:
            console.line()
        live.stop()


def describe(state: SearchProgress) -> str:
    """One line: candidates, how fast, the best score, what is tried."""
    each = state.rate / max(state.workers, 1)
    parts = [f"{state.evaluated} candidates"]
    if state.phase == "search" and state.rate > 0:
        workers = f" ({each:.0f} per worker)" if state.workers > 1 else ""
        parts.append(f"{state.rate:.0f} a second{workers}")
    if state.best is not None:
        parts.append(f"best score {state.best.score:.1f}")
    top = sorted(state.families.items(), key=lambda item: -item[1])[:_FAMILIES]
    if state.phase == "search" and len(top) > 1:
        parts.append(", ".join(f"{name} {100 * share:.0f} %" for name, share in top))
    return "; ".join(parts)


@contextmanager
def _interruptible() -> Iterator[None]:
    """Meanwhile a first Ctrl-C (or request to end) asks for the best so far, a second ends at once.

    What the parent of this process ignores stays ignored.
    """
    heard = False

    def hear(number: int, frame: FrameType | None) -> None:
        nonlocal heard
        if not heard:
            heard = True
            typer.echo("ending with the best so far; Ctrl-C once more ends at once", err=True)
            raise KeyboardInterrupt
        for worker in multiprocessing.active_children():
            worker.kill()
        raise SystemExit(130)

    before: dict[signal.Signals, Any] = {}
    for wish in (signal.SIGINT, signal.SIGTERM):
        if signal.getsignal(wish) is not signal.SIG_IGN:
            before[wish] = signal.signal(wish, hear)
    try:
        yield
    finally:
        for wish, handler in before.items():
            signal.signal(wish, handler)
