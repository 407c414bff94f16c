"""Metrics of classification, from labels and predictions or probabilities."""

from __future__ import annotations

import numpy as np

_RESAMPLES = 1000


def confusion(label: np.ndarray, predicted: np.ndarray, n_classes: int) -> np.ndarray:
    """Counts, int (n_classes, n_classes): row is the true class, column the predicted one."""
    flat = np.asarray(label) * n_classes + np.asarray(predicted)
    return np.bincount(flat, minlength=n_classes * n_classes).reshape(n_classes, n_classes)


def recalls(label: np.ndarray, predicted: np.ndarray, n_classes: int) -> list[float | None]:
    """Share of each class's lines that are recognised; None for a class without lines."""
    matrix = confusion(label, predicted, n_classes)
    return [
        float(row[index] / row.sum()) if row.sum() else None for index, row in enumerate(matrix)
    ]


def balanced_accuracy(label: np.ndarray, predicted: np.ndarray) -> float:
    """Mean recall over the classes that occur in ``label``."""
    size = int(max(label.max(), predicted.max())) + 1
    return float(np.mean([value for value in recalls(label, predicted, size) if value is not None]))


def f1_macro(label: np.ndarray, predicted: np.ndarray, n_classes: int) -> float:
    """Mean over the classes of 2 TP / (2 TP + FP + FN)."""
    matrix = confusion(label, predicted, n_classes)
    hits = np.diag(matrix)
    total = matrix.sum(axis=0) + matrix.sum(axis=1)
    known = total > 0
    return float((2 * hits[known] / total[known]).mean())


def mcc(label: np.ndarray, predicted: np.ndarray) -> float:
    """Matthews correlation for several classes (Gorodkin 2004), -1 to 1; 0 where undefined."""
    size = int(max(label.max(), predicted.max())) + 1
    matrix = confusion(label, predicted, size).astype(np.float64)
    truth, guess, total = matrix.sum(axis=1), matrix.sum(axis=0), matrix.sum()
    above = np.trace(matrix) * total - truth @ guess
    below = np.sqrt(total**2 - guess @ guess) * np.sqrt(total**2 - truth @ truth)
    return float(above / below) if below > 0 else 0.0


def certainty(label: np.ndarray, probabilities: np.ndarray) -> float:
    """100 times the mean over the lines of max(0, p_true - largest other p)."""
    rows = np.arange(len(label))
    true = probabilities[rows, label]
    others = probabilities.copy()
    others[rows, label] = -1.0
    return float(100 * np.maximum(0.0, true - others.max(axis=1)).mean())


def bootstrap_interval(
    label: np.ndarray, predicted: np.ndarray, group: np.ndarray, seed: int = 0
) -> tuple[float, float]:
    """95 % interval of balanced accuracy, resampling whole recordings within each class.

    Lines of one recording are alike, so recordings are drawn, not lines; a class of one recording
    only gives its lines one by one.
    """
    rng = np.random.default_rng(seed)
    hit = (label == predicted).astype(np.float64)
    total = np.zeros(_RESAMPLES)
    values = np.unique(label)
    for value in values:
        mine = label == value
        names, member = np.unique(group[mine], return_inverse=True)
        if len(names) == 1:  # drawing lines one by one is a binomial draw
            total += rng.binomial(mine.sum(), hit[mine].mean(), _RESAMPLES) / mine.sum()
            continue
        size, hits = np.bincount(member), np.bincount(member, weights=hit[mine])
        drawn = rng.multinomial(len(size), np.full(len(size), 1 / len(size)), _RESAMPLES)
        total += (drawn @ hits) / (drawn @ size)
    low, high = np.percentile(total / len(values), (2.5, 97.5))
    return float(low), float(high)
