"""The leaderboard: complete candidates by score, and which of them nothing beats in everything."""

from __future__ import annotations

from collections.abc import Iterable

from kinglet.search.evaluate import Evaluation


def _costs(entry: Evaluation) -> tuple[float, ...]:
    sizes = entry.sizes
    assert sizes is not None
    return (sizes.flash_bytes, sizes.ram_bytes, sizes.cycles or 0.0)


def ranked(entries: Iterable[Evaluation]) -> list[Evaluation]:
    """Complete candidates, best first; ties by flash, then by canonical text."""
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
