"""What is known of a search in its folder, while it runs and afterwards."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from kinglet.errors import InputError
from kinglet.search import claim, journal, saved, status
from kinglet.search.board import board, recommended, within
from kinglet.search.context import Context
from kinglet.search.evaluate import Evaluation
from kinglet.search.result import Candidate
from kinglet.search.stages import SEARCHED_LINES

_SAME = 1e-6  # scores of a split that differ by less are the same


@dataclass(frozen=True)
class Row:
    """One candidate of the leaderboard.

    Parameters
    ----------
    number : int
        What ``--pick`` takes.
    score, worst : float
        Score, 0 to 100, and the metric of the worst split, at most 1.
    flash_bytes, ram_bytes : int
        As linked where the search has ended, else as predicted.
    cycles, time_ms : float or None
        Predicted; None for a core without a table.
    model, pipeline_text : str
    recommended : bool
        Whether it is the one that is built.
    """

    number: int
    score: float
    worst: float
    flash_bytes: int
    ram_bytes: int
    cycles: float | None
    time_ms: float | None
    model: str
    pipeline_text: str
    recommended: bool


class Standing:
    """A search as its folder shows it.

    Parameters
    ----------
    out : Path
        What ``kinglet make --out`` was given.

    Raises
    ------
    InputError
        If there is no search, or it is damaged.
    """

    def __init__(self, out: Path) -> None:
        self.out = out
        self.folder = out / saved.FOLDER
        self.plan = saved.load_plan(self.folder)
        self.status = status.read(self.folder)
        self.running = claim.owner(self.folder) is not None
        path = self.folder / saved.JOURNAL
        self.entries = journal.read(path)[1] if path.exists() else []

    @cached_property
    def context(self) -> Context:
        """What was searched."""
        return saved.load(self.folder)

    @cached_property
    def result(self) -> dict[str, Any]:
        """Content of ``result.json``; empty while the search goes on and where there is none."""
        if self.running or not self.status.ended:
            return {}
        try:
            document = json.loads((self.out / "result.json").read_bytes())
            return document if isinstance(document["leaderboard"], list) else {}
        except (OSError, ValueError, KeyError, TypeError):
            return {}

    @property
    def complete(self) -> list[Evaluation]:
        """Candidates that were judged on all splits, with their linked sizes where known."""
        linked = {row["number"]: row for row in self.result.get("leaderboard", [])}
        return [_with_sizes(e, linked.get(e.number)) for e in self.entries if e.complete]

    @cached_property
    def order(self) -> list[Evaluation]:
        """Complete candidates in the order in which to build them; what was built comes first."""
        entries = self.complete
        order = recommended(entries, drawn=len(self.entries), **self.context.rules)
        built = self.result.get("number")
        return sorted(order, key=lambda entry: entry.number != built)

    def rows(self) -> list[Row]:
        """The leaderboard: candidates that no other beats in everything, best first."""
        if not self.order:
            return []
        lead = self.order[0]
        told = {row["number"]: row for row in self.result.get("leaderboard", [])}
        shown = [entry for entry in self.complete if entry.number in told]
        shown = shown if any(e.number == lead.number for e in shown) else board(self.complete, lead)
        rows = [self._row(entry, told.get(entry.number, {}), lead) for entry in shown]
        return sorted(rows, key=lambda row: -row.score)

    def _row(self, entry: Evaluation, told: Mapping[str, Any], lead: Evaluation) -> Row:
        sizes = entry.sizes
        assert sizes is not None
        scores = [score for score in entry.split_scores if score is not None]
        clock = self.context.limits.clock_hz
        return Row(
            number=entry.number,
            score=float(told.get("score", entry.score)),
            worst=float(told.get("worst", min(scores))),
            flash_bytes=sizes.flash_bytes,
            ram_bytes=sizes.ram_bytes,
            cycles=sizes.cycles,
            time_ms=None if sizes.cycles is None else 1e3 * sizes.cycles / clock,
            model=entry.pipeline.model.name,
            pipeline_text=str(told.get("pipeline_text", entry.pipeline.describe())),
            recommended=entry.number == lead.number,
        )

    def choose(self, number: int | None = None, points: float | None = None) -> list[Candidate]:
        """The candidates to build, in the order in which to try them.

        Parameters
        ----------
        number : int, optional
            Of a complete candidate of the journal; the recommended one by default.
        points : float, optional
            The smallest candidate at most so many points below the recommended one.

        Raises
        ------
        InputError
            If there is no such candidate.
        """
        if not self.order:
            raise InputError(
                f"{self.out}: no candidate was judged on all splits yet: give the search more time"
            )
        if points is not None:
            if not 0 <= points <= 100:
                raise InputError(f"--within is {points:g}: give points of the score, 0 to 100")
            return [Candidate(within(self.complete, self.order[0], points), self.context)]
        if number is None:
            return [Candidate(entry, self.context) for entry in self.order]
        found = {entry.number: entry for entry in self.entries}.get(number)
        if found is None or not found.complete:
            why = "was refused" if found is not None and found.refused else "was stopped early"
            words = "is not in the journal" if found is None else why
            raise InputError(
                f"{self.out}: candidate {number} {words}: give a number that "
                f"'kinglet leaderboard {self.out}' shows"
            )
        return [Candidate(found, self.context)]

    def again(self, candidate: Candidate) -> tuple[Candidate, list[str]]:
        """Evaluate a candidate once more, with its arrays, and compare it with the journal.

        Returns
        -------
        Candidate
        list of str
            A warning where it scores otherwise than in the search.
        """
        before = candidate.evaluation
        with threadpool_limits(1):
            whole = self.context.complete(before)
        if not whole.complete:
            raise InputError(
                f"{self.out}: candidate {before.number} is refused now, though it was not in the "
                "search: install the versions that it was searched with, or search anew"
            )
        thus = replace(whole, fresh=before.fresh)
        made = Candidate(thus, self.context)
        if len(self.context.data.signals) > SEARCHED_LINES and not self.context.in_order:
            return made, []  # the search saw a part of the lines only
        then = np.array(before.split_scores, dtype=np.float64)
        now = np.array(whole.split_scores, dtype=np.float64)
        if np.abs(then - now).max() <= _SAME:
            return made, []
        return made, [
            f"candidate {before.number} scores {whole.score:.2f} now and scored {before.score:.2f} "
            "in the search: another machine, or another version of a package; what is built is "
            "what scores so now"
        ]


def _with_sizes(entry: Evaluation, row: Mapping[str, Any] | None) -> Evaluation:
    """The entry with the sizes that were linked."""
    if row is None or entry.sizes is None:
        return entry
    sizes = replace(
        entry.sizes, flash_bytes=int(row["flash_bytes"]), ram_bytes=int(row["ram_bytes"])
    )
    return replace(entry, sizes=sizes)
