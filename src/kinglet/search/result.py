"""What a search found: candidates that can be looked at, built and kept."""

from __future__ import annotations

import platform
from dataclasses import asdict, dataclass
from functools import cached_property, partial
from typing import Any

import numpy as np
import scipy
import sklearn

from kinglet import __version__
from kinglet.costs import Sizes
from kinglet.library import Library, build, refuse_sticking
from kinglet.pipeline import FittedPipeline
from kinglet.record import OUTLIER
from kinglet.search.board import pareto, ranked, recommended
from kinglet.search.boundary import describe_boundary
from kinglet.search.evaluate import Evaluation
from kinglet.search.learning import lines_of, report, with_minimum
from kinglet.search.limits import Limits
from kinglet.search.recordings import Recordings
from kinglet.signals import NORMAL, Labelled, Split
from kinglet.targets import Target
from kinglet.tasks import Task
from kinglet.toolchain import Abi, Optimise, compiler_version


@dataclass(frozen=True)
class Context:
    """What all candidates of one search share.

    Parameters
    ----------
    task : Task
    data : Labelled
    splits : tuple of Split
    target : Target
    limits : Limits
    optimise : {"size", "speed"}
    seed : int
    """

    task: Task
    data: Labelled
    splits: tuple[Split, ...]
    target: Target
    limits: Limits
    optimise: Optimise
    seed: int

    @property
    def in_order(self) -> bool:
        """Whether the signals are samples of a stream."""
        return self.data.signals.length == 1


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
    def score(self) -> float:
        """Score, 0 to 100; see `kinglet.search.evaluate`."""
        return self.evaluation.score

    @property
    def sizes(self) -> Sizes:
        """Predicted sizes; of the leaderboard RAM and flash as linked."""
        assert self.evaluation.sizes is not None
        return self.evaluation.sizes

    @property
    def fitted(self) -> FittedPipeline:
        """The pipeline fitted on all lines."""
        assert self.evaluation.fitted is not None
        return self.evaluation.fitted

    @property
    def held_out(self) -> tuple[str, np.ndarray]:
        """The harsher kind of split (random or block) and the outputs it gave for each line."""
        task, label = self.context.task, self.context.data.label
        by_kind = self.evaluation.held_out
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
        return report(self.fitted, lines, splits, self.evaluation.folds, outputs)

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
    stopped : {"budget", "candidates", "interrupted"}
        Why the search ended.
    recordings : Recordings, optional
        Where recordings are kept together in the splits: what that shows of the best candidate.
    """

    context: Context
    evaluations: list[Evaluation]
    history: list[dict[str, Any]]
    evaluated: int
    refused: dict[str, int]
    seconds: float
    stopped: str
    recordings: Recordings | None = None

    @property
    def ranking(self) -> list[Candidate]:
        """Every complete candidate, highest score first."""
        return [Candidate(entry, self.context) for entry in ranked(self.evaluations)]

    @property
    def recommended(self) -> list[Candidate]:
        """Every complete candidate in the order in which to build them."""
        context = self.context
        order = recommended(
            self.evaluations,
            partial(context.task.standard_error, n_signals=len(context.data.signals)),
            unsure=context.data.imitated or context.in_order,
            portfolio_order=context.task.portfolio_order,
        )
        return [Candidate(entry, context) for entry in order]

    @property
    def leaderboard(self) -> list[Candidate]:
        """Candidates that no other beats in score, flash, RAM and time; best first."""
        return [Candidate(entry, self.context) for entry in pareto(self.evaluations)]

    @property
    def best(self) -> Candidate:
        """The candidate to build: the highest score, unless luck alone may explain its lead."""
        return self.recommended[0]

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
            "history": self.history,
            "leaderboard": [
                {
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
