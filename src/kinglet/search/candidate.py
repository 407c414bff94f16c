"""One candidate of a search: looked at, judged line by line, built."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from kinglet.costs import Sizes
from kinglet.library import Library, build, refuse_sticking
from kinglet.pipeline import FittedPipeline
from kinglet.record import OUTLIER
from kinglet.search.boundary import describe_boundary
from kinglet.search.context import Context
from kinglet.search.evaluate import Evaluation
from kinglet.search.learning import lines_of, report, with_minimum
from kinglet.signals import NORMAL
from kinglet.targets import Target
from kinglet.toolchain import Abi


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
