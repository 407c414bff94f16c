"""A search with the moment at which each candidate became known, from its journal."""

import json
import tempfile
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from kinglet.search import Evaluation, Progress, Result, search
from kinglet.search.context import Choices
from kinglet.search.journal import from_json
from kinglet.search.strategy import Factory
from kinglet.signals import Labelled


@dataclass(frozen=True)
class Recorded:
    """What a search did, and when.

    Parameters
    ----------
    result : Result
    entries : list of Evaluation
        Everything that was evaluated, in the order in which it became known.
    moments : ndarray, shape (n_entries,)
        Seconds since the start of the search.
    """

    result: Result
    entries: list[Evaluation]
    moments: np.ndarray

    def until(self, seconds: float) -> list[Evaluation]:
        """What was known then; at least all up to the first complete candidate.

        A search with a budget too short for the data goes on until it has something to show.
        """
        first = next(place for place, entry in enumerate(self.entries) if entry.complete)
        count = int(np.searchsorted(self.moments, seconds, side="right"))
        return self.entries[: max(count, first + 1)]

    def seconds_to(self, score: float) -> float | None:
        """When a candidate of such a score was known; None where none was."""
        reached = (
            moment
            for entry, moment in zip(self.entries, self.moments, strict=True)
            if entry.score >= score
        )
        return next((float(moment) for moment in reached), None)

    @property
    def best_score(self) -> float:
        """The highest score of all."""
        return max(entry.score for entry in self.entries)


def record(
    data: Labelled,
    choices: Choices,
    *,
    seconds: float,
    jobs: int,
    strategy: str | Factory = "evolution",
    executor: Executor | None = None,
) -> Recorded:
    """Search without an estimate; all but the finals' share of the time goes to candidates."""
    counts, clock = [0], [0.0]

    def note(progress: Progress) -> None:
        if progress.evaluated > counts[-1]:
            counts.append(progress.evaluated)
            clock.append(progress.seconds)

    with tempfile.TemporaryDirectory(prefix="kinglet-", ignore_cleanup_errors=True) as folder:
        journal = Path(folder) / "journal.jsonl"
        result = search(
            data,
            budget=seconds,
            jobs=jobs,
            strategy=strategy,
            estimate=False,
            journal=journal,
            on_progress=note,
            executor=executor,
            **choices,
        )
        # Read here, and not by number: a line is written when its candidate becomes known.
        lines = journal.read_text(encoding="utf-8").splitlines()[1:]
    entries = [from_json(json.loads(line)) for line in lines]
    places = np.searchsorted(counts, np.arange(1, len(entries) + 1))
    moments = np.array([*clock, result.seconds])[np.minimum(places, len(clock))]
    return Recorded(result, entries, moments)
