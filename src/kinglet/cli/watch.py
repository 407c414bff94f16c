"""A search as it goes on: a display on stderr, or a line of JSON for each piece of news."""

from __future__ import annotations

import multiprocessing
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

import typer
from rich.console import Console, Group
from rich.live import Live
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.text import Text

from kinglet.cli.news import News
from kinglet.search import Progress as SearchProgress
from kinglet.search.status import progress_json

_PHASES = {
    "prepare": "computing features",
    "search": "searching",
    "finals": "judging the best",
    "estimate": "estimating new data",
    "link": "building",
    "done": "built",
}
_EVERY = 0.5  # seconds between two lines of JSON, but for great news
_FAMILIES = 3  # that are named


@contextmanager
def watched(news: News) -> Iterator[Callable[[SearchProgress], None] | None]:
    """Show a search, and end it by Ctrl-C: once with the best so far, twice at once.

    Raises
    ------
    typer.Exit
        With 130 where it was interrupted before there was a library.
    """
    try:
        with _interruptible(news):
            if news.kind == "none":
                yield None
            elif news.kind == "json":
                yield _Lines(news)
            else:
                with _bar() as update:
                    yield update
    except KeyboardInterrupt:
        news.say("error", "interrupted before there was a library: none is written")
        raise typer.Exit(130) from None


class _Lines:
    """Lines of JSON: each new best and phase, and now and then in between."""

    def __init__(self, news: News) -> None:
        self._news = news
        self._told = -_EVERY
        self._kind = ""

    def __call__(self, state: SearchProgress) -> None:
        now, kind = time.monotonic(), f"{state.phase} {state.paused}"
        if state.new_best or kind != self._kind or now - self._told >= _EVERY:
            self._told, self._kind = now, kind
            self._news.line(progress_json(state), last=state.phase == "done")


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
        left = f"{state.left:.0f} s left" if state.left else ""
        bar.update(line, description=description, completed=state.share, left=left)
        words.plain = describe(state)

    try:
        yield update
    finally:
        shown = live.is_started
        live.stop()
        if shown and not console.is_terminal:
            console.line()


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
def _interruptible(news: News) -> Iterator[None]:
    """Meanwhile a first Ctrl-C (or request to end) asks for the best so far, a second ends at once.

    What the parent of this process ignores stays ignored.
    """
    heard = False

    def hear(number: int, frame: FrameType | None) -> None:
        nonlocal heard
        if not heard:
            heard = True
            news.say("note", "ending with the best so far; Ctrl-C once more ends at once")
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
