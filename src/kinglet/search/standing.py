"""What is known of a search in its folder, while it runs and afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from kinglet.errors import InputError
from kinglet.files import read_json
from kinglet.search import claim, journal, saved, status
from kinglet.search.board import board, recommended, row, within
from kinglet.search.candidate import Candidate
from kinglet.search.context import Context
from kinglet.search.evaluate import Evaluation
from kinglet.search.stages import SEARCHED_LINES
from kinglet.signals import subsample, take

_SAME = 1e-6  # scores of a split that differ by less are the same
_SIZES = ("number", "flash_bytes", "ram_bytes")
_JUDGED = ("score", "worst", "predicted_cycles", "predicted_time_ms", "pipeline_text")


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
        self._head: dict[str, Any] = {}
        self.entries: list[Evaluation] = []
        if (path := self.folder / saved.JOURNAL).exists():
            self._head, entries = journal.read(path)
            self.entries = [e for e in entries if len(e.split_scores) == self._n_splits]

    @cached_property
    def context(self) -> Context:
        """What was searched; refused where the journal tells of another search."""
        context = saved.load(self.folder)
        # Of another version of Kinglet the candidates may still be looked at and built.
        expected = context.fingerprint() | {"strategy": self.plan.strategy}
        del expected["kinglet"]
        if self._head:
            journal.check_same(self.folder / saved.JOURNAL, self._head, expected)
        return context

    @property
    def _searched_in_part(self) -> bool:
        """Whether the search saw a part of the lines only."""
        return len(self.context.data.signals) > SEARCHED_LINES and not self.context.in_order

    @cached_property
    def _n_splits(self) -> int:
        """Splits that every complete candidate was judged on."""
        context = self.context
        if not self._searched_in_part:
            return len(context.splits)
        rows = subsample(context.data, SEARCHED_LINES, context.seed)
        return len(context.task.splits(take(context.data, rows), context.seed))

    @cached_property
    def result(self) -> dict[str, Any]:
        """Content of ``result.json``; empty while the search goes on and where there is none."""
        if self.running or not self.status.ended:
            return {}
        document = read_json(self.out / "result.json")
        if not isinstance(document, dict) or type(document.get("number")) is not int:
            return {}
        rows = document.get("leaderboard")
        return document if isinstance(rows, list) and all(map(_is_row, rows)) else {}

    @cached_property
    def _told(self) -> dict[int, dict[str, Any]]:
        """Lines of the leaderboard in ``result.json``, by number."""
        return {row["number"]: row for row in self.result.get("leaderboard", [])}

    @property
    def built(self) -> int | None:
        """Number of the candidate in ``library.zip``; None where there is none yet."""
        return self.result.get("number")

    @cached_property
    def complete(self) -> list[Evaluation]:
        """Candidates that were judged on all splits, with their linked sizes where known."""
        return [_with_sizes(e, self._told.get(e.number)) for e in self.entries if e.complete]

    @cached_property
    def order(self) -> list[Evaluation]:
        """Complete candidates in the order in which to build them.

        The search knows more than its journal, by fresh splits: what it recommended comes first.
        """
        order = recommended(self.complete, tried=len(self.entries), **self.context.rules)
        lead = [number for number, row in self._told.items() if row.get("recommended") is True]
        return sorted(order, key=lambda entry: entry.number not in lead)

    def rows(self) -> list[dict[str, Any]]:
        """The leaderboard, see `kinglet.search.board.row`; best first."""
        if not self.order:
            return []
        lead, clock = self.order[0], self.context.limits.clock_hz
        named = {*self._told, *([self.built] if self.built is not None else [])}
        shown = [entry for entry in self.complete if entry.number in named]
        if not any(entry.number == lead.number for entry in shown):
            shown = board(self.complete, lead)
        rows = []
        for entry in shown:
            mine = row(
                entry,
                clock,
                recommended=entry.number == lead.number,
                built=entry.number == self.built,
            )
            told = self._told.get(entry.number, {})
            # Of large data the best are judged once more, on all lines.
            rows.append(mine | {name: told[name] for name in _JUDGED if name in told})
        return sorted(rows, key=lambda row: -row["score"])

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
        if self._searched_in_part:
            return made, []  # on the others it scores otherwise
        then = np.array(before.split_scores, dtype=np.float64)
        now = np.array(whole.split_scores, dtype=np.float64)
        if np.abs(then - now).max() <= _SAME:
            return made, []
        return made, [
            f"candidate {before.number} scores {whole.score:.2f} now and scored {before.score:.2f} "
            "in the search: another machine, or another version of a package; what is built is "
            "what scores so now"
        ]


def _is_row(row: Any) -> bool:
    """Whether a line of a leaderboard holds what is taken from it."""
    return (
        isinstance(row, dict)
        and all(type(row.get(name)) is int and row[name] >= 0 for name in _SIZES)
        and all(type(row.get(n)) in (int, float) and abs(row[n]) <= 100 for n in ("score", "worst"))
        and isinstance(row.get("pipeline_text"), str)
    )


def _with_sizes(entry: Evaluation, row: Mapping[str, Any] | None) -> Evaluation:
    """The entry with the sizes that were linked."""
    if row is None or entry.sizes is None:
        return entry
    sizes = replace(entry.sizes, flash_bytes=row["flash_bytes"], ram_bytes=row["ram_bytes"])
    return replace(entry, sizes=sizes)
