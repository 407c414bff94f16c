"""What a command says on stderr beside its result: words for people, or lines of JSON."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Literal

import typer

from kinglet.errors import KingletError

Kind = Literal["bar", "json", "none"]


class News:
    """The voice of one command.

    Parameters
    ----------
    kind : {"bar", "json", "none"}
        What ``--progress`` was given.
    """

    def __init__(self, kind: Kind) -> None:
        self.kind = kind
        self._last: dict[str, Any] | None = None

    def say(self, word: str, text: str) -> None:
        """Say a sentence: a ``note``, a ``warning`` or an ``error``."""
        if self.kind == "json":
            self.line({word: text})
        else:
            before = {"note": "", "warning": "warning: ", "error": "kinglet: "}[word]
            typer.echo(before + text, err=True)

    def warn(self, texts: Sequence[str]) -> None:
        """Say warnings."""
        for text in texts:
            self.say("warning", text)

    def line(self, document: dict[str, Any], *, last: bool = False) -> None:
        """Print a line of JSON; the last one when all else is said."""
        if last:
            self._last = document
        else:
            print(json.dumps(document), file=sys.stderr, flush=True)

    def close(self) -> None:
        """Print the last line."""
        if self._last is not None:
            self.line(self._last)


@contextmanager
def telling(kind: Kind) -> Iterator[News]:
    """Speak while the context lasts; an error that the user can mend is said in the same way.

    Raises
    ------
    typer.Exit
        After an error that was said as JSON.
    """
    news = News(kind)
    try:
        yield news
    except KingletError as error:
        if kind != "json":
            raise
        news.say("error", str(error))
        raise typer.Exit(error.exit_code) from None
    finally:
        news.close()
