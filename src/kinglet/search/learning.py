"""How a chosen library learns: from how many signals, in which order, and what a vote adds.

Learning curve and votes are out of fold: features and limit of each split were chosen without its
held-out lines. What one stretch teaches is measured with the library as built.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from kinglet.host import run_chain
from kinglet.pipeline import FittedPipeline
from kinglet.record import FIRST_SIMILARITY
from kinglet.search.fit import scaled
from kinglet.search.play import device
from kinglet.search.store import seed_of
from kinglet.signals import ABNORMAL, NORMAL, Labelled, Split
from kinglet.tasks.similarity import rates, shares

COUNTS = (
    *(FIRST_SIMILARITY, 20, 30, 50, 75, 100, 150, 200, 300, 500, 750),
    *(1000, 1500, 2000, 3000, 5000),
)
_DRAWS = 10
_NEAR = 0.02  # of balanced accuracy: what more signals would add at most
_FALSE_ALARMS = 0.10  # of nominal signals, at most
_BLOCK_ALARMS = 0.20
_DETECTION = 0.10
_VOTE_OF, _VOTE_ALARM = 5, 3


@dataclass(frozen=True)
class Fold:
    """A candidate as one split knew it.

    Parameters
    ----------
    fitted : FittedPipeline
        Its features were selected on the training lines.
    factor : float
        Chosen on the other splits.
    """

    fitted: FittedPipeline
    factor: float


Folds = Mapping[tuple[str, int], Fold]  # by kind and number


@dataclass(frozen=True)
class Lines:
    """Joined features of all lines, and what the lines are.

    Parameters
    ----------
    data : Labelled
    features : ndarray of float32, shape (n, n_features)
    in_order : bool
        Whether the lines are samples of a stream.
    seed : int
    """

    data: Labelled
    features: np.ndarray
    in_order: bool
    seed: int

    def nominal(self, rows: np.ndarray, machine: int) -> np.ndarray:
        """Nominal lines of a machine among some rows."""
        mine = (self.data.machine[rows] == machine) & (self.data.label[rows] == NORMAL)
        return rows[mine]

    def abnormal(self, rows: np.ndarray, machine: int) -> np.ndarray:
        """Abnormal lines of a machine among some rows."""
        mine = (self.data.machine[rows] == machine) & (self.data.label[rows] == ABNORMAL)
        return rows[mine]


def lines_of(fitted: FittedPipeline, data: Labelled, in_order: bool, seed: int) -> Lines:
    """Compute the features of all lines."""
    stream = data.signals.file if in_order else None
    pool = [
        run_chain(chain, data.signals.values, fitted.chain_fits, stream)
        for chain in fitted.pipeline.chains()
    ]
    return Lines(data, np.concatenate(pool, axis=1), in_order, seed)


def report(
    fitted: FittedPipeline,
    lines: Lines,
    splits: Sequence[Split],
    folds: Folds,
    held_out: np.ndarray,
) -> dict[str, Any]:
    """Learning curve, recommended minimum, learning of one block, votes: for ``result.json``.

    Parameters
    ----------
    fitted : FittedPipeline
        The library as built.
    lines : Lines
    splits : sequence of Split
        Those of the kind that is reported.
    folds : mapping
        The candidate in each of them.
    held_out : ndarray of float32, shape (n, 2)
        Outputs of their held-out lines.
    """
    curve = _curve(lines, splits, folds)
    minimum, more = recommended_minimum(curve)
    return {
        "learning_curve": curve,
        "minimum_learning": minimum,
        "more_signals_needed": more,
        "false_alarms_after_one_block": _one_block(fitted, lines),
        "votes": _votes(lines, splits, shares(held_out)),
    }


def with_minimum(fitted: FittedPipeline, minimum: int) -> FittedPipeline:
    """Write the recommended minimum into the knowledge."""
    assert fitted.knowledge is not None
    return replace(fitted, knowledge=replace(fitted.knowledge, minimum=minimum))


def warnings_of(document: Mapping[str, Any]) -> tuple[str, ...]:
    """What a result should tell a person, one sentence each."""
    found = []
    if document["balanced_accuracy_interval"]["low"] <= 0.5 or document["detection"] < _DETECTION:
        found.append(
            f"the library finds {100 * document['detection']:.0f} % of the abnormal signals with "
            f"{100 * document['false_alarms']:.0f} % false alarms, hardly more than chance: look "
            "for other sensors, buffers or rates."
        )
    if document["false_alarms"] > _FALSE_ALARMS:
        found.append(
            f"{100 * document['false_alarms']:.0f} % false alarms are many: let the device learn "
            "more, lower the sensitivity, or vote."
        )
    block = document["false_alarms_after_one_block"]["mean"]
    if block is not None and block > _BLOCK_ALARMS:
        found.append(
            f"a device that learns one stretch of the nominal signals only takes "
            f"{100 * block:.0f} % of the others for anomalies: the data have several regimes, so "
            "let it learn in all of them."
        )
    if document["more_signals_needed"]:
        found.append(
            "the score still rises with the number of signals learned: record more nominal signals."
        )
    return tuple(found)


def recommended_minimum(curve: Sequence[Mapping[str, Any]]) -> tuple[int, bool]:
    """Fewest signals from which a library is as good as it gets, and whether more would help.

    As good: the worst balanced accuracy is within 0.02 of the best one and, where any number of
    signals keeps them so rare, false alarms are at most 10 %. Rounded up to tens, 20 at least, and
    never more than there were to learn.
    """
    rare = [point for point in curve if point["false_alarms"] <= _FALSE_ALARMS] or list(curve)
    best = max(point["worst"] for point in rare)
    chosen = next(point["learned"] for point in rare if point["worst"] >= best - _NEAR)
    more = len(curve) > 1 and curve[-1]["worst"] - curve[-2]["worst"] > _NEAR
    return max(20, min(-(-chosen // 10) * 10, curve[-1]["learned"])), more


def _shares(
    fitted: FittedPipeline, factor: float, lines: Lines, learn: np.ndarray, test: np.ndarray
) -> np.ndarray:
    """Share of the limit of lines after learning others."""
    player = device(fitted)
    player.learn(scaled(fitted, lines.features[learn]))
    return shares(player.judge(scaled(fitted, lines.features[test])), factor)


def _drawn(lines: Lines, rows: np.ndarray, count: int, name: str) -> np.ndarray:
    """So many lines to learn: of a stream a stretch, else any."""
    rng = np.random.default_rng(seed_of(lines.seed, name))
    if lines.in_order:
        start = int(rng.integers(0, len(rows) - count + 1))
        return rows[start : start + count]
    return rng.permutation(rows)[:count]


def _curve(lines: Lines, splits: Sequence[Split], folds: Folds) -> list[dict[str, Any]]:
    """Balanced accuracy, false alarms and detection over the number of signals learned."""
    machines = np.unique(lines.data.machine)
    most = min(len(lines.nominal(s.train, m)) for s in splits for m in machines)
    counts = [count for count in COUNTS if count < most] + [most]
    curve = []
    for count in counts:
        false_alarms, detection = [], []
        for number in range(max(_DRAWS, len(splits))):
            split = splits[number % len(splits)]
            fold = folds[split.kind, split.fold]
            for machine in machines:
                rows = lines.nominal(split.train, machine)
                learn = _drawn(lines, rows, count, f"curve {count} {number}")
                nominal = lines.nominal(split.test, machine)
                test = np.concatenate([nominal, lines.abnormal(split.test, machine)])
                share = _shares(fold.fitted, fold.factor, lines, learn, test)
                false_alarms.append((share[: len(nominal)] > 1).mean())
                detection.append((share[len(nominal) :] > 1).mean())
        balanced = (1 - np.array(false_alarms) + np.array(detection)) / 2
        curve.append(
            {
                "learned": int(count),
                "worst": float(balanced.min()),
                "balanced_accuracy": float(balanced.mean()),
                "false_alarms": float(np.mean(false_alarms)),
                "detection": float(np.mean(detection)),
            }
        )
    return curve


def _one_block(fitted: FittedPipeline, lines: Lines) -> dict[str, Any]:
    """False alarms on the rest of the nominal lines when one stretch of a fifth is learned."""
    assert fitted.knowledge is not None
    factor, found = fitted.knowledge.factor, []
    rows = np.arange(len(lines.data.label))
    for machine in np.unique(lines.data.machine):
        nominal = lines.nominal(rows, machine)
        for block in np.array_split(nominal, 5):
            if len(block) < FIRST_SIMILARITY:
                continue
            rest = np.setdiff1d(nominal, block)
            found.append(float((_shares(fitted, factor, lines, block, rest) > 1).mean()))
    return {"mean": float(np.mean(found)) if found else None, "each": found}


def _votes(lines: Lines, splits: Sequence[Split], share: np.ndarray) -> dict[str, dict[str, float]]:
    """Single detections against votes of five held-out signals in a row.

    ``3_of_5``: three anomalous ones of five. ``mean_of_5``: the mean of their shares of the limit,
    above a limit at which it alarms as often as single detections do: what it adds is detection.
    That limit is taken, for each split, from the others; ``limit`` is that of all of them.
    """
    single = rates(share[lines.data.label == NORMAL] > 1, share[lines.data.label == ABNORMAL] > 1)
    normal, abnormal = (
        [
            [_windows(share[rows(split.test, m)]) for m in np.unique(lines.data.machine)]
            for split in splits
        ]
        for rows in (lines.nominal, lines.abnormal)
    )
    of_splits = [[np.concatenate(each) for each in kind] for kind in (normal, abnormal)]
    if not all(sum(map(len, kind)) for kind in of_splits):
        return {"single": single}
    votes = [np.concatenate(kind) for kind in of_splits]
    result = {
        "single": single,
        "3_of_5": rates(*((five > 1).sum(axis=1) >= _VOTE_ALARM for five in votes)),
    }
    means = [[five.mean(axis=1) for five in kind] for kind in of_splits]

    def limit(parts: Sequence[np.ndarray]) -> float:
        nominal = np.concatenate(parts)
        if not len(nominal):
            return 1.0
        return float(np.quantile(nominal, 1 - single["false_alarms"], method="higher"))

    limits = [limit(means[0][:k] + means[0][k + 1 :]) for k in range(len(splits))]
    found = [
        np.concatenate([mean > bound for mean, bound in zip(kind, limits, strict=True)])
        for kind in means
    ]
    result["mean_of_5"] = rates(*found) | {"limit": limit(means[0])}
    return result


def _windows(share: np.ndarray) -> np.ndarray:
    """Every five in a row, shape (n, 5); none where there are fewer."""
    if len(share) < _VOTE_OF:
        return np.empty((0, _VOTE_OF), dtype=share.dtype)
    return np.lib.stride_tricks.sliding_window_view(share, _VOTE_OF)
