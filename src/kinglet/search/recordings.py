"""What keeping recordings together in the splits shows of the accuracy on the board."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from kinglet.search.evaluate import Evaluation, evaluate
from kinglet.search.problem import Problem
from kinglet.signals import Labelled, Split, describe_groups

_FAR = 0.05  # of the task's metric


@dataclass(frozen=True)
class Recordings:
    """The task's metric with recordings kept together, and with their lines torn apart.

    Parameters
    ----------
    words : str
        What is kept together.
    together, torn : float
        Mean over the random splits; over the blocks where they alone keep recordings together.
    """

    words: str
    together: float
    torn: float

    def warnings(self) -> list[str]:
        """Say it where the board will be far from what torn recordings would have shown."""
        if self.torn - self.together < _FAR:
            return []
        return [
            f"with recordings kept together the metric is {self.together:.3f}, with their lines "
            f"torn apart it would be {self.torn:.3f}: the first is what a new "
            "recording on the board will show; more recordings, of more conditions, help."
        ]


def compare(
    problem: Problem,
    data: Labelled,
    splits: tuple[Split, ...],
    chosen: Evaluation,
) -> Recordings | None:
    """Judge a candidate once more, with the lines of each recording torn apart.

    Returns
    -------
    Recordings or None
        None where no recordings are kept together, or the lines are samples of a stream.
    """
    words = describe_groups(data)
    if words is None or not chosen.complete:
        return None
    kinds = [split.kind for split in splits]
    kept = "random" if "random" in kinds else "block"
    apart = replace(data, signals=replace(data.signals, group=np.zeros_like(data.signals.group)))
    random = [s for s in problem.task.splits(apart, problem.seed) if s.kind == "random"]
    if not random:
        return None
    torn = evaluate(problem, random, chosen.pipeline)
    scores = [
        score
        for kind, score in zip(kinds, chosen.split_scores, strict=True)
        if kind == kept and score is not None
    ]
    return Recordings(words, float(np.mean(scores)), torn.mean) if torn.complete else None
