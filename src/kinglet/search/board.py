"""The leaderboard: complete candidates by score, and which of them nothing beats in everything."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from kinglet.search.evaluate import Evaluation

BOARD = 16  # candidates that are shown, at most
_CHALLENGERS = 5
_FAR = 25.0  # points below the best: no choice for anybody


def _costs(entry: Evaluation) -> tuple[float, ...]:
    sizes = entry.sizes
    assert sizes is not None
    return (sizes.flash_bytes, sizes.ram_bytes, sizes.cycles or 0.0)


def ranked(entries: Iterable[Evaluation]) -> list[Evaluation]:
    """Complete candidates, best first; ties by size, then by canonical text."""
    complete = [entry for entry in entries if entry.complete]
    return sorted(complete, key=lambda e: (-e.score, *_costs(e), e.pipeline.canonical()))


def pareto(entries: Iterable[Evaluation]) -> list[Evaluation]:
    """Candidates that no other one equals or beats in score, flash, RAM and time; best first."""
    front: list[Evaluation] = []
    for entry in ranked(entries):
        mine = _costs(entry)
        beaten = any(
            all(theirs <= own for theirs, own in zip(_costs(better), mine, strict=True))
            for better in front  # ranked, so their score is no lower
        )
        if not beaten:
            front.append(entry)
    return front


def board(entries: Iterable[Evaluation], lead: Evaluation | None = None) -> list[Evaluation]:
    """What the leaderboard shows: the front without what is far below the best, best first.

    Of a front with more than `BOARD` candidates those are shown that are farthest apart in score
    and flash, among them the best and the smallest.

    Parameters
    ----------
    lead : Evaluation, optional
        The candidate to build, which is shown in any case.
    """
    front = pareto(entries)
    front = [entry for entry in front if entry.score >= front[0].score - _FAR]
    shown = _spread(front) if len(front) > BOARD else front
    if lead is not None and not any(entry.number == lead.number for entry in shown):
        shown = ranked([*shown[: BOARD - 1], lead])
    return shown


def _spread(front: list[Evaluation]) -> list[Evaluation]:
    """Farthest-point choice over score and the logarithm of flash, from the best and smallest."""
    smallest = min(range(len(front)), key=lambda place: _costs(front[place]))
    places = np.array([[entry.score, np.log(_costs(entry)[0])] for entry in front])
    places /= np.maximum(np.ptp(places, axis=0), 1e-9)
    chosen = list(dict.fromkeys([0, smallest]))
    while len(chosen) < BOARD:
        apart = np.linalg.norm(places[:, None] - places[chosen], axis=2).min(axis=1)
        chosen.append(int(apart.argmax()))
    return [front[place] for place in sorted(chosen)]


def proved(
    entries: Iterable[Evaluation],
    standard_error: Callable[[float], float],
    *,
    portfolio_order: bool = False,
) -> Evaluation | None:
    """The best of the portfolio, which has proved itself on other data.

    Parameters
    ----------
    standard_error : callable
        Of a mean metric; see `kinglet.tasks.Task.standard_error`.
    portfolio_order : bool
        Whether the order of the portfolio decides among those about as good: the first one leads
        whose mean is at most a standard error below the highest.
    """
    order = [entry for entry in ranked(entries) if entry.known]
    if not order or not portfolio_order:
        return order[0] if order else None
    best = max(entry.mean for entry in order)
    enough = best - standard_error(best)
    alike = [entry for entry in order if entry.mean >= enough]
    return min(alike, key=lambda entry: entry.number)


def challengers(entries: Iterable[Evaluation], lead: Evaluation) -> list[Evaluation]:
    """The best candidates beside the portfolio that score higher than its lead, all different."""
    found: dict[object, Evaluation] = {}
    for entry in ranked(entries):
        pipeline = entry.pipeline
        if not entry.known and entry.score > lead.score:
            found.setdefault((pipeline.branches, pipeline.selection.name), entry)
    return list(found.values())[:_CHALLENGERS]


def recommended(
    entries: Iterable[Evaluation],
    standard_error: Callable[[float], float],
    *,
    tried: int = 0,
    unsure: bool = False,
    portfolio_order: bool = False,
) -> list[Evaluation]:
    """Complete candidates in the order in which to build them.

    The best of many candidates owes its lead to luck, the more so the more there were. So one of
    those that were drawn leads only where it beats the best of the portfolio on fresh splits by
    more than sqrt(ln n) standard errors of the mean, n candidates having been tried: about what
    the luckiest of sqrt(n) independent ones would show.

    Parameters
    ----------
    standard_error : callable
        Of a mean metric; see `kinglet.tasks.Task.standard_error`.
    tried : int
        Candidates that were tried.
    unsure : bool
        Whether lines count for less than they are, and the portfolio leads in any case: samples of
        a stream are alike, imitated anomalies are not the real ones.
    portfolio_order : bool
        See `proved`.
    """
    order = ranked(entries)
    lead = proved(order, standard_error, portfolio_order=portfolio_order)
    if lead is None:
        return order
    if lead.fresh and not unsure:
        before = float(np.mean(lead.fresh))
        luck = np.sqrt(np.log(max(tried, math.e))) * standard_error(before)
        tested = [entry for entry in order if entry.fresh and not entry.known]
        best = max(tested, key=lambda entry: np.mean(entry.fresh), default=lead)
        if np.mean(best.fresh) > before + luck:
            lead = best
    return [lead, *(entry for entry in order if entry is not lead)]


def within(entries: Iterable[Evaluation], lead: Evaluation, points: float) -> Evaluation:
    """The smallest candidate whose score is at most so many points below that of the lead.

    Of those that were judged on all splits: a search stops what cannot be among the best.
    """
    enough = lead.score - points
    return min((e for e in ranked(entries) if e.score >= enough), key=_costs, default=lead)


def row(
    entry: Evaluation, clock_hz: float, *, recommended: bool, built: bool = False
) -> dict[str, Any]:
    """One line of the leaderboard, in ``result.json`` as in ``kinglet leaderboard --json``.

    RAM and flash are linked where the entry says so, else predicted; cycles and time are always
    predicted, None for a core without a table.

    Parameters
    ----------
    entry : Evaluation
        Complete.
    clock_hz : float
    recommended : bool
        Whether it is the one to build, where nothing else is asked for.
    built : bool
        Whether it is the one in ``library.zip``.
    """
    sizes = entry.sizes
    assert sizes is not None
    words = entry.pipeline if entry.fitted is None else entry.fitted
    return {
        "number": entry.number,
        "score": entry.score,
        "worst": min(score for score in entry.split_scores if score is not None),
        "flash_bytes": sizes.flash_bytes,
        "ram_bytes": sizes.ram_bytes,
        "predicted_cycles": sizes.cycles,
        "predicted_time_ms": None if sizes.cycles is None else 1e3 * sizes.cycles / clock_hz,
        "model": entry.pipeline.model.name,
        "pipeline_text": words.describe(),
        "recommended": recommended,
        "built": built,
    }
