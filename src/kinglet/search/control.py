"""What the outside sees of a running search, and how it steers it."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from kinglet.search.evaluate import Evaluation

Phase = Literal["prepare", "search", "finals", "estimate", "link", "done"]


@dataclass(frozen=True)
class Progress:
    """What happened, for a display.

    Parameters
    ----------
    phase : {"prepare", "search", "finals", "estimate", "link", "done"}
        Features are computed, candidates tried, the best judged on fresh splits, new data
        estimated, the leaderboard linked; the files of `kinglet.make` are written.
    seconds : float
        Since the start, without pauses.
    evaluated : int
    best : Evaluation or None
    share : float
        Of the whole, 0 to 1.
    new_best : bool
        Whether this event tells of a new best candidate.
    rate : float
        Candidates per second, over the last few seconds.
    workers : int
    families : mapping from str to float
        Share of the candidates that each model gets, summing to 1.
    left : float or None
        Seconds that are left, as far as is known.
    paused : bool
    """

    phase: Phase
    seconds: float
    evaluated: int
    best: Evaluation | None
    share: float
    new_best: bool = False
    rate: float = 0.0
    workers: int = 1
    families: Mapping[str, float] = field(default_factory=dict)
    left: float | None = None
    paused: bool = False


class Control:
    """Pause a search, let it go on, or stop it: from another thread, or from another process.

    Parameters
    ----------
    folder : Path, optional
        Where another process leaves its wish, as an empty file: what the first one of a search
        and a second one of the same folder share.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._flags = {name: threading.Event() for name in ("pause", "stop")}

    def pause(self) -> None:
        """Begin nothing new; what is being evaluated is brought to its end."""
        self._set("pause")

    def resume(self) -> None:
        """Go on after a pause."""
        self._clear("pause")

    def stop(self) -> None:
        """End the search with the best so far, as if its time were over."""
        self._set("stop")

    def reset(self) -> None:
        """Forget every wish, before another search is begun with it."""
        self._clear("pause")
        self._clear("stop")

    @property
    def paused(self) -> bool:
        """Whether nothing new is begun."""
        return self._is_set("pause") and not self.stopped

    @property
    def stopped(self) -> bool:
        """Whether the search is to end."""
        return self._is_set("stop")

    def _set(self, name: str) -> None:
        self._flags[name].set()
        if self._folder is not None:
            self._folder.mkdir(parents=True, exist_ok=True)
            (self._folder / name).touch()

    def _clear(self, name: str) -> None:
        self._flags[name].clear()
        if self._folder is not None:
            (self._folder / name).unlink(missing_ok=True)

    def _is_set(self, name: str) -> bool:
        there = self._folder is not None and (self._folder / name).exists()
        return there or self._flags[name].is_set()
