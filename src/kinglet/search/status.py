"""How far a search is, in a small file beside its journal, for whoever looks at the folder."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from kinglet.files import write_whole
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
        data = json.loads((folder / NAME).read_bytes())
        progress = data["progress"]
        if not isinstance(progress, dict | None):
            raise TypeError
        return Status(max(0.0, float(data["seconds"])), str(data["ended"]), progress)
    except (OSError, ValueError, KeyError, TypeError):
        return Status()


def write(folder: Path, status: Status) -> None:
    """Write the file."""
    write_whole(folder / NAME, json.dumps(vars(status)).encode())


def kept(
    folder: Path, before: float, on_progress: Callable[[Progress], None] | None
) -> Callable[[Progress], None]:
    """Pass progress on and keep the file up to date.

    Parameters
    ----------
    before : float
        Seconds that earlier runs of the search spent.
    """
    last = -_EVERY
    shown: tuple[str, bool] | None = None

    def update(progress: Progress) -> None:
        nonlocal last, shown
        now, kind = time.monotonic(), (progress.phase, progress.paused)
        if now - last >= _EVERY or kind != shown:
            last, shown = now, kind
            write(folder, Status(before + progress.seconds, "", progress_json(progress)))
        if on_progress is not None:
            on_progress(progress)

    return update


def end(folder: Path, why: str, seconds: float) -> None:
    """Say that the search has ended and its files are written."""
    write(folder, replace(read(folder), ended=why, seconds=seconds))
