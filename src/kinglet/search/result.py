"""What a search found."""

from __future__ import annotations

import platform
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

import numpy as np
import scipy
import sklearn

from kinglet import __version__
from kinglet.search.board import ranked, recommended, row, within
from kinglet.search.candidate import Candidate
from kinglet.search.context import Context
from kinglet.search.diagnosis import Finding, to_json
from kinglet.search.estimate import Expected
from kinglet.search.evaluate import Evaluation
from kinglet.search.recordings import Recordings
from kinglet.signals import describe_changes
from kinglet.toolchain import compiler_version


@dataclass(frozen=True)
class Result:
    """What a search found.

    Parameters
    ----------
    context : Context
    evaluations : list of Evaluation
        Complete candidates, best first.
    history : list of dict
        Score of the best after so many candidates and seconds, at each improvement.
    evaluated : int
        Candidates evaluated, stopped and refused ones among them.
    refused : dict from str to int
        Candidates that broke a limit, by limit.
    seconds : float
    stopped : {"budget", "candidates", "converged", "exhausted", "stopped", "interrupted"}
        Why the search ended.
    recordings : Recordings, optional
        Where recordings are kept together in the splits: what that shows of the best candidate.
    expected : Expected, optional
        What new data will show, where it was estimated.
    expected_reason : str, optional
        Why it was not.
    diagnosis : list of Finding, optional
        What limits the result, most likely first, where it was looked for.
    """

    context: Context
    evaluations: list[Evaluation]
    history: list[dict[str, Any]]
    evaluated: int
    refused: dict[str, int]
    seconds: float
    stopped: str
    recordings: Recordings | None = None
    expected: Expected | None = None
    expected_reason: str | None = None
    diagnosis: list[Finding] | None = None

    @property
    def ranking(self) -> list[Candidate]:
        """Every complete candidate, highest score first."""
        return [Candidate(entry, self.context) for entry in ranked(self.evaluations)]

    @property
    def recommended(self) -> list[Candidate]:
        """Every complete candidate in the order in which to build them."""
        order = recommended(self.evaluations, tried=self.evaluated, **self.context.rules)
        return [Candidate(entry, self.context) for entry in order]

    @cached_property
    def leaderboard(self) -> list[Candidate]:
        """Candidates that no other beats in score, flash, RAM and time, linked; best first."""
        shown = [entry for entry in self.evaluations if entry.fitted is not None]
        return [Candidate(entry, self.context) for entry in ranked(shown)]

    def within(self, points: float) -> Candidate:
        """The smallest candidate whose score is at most so many points below the best one's."""
        found = within(self.evaluations, self.best.evaluation, points)
        return Candidate(found, self.context)

    @cached_property
    def best(self) -> Candidate:
        """The candidate to build: the highest score, unless luck alone may explain its lead."""
        return self.recommended[0]

    def _expectation(self) -> dict[str, Any]:
        """What new data will show, and how much more the search shows."""
        expected = self.expected
        if expected is None:
            reason = self.expected_reason
            return {"expected": None, "expected_reason": reason, "optimism": None}
        data, (_, outputs) = self.context.data, self.best.held_out
        kept = self.context.task.natural(data.label, imitated=data.imitated)
        shown = self.context.task.accuracy(data.label[kept], outputs[kept])
        return {"expected": asdict(expected), "optimism": shown - expected.value}

    def to_json(self) -> dict[str, Any]:
        """Plain data of the search and its best candidate."""
        context = self.context
        return {
            "schema": 1,
            "task": context.task.name,
            "classes": list(context.data.classes),
            "length": context.data.signals.length,
            "axes": context.data.signals.axes,
            "rate_hz": context.data.signals.rate,
            "n_signals": len(context.data.signals),
            "target": context.target.name,
            "limits": {
                "ram_bytes": context.limits.ram_bytes,
                "flash_bytes": context.limits.flash_bytes,
                "time_ms": 1e3 * context.limits.time_s,
                "clock_hz": context.limits.clock_hz,
                "knowledge_bytes": context.limits.knowledge_bytes,
            },
            **self.best.summary(),
            "recordings": None if self.recordings is None else asdict(self.recordings),
            "stretches": describe_changes(context.data, whole=context.task.whole_stretches),
            **self._expectation(),
            "diagnosis": None if self.diagnosis is None else to_json(self.diagnosis),
            "history": self.history,
            "leaderboard": [
                row(
                    entry.evaluation,
                    context.limits.clock_hz,
                    recommended=entry.number == self.best.number,
                )
                for entry in self.leaderboard
            ],
            "candidates": self.evaluated,
            "refused": self.refused,
            "seconds": self.seconds,
            "stopped": self.stopped,
            "seed": context.seed,
            "versions": {
                "kinglet": __version__,
                "python": platform.python_version(),
                "numpy": np.__version__,
                "scipy": scipy.__version__,
                "scikit-learn": sklearn.__version__,
                "compiler": compiler_version(),
            },
            "out_of_fold": self.best.rows(),
        }
