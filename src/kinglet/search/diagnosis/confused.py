"""One class is confused with one other."""

from __future__ import annotations

import numpy as np
from scipy.stats import binom

from kinglet.record import CLASSIFICATION
from kinglet.search.diagnosis.case import Case
from kinglet.search.diagnosis.finding import Finding, likelihood_of
from kinglet.tasks.metrics import balanced_accuracy, confusion

CAUSE = "two classes confused"
_SHARE = 0.4  # of all errors
_AHEAD = 2  # times as many errors as the next pair has
_FEWEST = 5  # errors
_CHANCE = 0.001


def look(case: Case) -> list[Finding]:
    """Count the errors of held-out lines between each two classes."""
    classes = case.data.classes
    if case.task != CLASSIFICATION or len(classes) < 3 or not case.poor:
        return []
    label = case.data.label
    outputs = min(case.chosen.held_out.values(), key=lambda o: case.problem.task.accuracy(label, o))
    predicted = outputs.argmax(axis=1)
    matrix = confusion(label, predicted, len(classes))
    errors = matrix - np.diag(np.diag(matrix))
    pairs = np.triu(errors + errors.T)
    first, second = divmod(int(pairs.argmax()), len(classes))
    count, total = int(pairs.max()), int(errors.sum())
    # Errors of a line spread evenly over the other classes would fall on a pair with this chance.
    lines = matrix.sum(axis=1)
    next_most = int(np.sort(pairs, axis=None)[-2])
    even = (errors.sum(axis=1)[[first, second]].sum() / max(total, 1)) / (len(classes) - 1)
    tried = len(classes) * (len(classes) - 1) / 2
    if total < _FEWEST or count < max(_SHARE * total, _AHEAD * next_most):
        return []
    if binom.sf(count - 1, total, min(even, 1.0)) * tried > _CHANCE:
        return []
    merged = balanced_accuracy(_merge(label, first, second), _merge(predicted, first, second))
    a, b = classes[first], classes[second]
    return [
        Finding(
            cause=CAUSE,
            likelihood=likelihood_of(count / total),
            evidence=(
                f"{count} of {total} errors are between {a} and {b}: {errors[first, second]} of "
                f"{lines[first]} signals of {a} were taken for {b}, {errors[second, first]} of "
                f"{lines[second]} the other way; with both as one class the balanced accuracy "
                f"would be {merged:.3f} in place of {balanced_accuracy(label, predicted):.3f}"
            ),
            advice=(
                f"look at signals of {a} and {b} side by side: perhaps the sensor or its place "
                "does not show what differs, perhaps some are of the wrong class; record more of "
                "both, move the sensor, or make one class of them if the device need not tell "
                "them apart"
            ),
            figures={
                "classes": [a, b],
                "errors": count,
                "all_errors": total,
                "taken_for": [int(errors[first, second]), int(errors[second, first])],
                "merged_balanced_accuracy": merged,
            },
        )
    ]


def _merge(label: np.ndarray, first: int, second: int) -> np.ndarray:
    return np.where(label == second, first, label)
