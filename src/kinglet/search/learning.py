"""How a chosen library learns: from how many signals, in which order, and what a vote adds.

Everything is measured out of fold, with the C that ships, on the splits of the search.
"""

from __future__ import annotations

from collections.abc import Sequence
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
from kinglet.tasks.anomaly import rates, shares

COUNTS = (FIRST_SIMILARITY, 20, 30, 50, 75, 100, 150, 200, 300, 500, 750, 1000)
_DRAWS = 10
_NEAR = 0.02  # of balanced accuracy: what more signals would add at most
_FALSE_ALARMS = 0.10  # of nominal signals, at most
_BLOCK_ALARMS = 0.20
_VOTE_OF, _VOTE_ALARM = 5, 3


@dataclass(frozen=True)
class Lines:
    """Scaled features of all lines, and what the lines are.

    Parameters
    ----------
    data : Labelled
    x : ndarray of float32, shape (n, n_selected)
    in_order : bool
        Whether the lines are samples of a stream.
    seed : int
    """

    data: Labelled
    x: np.ndarray
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
    return Lines(data, scaled(fitted, np.concatenate(pool, axis=1)), in_order, seed)


def report(fitted: FittedPipeline, lines: Lines, splits: Sequence[Split]) -> dict[str, Any]:
    """Learning curve, recommended minimum, learning of one block, votes: for ``result.json``."""
    curve = _curve(fitted, lines, splits)
    minimum, more = recommended_minimum(curve)
    block = _one_block(fitted, lines)
    return {
        "learning_curve": curve,
        "minimum_learning": minimum,
        "more_signals_needed": more,
        "false_alarms_after_one_block": block,
        "votes": _votes(fitted, lines, splits),
    }


def with_minimum(fitted: FittedPipeline, minimum: int) -> FittedPipeline:
    """Write the recommended minimum into the knowledge."""
    assert fitted.knowledge is not None
    return replace(fitted, knowledge=replace(fitted.knowledge, minimum=minimum))


def warnings_of(document: dict[str, Any]) -> tuple[str, ...]:
    """What the report should tell a person, one sentence each."""
    found = []
    block = document["false_alarms_after_one_block"]
    if block["mean"] is not None and block["mean"] > _BLOCK_ALARMS:
        found.append(
            f"a device that learns one stretch of the nominal signals only takes "
            f"{100 * block['mean']:.0f} % of the others for anomalies: the data have several "
            "regimes, so let it learn in all of them."
        )
    if document["more_signals_needed"]:
        found.append(
            "the score still rises with the number of signals learned: record more nominal signals."
        )
    return tuple(found)


def recommended_minimum(curve: Sequence[dict[str, Any]]) -> tuple[int, bool]:
    """Fewest signals from which a library is as good as it gets, and whether more would help.

    As good: the worst balanced accuracy is within 0.02 of the best one and the false alarms are at
    most 10 %; rounded up to tens, 20 at least.
    """
    best = max(point["worst"] for point in curve)
    good = [
        point["learned"]
        for point in curve
        if point["worst"] >= best - _NEAR and point["false_alarms"] <= _FALSE_ALARMS
    ]
    chosen = good[0] if good else curve[-1]["learned"]
    more = len(curve) > 1 and curve[-1]["worst"] - curve[-2]["worst"] > _NEAR
    return max(20, -(-chosen // 10) * 10), more


def _shares(
    fitted: FittedPipeline, lines: Lines, learn: np.ndarray, test: np.ndarray
) -> np.ndarray:
    """Share of the limit of lines after learning others."""
    assert fitted.knowledge is not None
    player = device(fitted)
    player.learn(lines.x[learn])
    return shares(player.judge(lines.x[test]), fitted.knowledge.factor)


def _drawn(lines: Lines, rows: np.ndarray, count: int, name: str) -> np.ndarray:
    """So many lines to learn: of a stream a stretch, else any."""
    rng = np.random.default_rng(seed_of(lines.seed, name))
    if lines.in_order:
        start = int(rng.integers(0, len(rows) - count + 1))
        return rows[start : start + count]
    return rng.permutation(rows)[:count]


def _curve(fitted: FittedPipeline, lines: Lines, splits: Sequence[Split]) -> list[dict[str, Any]]:
    """Balanced accuracy, false alarms and detection over the number of signals learned."""
    machines = np.unique(lines.data.machine)
    most = min(len(lines.nominal(s.train, m)) for s in splits for m in machines)
    counts = [count for count in COUNTS if count < most] + [most]
    curve = []
    for count in counts:
        false_alarms, detection = [], []
        for number in range(max(_DRAWS, len(splits))):
            split = splits[number % len(splits)]
            for machine in machines:
                rows = lines.nominal(split.train, machine)
                learn = _drawn(lines, rows, count, f"curve {count} {number}")
                nominal = lines.nominal(split.test, machine)
                abnormal = lines.abnormal(split.test, machine)
                share = _shares(fitted, lines, learn, np.concatenate([nominal, abnormal]))
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
    found = []
    rows = np.arange(len(lines.data.label))
    for machine in np.unique(lines.data.machine):
        nominal = lines.nominal(rows, machine)
        for block in np.array_split(nominal, 5):
            if len(block) < FIRST_SIMILARITY:
                continue
            rest = np.setdiff1d(nominal, block)
            found.append(float((_shares(fitted, lines, block, rest) > 1).mean()))
    return {"mean": float(np.mean(found)) if found else None, "each": found}


def _votes(
    fitted: FittedPipeline, lines: Lines, splits: Sequence[Split]
) -> dict[str, dict[str, float]]:
    """Single detections against votes of five held-out signals in a row.

    ``3_of_5``: three anomalous ones of five. ``mean_of_5``: the mean of their shares of the limit,
    above a ``limit`` of its own, set so that it alarms as often as single detections do: what it
    adds is detection.
    """
    single: dict[int, list[np.ndarray]] = {NORMAL: [], ABNORMAL: []}
    five: dict[int, list[np.ndarray]] = {NORMAL: [], ABNORMAL: []}
    for split in splits:
        for machine in np.unique(lines.data.machine):
            learn = lines.nominal(split.train, machine)
            learn = _drawn(lines, learn, len(learn), f"vote {split.kind} {split.fold}")
            tests = {
                NORMAL: lines.nominal(split.test, machine),
                ABNORMAL: lines.abnormal(split.test, machine),
            }
            for kind, test in tests.items():
                share = _shares(fitted, lines, learn, test)
                single[kind].append(share)
                if len(share) >= _VOTE_OF:
                    window = np.lib.stride_tricks.sliding_window_view(share, _VOTE_OF)
                    five[kind].append(window)
    each = {kind: np.concatenate(parts) for kind, parts in single.items()}
    result = {"single": rates(each[NORMAL] > 1, each[ABNORMAL] > 1)}
    if five[NORMAL] and five[ABNORMAL]:
        normal, abnormal = (np.concatenate(five[kind]) for kind in (NORMAL, ABNORMAL))
        result["3_of_5"] = rates(
            *((window > 1).sum(axis=1) >= _VOTE_ALARM for window in (normal, abnormal))
        )
        alarms = result["single"]["false_alarms"]
        limit = float(np.quantile(normal.mean(axis=1), 1 - alarms, method="higher"))
        found = rates(normal.mean(axis=1) > limit, abnormal.mean(axis=1) > limit)
        result["mean_of_5"] = found | {"limit": limit}
    return result
