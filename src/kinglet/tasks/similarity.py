"""From z and limit to similarities, and the one factor by which the limit is multiplied."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.metrics import roc_auc_score

from kinglet.signals import ABNORMAL, NORMAL

FACTORS = np.exp2(np.linspace(-2, 4, 73)).astype(np.float32)  # 1 among them, exactly
FALSE_ALARMS = 0.03  # of nominal signals at similarity 90, where the factor is chosen
_PLATEAU = 0.002
_REACTION = 5


def shares(outputs: np.ndarray, factor: float | np.ndarray = 1.0) -> np.ndarray:
    """Share of the limit; above 1 is anomalous. The arithmetic of the C.

    Parameters
    ----------
    outputs : ndarray of float32, shape (n, 2)
        z and limit.
    factor : float or ndarray, shape (m,)
        What the limit is multiplied by.

    Returns
    -------
    ndarray of float32, shape (n,) or (m, n)
    """
    limit = outputs[:, 1] * np.asarray(factor, dtype=np.float32)[..., None]
    return np.asarray(outputs[:, 0] / limit, dtype=np.float32)


def similarities(outputs: np.ndarray, sensitivity: float = 1.0) -> np.ndarray:
    """Similarity as the C rounds it.

    Parameters
    ----------
    outputs : ndarray of float32, shape (n, 2)
        z and limit.
    sensitivity : float
        Above 0, up to 100.

    Returns
    -------
    ndarray, shape (n,)
        Whole numbers, 0 to 100; NaN where the outputs are.
    """
    share = (np.float32(sensitivity) * outputs[:, 0]) / outputs[:, 1]
    similarity = np.maximum(np.float32(100) - np.float32(10) * share, np.float32(0))
    whole = np.floor(np.where(share > 1, np.minimum(similarity, np.float32(89)), similarity))
    return np.asarray(np.where(share <= 0, 100, whole))


def rates(normal: np.ndarray, abnormal: np.ndarray) -> dict[str, float]:
    """Balanced accuracy, false alarms and detection, 0 to 1.

    Parameters
    ----------
    normal, abnormal : ndarray of bool
        Whether each nominal signal, and each abnormal one, was found anomalous.
    """
    false_alarms, detection = float(normal.mean()), float(abnormal.mean())
    return {
        "balanced_accuracy": (1 - false_alarms + detection) / 2,
        "false_alarms": false_alarms,
        "detection": detection,
    }


def reacts(usual: np.ndarray, changed: np.ndarray) -> bool:
    """Whether a library notices that signals were changed beyond doubt.

    It does if at least half of them lose 5 of similarity or more. A library that finds everything
    nominal, or everything anomalous, does not.
    """
    return bool(np.mean(usual - changed >= _REACTION) >= 0.5)


def machines_of(machine: np.ndarray) -> list[np.ndarray]:
    """Lines of each machine, bool (n,)."""
    return [machine == number for number in np.unique(machine)]


@dataclass(frozen=True)
class Curve:
    """One machine in one split, over `FACTORS`."""

    balanced: np.ndarray
    false_alarms: np.ndarray


def curves_of(label: np.ndarray, outputs: np.ndarray, machine: np.ndarray) -> list[Curve]:
    """Balanced accuracy and false alarms over the factors, for each machine."""
    curves = []
    for mine in machines_of(machine):
        found = shares(outputs[mine], FACTORS) > 1
        false_alarms = found[:, label[mine] == NORMAL].mean(axis=1)
        detection = found[:, label[mine] == ABNORMAL].mean(axis=1)
        curves.append(Curve((1 - false_alarms + detection) / 2, false_alarms))
    return curves


def choose_factor(curves: Sequence[Curve]) -> float:
    """The factor of best mean balanced accuracy among those that keep false alarms rare.

    Rare in the median split: where a block of lines is unlike all others, a mean would widen the
    limit for the sake of that block and miss the anomalies everywhere.
    """
    balanced = np.mean([curve.balanced for curve in curves], axis=0)
    false_alarms = np.median([curve.false_alarms for curve in curves], axis=0)
    allowed = false_alarms <= max(FALSE_ALARMS, float(false_alarms.min()))
    best = balanced[allowed].max()
    as_good = np.flatnonzero(allowed & (balanced >= best - _PLATEAU))
    return float(FACTORS[as_good[len(as_good) // 2]])


def separation_of(label: np.ndarray, outputs: np.ndarray) -> float:
    """Mean of the share without false alarms and of the area under the ROC curve, 0 to 1."""
    share = shares(outputs)
    alarms = (share[label == NORMAL] > 1).mean()
    return float((1 - alarms + roc_auc_score(label, share)) / 2)


def margin_of(label: np.ndarray, outputs: np.ndarray) -> float:
    """Mean of max(0, 1 - share) of nominal and of max(0, 1 - 1 / share) of abnormal lines."""
    share = np.maximum(shares(outputs).astype(np.float64), 1e-9)
    inside = np.maximum(0.0, 1 - share[label == NORMAL]).mean()
    beyond = np.maximum(0.0, 1 - 1 / share[label == ABNORMAL]).mean()
    return float((inside + beyond) / 2)
