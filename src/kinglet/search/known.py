"""What a running search knows: evaluations that may be used, and how quickly they come."""

from __future__ import annotations

import time
from collections import deque

from kinglet.search.board import ranked
from kinglet.search.evaluate import Evaluation

_OVER = 5.0  # seconds


class Known:
    """What the next generation may know.

    Attributes
    ----------
    entries : list of Evaluation
        In the order of their numbers.
    best : list of Evaluation
        The complete ones, best first.
    last_gain : int
        How many were known when the best one was found.
    """

    def __init__(self) -> None:
        self.entries: list[Evaluation] = []
        self.best: list[Evaluation] = []
        self.last_gain = 0

    def take(self, told: list[Evaluation]) -> None:
        """Take in a generation."""
        self.entries.extend(told)
        before = self.best[:1]
        self.best = ranked([*self.best, *told])
        if self.best[:1] != before:
            self.last_gain = len(self.entries)


class Rate:
    """Candidates per second, over the last few seconds."""

    def __init__(self) -> None:
        self._recent: deque[tuple[float, int]] = deque()

    def add(self, count: int) -> None:
        """So many were told now."""
        self._recent.append((time.monotonic(), count))

    def per_second(self, seconds: float) -> float:
        """The rate of a search that has lasted so many seconds."""
        now = time.monotonic()
        while self._recent and now - self._recent[0][0] > _OVER:
            self._recent.popleft()
        return sum(count for _, count in self._recent) / max(0.1, min(_OVER, seconds))
