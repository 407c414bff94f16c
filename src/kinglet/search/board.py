"""The leaderboard: complete candidates by score, and which of them nothing beats in everything."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from kinglet.search.evaluate import Evaluation


def _costs(entry: Evaluation) -> tuple[float, ...]:
    sizes = entry.sizes
    assert sizes is not None
    return (sizes.flash_bytes, sizes.ram_bytes, sizes.cycles or 0.0)


def ranked(entries: Iterable[Evaluation]) -> list[Evaluation]:
    """Complete candidates, best first; ties by flash, then by canonical text."""
    complete = [entry for entry in entries if entry.complete]
    return sorted(complete, key=lambda e: (-e.score, *_costs(e), e.pipeline.canonical()))


def recommended(
    entries: Iterable[Evaluation],
    standard_error: Callable[[float], float],
    *,
    unsure: bool = False,
    portfolio_order: bool = False,
) -> list[Evaluation]:
    """Complete candidates in the order in which to build them.

    The best of many candidates drawn at random owes part of its lead to luck. So one of those
    leads only where it beats the best of the portfolio, which has proved itself on other data, by
    more than a standard error of the mean over the splits.

    Parameters
    ----------
    standard_error : callable
        Of a mean metric; see `kinglet.tasks.Task.standard_error`.
    unsure : bool
        Whether lines count for less than they are, and the portfolio leads in any case: samples of
        a stream are alike, imitated anomalies are not the real ones.
    portfolio_order : bool
        Whether the order of the portfolio decides too: its first candidate leads whose mean is at
        most a standard error below the highest of all.
    """
    order = ranked(entries)
    proved = next((entry for entry in order if entry.known), None)
    if proved is not None and portfolio_order:
        return _by_portfolio(order, standard_error, unsure=unsure)
    if proved is None or order[0].known:
        return order
    if not unsure and order[0].mean - proved.mean > standard_error(order[0].mean):
        return order
    return [proved, *(entry for entry in order if entry is not proved)]


def _by_portfolio(
    order: list[Evaluation], standard_error: Callable[[float], float], *, unsure: bool
) -> list[Evaluation]:
    """The first of the portfolio that is about as good as the best, then the others."""
    best = max((e for e in order if e.known or not unsure), key=lambda entry: entry.mean)
    enough = best.mean - standard_error(best.mean)
    alike = [entry for entry in order if entry.known and entry.mean >= enough]
    lead = min(alike, key=lambda entry: entry.number, default=best)
    return [lead, *(entry for entry in order if entry is not lead)]


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
