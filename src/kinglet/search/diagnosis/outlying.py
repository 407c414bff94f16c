"""Outliers: signals far from all others of their class."""

from __future__ import annotations

import numpy as np

from kinglet.search.diagnosis.case import Case
from kinglet.search.diagnosis.finding import Finding, likelihood_of
from kinglet.search.diagnosis.places import places, some_words
from kinglet.search.diagnosis.rows import kinds
from kinglet.signals import count_recorded

CAUSE = "outliers"
_FAR = 8.0  # robust standard deviations
_GAP = 2.0  # times as far as nearly all others
_NEARLY_ALL = 95  # percent
_MOST = 0.05  # of the lines of a class
_FEWEST = 20  # lines of a class


def look(case: Case) -> list[Finding]:
    """Compare level, strength and roughness of each signal with those of its class."""
    data = case.data
    if data.signals.length < 4:
        return []
    n = count_recorded(data)
    figures, kind = _figures(data.signals.values[:n]), kinds(data)[:n]
    distance, bound = np.zeros(n), np.full(n, np.inf)
    for number in np.unique(kind):
        mine = kind == number
        if mine.sum() >= _FEWEST:
            distance[mine] = _distance(figures[mine])
            bound[mine] = max(_FAR, _GAP * float(np.percentile(distance[mine], _NEARLY_ALL)))
    far = np.flatnonzero(distance > bound)
    if not len(far) or len(far) > _MOST * n:
        return []
    far = far[np.argsort(-distance[far], kind="stable")]
    share = _share_of_errors(case, far, n)
    return [
        Finding(
            cause=CAUSE,
            likelihood=likelihood_of(share),
            evidence=(
                f"{len(far)} of {n} lines seem far from all others of their kind in level, "
                f"strength or roughness, by up to {distance[far[0]]:.0f} robust standard "
                f"deviations ({_GAP:g} times as far as nearly all others): "
                f"{some_words(data, far)}; {100 * share:.0f} % of the errors are theirs"
            ),
            advice=(
                "look at these lines: a knock, a loose cable, a sensor that was switched on or "
                "saturated may be behind them; remove what the device will never meet, and record "
                "more of what it will"
            ),
            figures={
                "lines": places(data, far),
                "distance": [float(value) for value in distance[far]],
                "share_of_errors": share,
            },
        )
    ]


def _figures(values: np.ndarray) -> np.ndarray:
    """Mean, log spread and log spread of the differences of each axis, float64 (n, 3 axes)."""
    exact = values.astype(np.float64)
    spread, rough = exact.std(axis=1), np.diff(exact, axis=1).std(axis=1)
    usual = np.median(spread, axis=0)
    least = np.maximum(1e-4 * usual, 1e-30)  # an axis that stands still is far, not endlessly
    return np.concatenate(
        [exact.mean(axis=1), np.log(spread + least), np.log(rough + least)], axis=1
    )


def _distance(figures: np.ndarray) -> np.ndarray:
    """Of each line the largest distance from the median, in robust standard deviations."""
    apart = np.abs(figures - np.median(figures, axis=0))
    usual = 1.4826 * np.median(apart, axis=0)
    # A figure that hardly varies, such as the mean of a filtered signal, must not decide.
    usual = np.maximum(usual, 0.1 * apart.std(axis=0))
    return np.asarray(
        np.divide(apart, usual, out=np.zeros_like(apart), where=usual > 0).max(axis=1)
    )


def _share_of_errors(case: Case, rows: np.ndarray, n: int) -> float:
    """Share of what the chosen candidate lacks that falls on some lines."""
    outputs = min(
        case.chosen.held_out.values(), key=lambda o: case.problem.task.accuracy(case.data.label, o)
    )
    missing = np.nan_to_num(1.0 - case.merit(outputs, case.data.label))[:n]
    return float(missing[rows].sum() / missing.sum()) if missing.sum() > 0 else 0.0
