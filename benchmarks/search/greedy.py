"""The order that pays soonest, from the figures of many pipelines on many sets.

Among those left, the one comes next whose gain, the mean over the sets of how much nearer it
brings the best metric so far to the highest of the set, is largest for the time it takes: for gains
like these the time lost is at most four times that of the best order (Streeter, Golovin and Smith
2007, Combining multiple heuristics online). A round begins with the strongest of those left, for a
search may have time for little more, and ends where nothing gains; the next one forgets what was
found, so that every set has a second choice.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

_GAIN = 0.002  # of the highest metric; less is noise


@dataclass(frozen=True)
class Judged:
    """What a pipeline did on one set.

    Parameters
    ----------
    metric : float
        Mean over the splits; 0 for what cannot be built.
    chains : tuple of str
        Features that it computes.
    selector : str
    seconds : float
        Beside features and selection.
    """

    metric: float
    chains: tuple[str, ...]
    selector: str
    seconds: float


class Measured:
    """All that was judged on one set.

    Parameters
    ----------
    judged : dict from str to Judged
        By key of the recipe.
    chains : dict from str to float
        Seconds of each chain.
    paths : dict from (chains, selector) to float
        Seconds of each selection, which all counts and models share.
    """

    def __init__(
        self, judged: dict[str, Judged], chains: dict[str, float], paths: dict[object, float]
    ) -> None:
        self.judged = judged
        self.chains = chains
        self.paths = paths
        self.best = max(one.metric for one in judged.values())

    @staticmethod
    def of(own: dict, without: Iterable[str] = ()) -> Measured:
        """From JSON; some pipelines count for nothing, but for their time."""
        judged, paths, none = {}, {}, set(without)
        for key, row in own["rows"].items():
            scores = [] if row["refused"] or key in none else row["split_scores"]
            metric = max(0.0, float(np.mean(scores))) if scores else 0.0
            judged[key] = Judged(metric, tuple(row["chains"]), row["selector"], row["seconds"])
            path = (judged[key].chains, row["selector"])
            paths[path] = max(paths.get(path, 0.0), row["select_seconds"])
        return Measured(judged, own["chains"], paths)

    def shared(self, keys: Sequence[str]) -> set[str]:
        """Chains that a search computes first, since several of these pipelines use them."""
        counts: dict[str, int] = {}
        for key in keys:
            for chain in self.judged[key].chains:
                counts[chain] = counts.get(chain, 0) + 1
        return {chain for chain, count in counts.items() if count > 1}


class Course:
    """A search of one set by one process, pipeline after pipeline.

    Parameters
    ----------
    measured : Measured
    prepared : set of str
        Chains that are computed before the first pipeline.
    """

    def __init__(self, measured: Measured, prepared: set[str]) -> None:
        self.measured = measured
        self.moments: list[float] = []
        self.metrics: list[float] = []
        self.best = 0.0
        self._chains = set(prepared)
        self._paths: set[object] = set()
        self._seconds = sum(measured.chains[chain] for chain in prepared)

    def seconds(self, key: str) -> float:
        """What a pipeline would take now."""
        one = self.measured.judged[key]
        chains = sum(self.measured.chains[c] for c in set(one.chains) - self._chains)
        path = (one.chains, one.selector)
        return one.seconds + chains + (0 if path in self._paths else self.measured.paths[path])

    def gain(self, key: str) -> float:
        """How much nearer it would bring the best to the highest metric of the set."""
        measured = self.measured
        return max(0.0, measured.judged[key].metric - self.best) / measured.best

    def add(self, key: str) -> None:
        """Evaluate a pipeline."""
        one = self.measured.judged[key]
        self._seconds += self.seconds(key)
        self._chains |= set(one.chains)
        self._paths.add((one.chains, one.selector))
        self.best = max(self.best, one.metric)
        self.moments.append(self._seconds)
        self.metrics.append(self.best)

    def until(self, seconds: float) -> float:
        """Best metric at a moment; 0 before there is any."""
        known = int(np.searchsorted(self.moments, seconds, side="right"))
        return self.metrics[known - 1] if known else 0.0

    def seconds_to(self, metric: float) -> float | None:
        """When so much was reached; None where it never was."""
        place = int(np.searchsorted(self.metrics, metric))
        return self.moments[place] if place < len(self.metrics) else None


def course(measured: Measured, keys: Sequence[str]) -> Course:
    """A search in a given order."""
    made = Course(measured, measured.shared(keys))
    for key in keys:
        made.add(key)
    return made


def order(sets: Sequence[Measured], keys: Sequence[str], count: int) -> list[str]:
    """So many keys, in the order that pays soonest on the sets.

    Parameters
    ----------
    sets : sequence of Measured
    keys : sequence of str
        To choose from; of equal ones the first comes first.
    count : int
    """
    courses = [Course(one, one.shared(keys)) for one in sets]
    left, chosen, begun = list(keys), [], False
    while left and len(chosen) < count:
        gains = {key: float(np.mean([one.gain(key) for one in courses])) for key in left}
        if begun and max(gains.values()) < _GAIN / len(sets):
            begun = False
            for one in courses:
                one.best = 0.0
            continue
        worth = gains
        if begun:
            worth = {
                key: gains[key] / float(np.mean([one.seconds(key) for one in courses]))
                for key in left
            }
        best, begun = max(left, key=worth.__getitem__), True
        left.remove(best)
        chosen.append(best)
        for one in courses:
            one.add(best)
    return chosen
