"""What a search found: candidates that can be looked at, built and kept."""

from __future__ import annotations

import platform
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

import numpy as np
import scipy
import sklearn

from kinglet import __version__
from kinglet.costs import Sizes
from kinglet.library import Library, build, refuse_sticking
from kinglet.pipeline import FittedPipeline
from kinglet.record import OUTLIER
from kinglet.search.board import ranked, recommended, within
from kinglet.search.boundary import describe_boundary
from kinglet.search.context import Context
from kinglet.search.diagnosis import Finding, to_json
from kinglet.search.estimate import Expected
from kinglet.search.evaluate import Evaluation
from kinglet.search.learning import lines_of, report, with_minimum
from kinglet.search.recordings import Recordings
from kinglet.signals import NORMAL, describe_changes
from kinglet.targets import Target
from kinglet.toolchain import Abi, compiler_version


@dataclass(frozen=True)
class Candidate:
    """One pipeline of the leaderboard.

    Parameters
    ----------
    evaluation : Evaluation
    context : Context
    """

    evaluation: Evaluation
    context: Context

    @property
    def number(self) -> int:
        """Of the candidate in its search."""
        return self.evaluation.number

    @property
    def score(self) -> float:
        """Score, 0 to 100; see `kinglet.search.evaluate`."""
        return self.evaluation.score

    @property
    def sizes(self) -> Sizes:
        """Predicted sizes; of the leaderboard RAM and flash as linked."""
        assert self.evaluation.sizes is not None
        return self.evaluation.sizes

    @cached_property
    def whole(self) -> Evaluation:
        """The evaluation with its arrays; of a candidate beyond the leaderboard made once more."""
        entry = self.evaluation
        return self.context.complete(entry) if entry.fitted is None else entry

    @property
    def fitted(self) -> FittedPipeline:
        """The pipeline fitted on all lines."""
        assert self.whole.fitted is not None
        return self.whole.fitted

    @property
    def held_out(self) -> tuple[str, np.ndarray]:
        """The harsher kind of split (random or block) and the outputs it gave for each line."""
        task, label = self.context.task, self.context.data.label
        by_kind = self.whole.held_out
        return min(by_kind.items(), key=lambda item: task.accuracy(label, item[1]))

    def describe(self) -> str:
        """The pipeline in words."""
        return self.fitted.describe()

    def summary(self) -> dict[str, Any]:
        """Score, metrics of the harsher kind of split, scores over all splits, sizes."""
        context = self.context
        data = context.data
        kind, outputs = self.held_out
        scores = [score for score in self.evaluation.split_scores if score is not None]
        sizes = self.sizes
        return {
            "number": self.number,
            "score": self.score,
            **context.task.summary(data, outputs),
            "splits": {
                "worst": min(scores),
                "median": float(np.median(scores)),
                "best": max(scores),
                "reported_kind": kind,
                "each": [
                    {"kind": split.kind, "fold": split.fold, "score": score}
                    for split, score in zip(context.splits, scores, strict=True)
                ],
            },
            "margin": self.evaluation.margin,
            "ram_bytes": sizes.ram_bytes,
            "flash_bytes": sizes.flash_bytes,
            "predicted_cycles": sizes.cycles,
            "pipeline": self.evaluation.pipeline.to_json(),
            "pipeline_text": self.describe(),
        }

    @cached_property
    def learning(self) -> dict[str, Any]:
        """How a library that learns on the device learns; empty for others."""
        if self.fitted.knowledge is None:
            return {}
        context = self.context
        lines = lines_of(self.fitted, context.data, context.in_order, context.seed)
        kind, outputs = self.held_out
        splits = [split for split in context.splits if split.kind == kind]
        return report(self.fitted, lines, splits, self.whole.folds, outputs)

    @cached_property
    def boundary(self) -> dict[str, Any]:
        """How tight a 1-class library is, and its boundary in two dimensions; empty for others."""
        if self.context.task.name != OUTLIER:
            return {}
        return describe_boundary(self.fitted, self.context.data, self.context.seed)

    def rows(self) -> list[dict[str, Any]]:
        """Out-of-fold output of each line, by file and line."""
        data = self.context.data
        signals = data.signals
        _, outputs = self.held_out
        rows = self.context.task.rows(outputs, data.label, data.classes)
        places = zip(signals.file, signals.line, strict=True)
        return [
            {"signal": index, "file": signals.files[file], "line": int(line), **row}
            for index, (row, (file, line)) in enumerate(zip(rows, places, strict=True))
        ]

    def build(
        self, target: Target | None = None, *, abi: Abi | None = None, suffix: str = ""
    ) -> Library:
        """Compile the candidate into a library.

        Parameters
        ----------
        target : Target, optional
            Another part, board or core than the search was for.
        abi : {"hard", "softfp", "soft"}, optional
        suffix : str
            Tells several libraries in one firmware apart.

        Raises
        ------
        NothingFitsError
            If the compiled library, for the target of the search, breaks a limit.
        StickingError
            If the library says the same of every signal.
        """
        context = self.context
        chosen = target or context.target
        signals = context.data.signals
        fitted = self.fitted
        if self.learning:
            fitted = with_minimum(fitted, self.learning["minimum_learning"])
        library = build(
            fitted,
            task=context.task,
            core=chosen.core_key,
            abi=abi,
            optimise=context.optimise,
            suffix=suffix,
            clock_hz=chosen.clock_hz,
            rate=signals.rate,
            signals=signals.values,
        )
        if target is None:
            context.limits.check(library.sizes())
        if self.learning:
            refuse_sticking(library, signals.values[context.data.label == NORMAL], context.seed)
        return library


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
        label, (_, outputs) = self.context.data.label, self.best.held_out
        shown = self.context.task.accuracy(label, outputs)
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
                {
                    "number": entry.number,
                    "score": entry.score,
                    "worst": min(s for s in entry.evaluation.split_scores if s is not None),
                    "ram_bytes": entry.sizes.ram_bytes,
                    "flash_bytes": entry.sizes.flash_bytes,
                    "predicted_cycles": entry.sizes.cycles,
                    "pipeline_text": entry.describe(),
                }
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
