"""How far a search is, in a small file beside its journal, for whoever looks at the folder."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from kinglet.files import read_json, write_whole
from kinglet.search.control import Progress

NAME = "status.json"
_EVERY = 1.0  # seconds between two writings


def progress_json(progress: Progress) -> dict[str, Any]:
    """A `Progress` as plain data: what ``--progress json`` prints and what the file says."""
    best = progress.best
    return {
        "schema": 1,
        "phase": progress.phase,
        "paused": progress.paused,
        "seconds": round(progress.seconds, 3),
        "seconds_left": None if progress.left is None else round(progress.left, 3),
        "share": round(progress.share, 4),
        "candidates": progress.evaluated,
        "candidates_per_second": round(progress.rate, 2),
        "workers": progress.workers,
        "families": {name: round(share, 4) for name, share in progress.families.items()},
        "new_best": progress.new_best,
        "best": None
        if best is None or best.sizes is None
        else {
            "number": best.number,
            "score": best.score,
            "flash_bytes": best.sizes.flash_bytes,
            "ram_bytes": best.sizes.ram_bytes,
            "model": best.pipeline.model.name,
            "pipeline_text": best.pipeline.describe(),
        },
    }


@dataclass(frozen=True)
class Status:
    """How far a search is.

    Parameters
    ----------
    seconds : float
        That were spent, by all its runs, without pauses.
    ended : str
        Why it ended; empty while it runs and after it was killed.
    progress : dict
        The last `progress_json`; empty before the first.
    """

    seconds: float = 0.0
    ended: str = ""
    progress: dict[str, Any] | None = None


def read(folder: Path) -> Status:
    """What the file says; nothing spent where there is none, or it is damaged."""
    try:
        data = read_json(folder / NAME)
        seconds, ended, progress = data["seconds"], data["ended"], data["progress"]
        _check(seconds, float, int)
        _check(ended, str)
        if progress is not None:
            _check(progress["paused"], bool)
            _check(progress["seconds_left"], float, int, type(None))
        return Status(float(seconds), ended, progress)
    except (ValueError, KeyError, TypeError, OverflowError):
        return Status()


def _check(value: object, *kinds: type) -> None:
    """Refuse a value of another type, and a number that is none."""
    if type(value) not in kinds or (isinstance(value, int | float) and not 0 <= value < math.inf):
        raise ValueError(f"{value!r} is not what is written there")


def write(folder: Path, status: Status) -> None:
    """Write the file."""
    write_whole(folder / NAME, json.dumps(vars(status)).encode())


class Kept:
    """Passes progress on and keeps the file up to date; called with each `Progress`.

    Parameters
    ----------
    folder : Path
    before : float
        Seconds that earlier runs of the search spent.
    on_progress : callable, optional
    """

    def __init__(
        self, folder: Path, before: float, on_progress: Callable[[Progress], None] | None
    ) -> None:
        self._folder = folder
        self._before = before
        self._on_progress = on_progress
        self._written = -_EVERY
        self._shown: tuple[str, bool] | None = None
        self._last: Progress | None = None

    def __call__(self, progress: Progress) -> None:
        """Take in what happened."""
        self._last = progress
        now, kind = time.monotonic(), (progress.phase, progress.paused)
        if now - self._written >= _EVERY or kind != self._shown:
            self._written, self._shown = now, kind
            seconds = self._before + progress.seconds
            write(self._folder, Status(seconds, "", progress_json(progress)))
        if self._on_progress is not None:
            self._on_progress(progress)

    def end(self, why: str, seconds: float) -> None:
        """Say that the search has ended and its files are written.

        Parameters
        ----------
        seconds : float
            That all its runs took.
        """
        if self._last is None:
            write(self._folder, Status(seconds, why))
            return
        over = replace(self._last, phase="done", share=1.0, left=0.0, new_best=False, paused=False)
        write(self._folder, Status(seconds, why, progress_json(over)))
        if self._on_progress is not None:
            self._on_progress(over)

    def fail(self, why: str) -> None:
        """Say that the search has ended without a library."""
        seconds = self._before + (self._last.seconds if self._last else 0.0)
        told = progress_json(self._last) if self._last else None
        write(self._folder, Status(seconds, why, told))
