"""Anomaly detection: learned on the device, signal by signal; how like the learned is this one.

An output is a pair: z, how far the score of a signal lies above the usual one, and the limit up to
which it is nominal. Their quotient is the share; similarity = 100 - 10 share, and 90 is the line.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from sklearn.metrics import roc_auc_score

from kinglet.ccode import Names
from kinglet.errors import InputError
from kinglet.pipeline import Plan, Trained
from kinglet.record import FIRST_SIMILARITY
from kinglet.signals import ABNORMAL, NORMAL, Labelled, Split
from kinglet.tasks import anomaly_c, metrics
from kinglet.tasks.similarity import (
    choose_factor,
    curves_of,
    machines_of,
    margin_of,
    rates,
    separation_of,
    shares,
    similarities,
)
from kinglet.tasks.task import Emulated, Emulation, Settled, Task

NOMINAL = 90
_PARTS = 20
_SENSITIVITIES = (0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 5.0)


class Anomaly(Task):
    """Learned on the device from nominal signals; abnormal ones only help to choose the library."""

    name = "anomaly"
    public = anomaly_c.PUBLIC
    measured = anomaly_c.MEASURED
    includes = ("stdbool.h", "stdint.h")
    exports = anomaly_c.EXPORTS
    stressed = False
    whole_stretches = False  # a device learns the modes of its machine
    max_time_s = 0.005

    def split_metric(
        self,
        label: np.ndarray,
        outputs: np.ndarray,
        machine: np.ndarray,
        *,
        imitated: bool = False,
    ) -> float:
        """Balanced accuracy at the best factor for this split alone: a bound from above.

        The factor is one for all splits, so none of them can do better in the end. Imitations are
        not to be detected, only to be told apart: there the factor is 1, and the area under the ROC
        curve stands in place of the detection.
        """
        if imitated:
            return min(separation_of(label[m], outputs[m]) for m in machines_of(machine))
        return float(min(c.balanced.max() for c in curves_of(label, outputs, machine)))

    def accuracy(self, label: np.ndarray, outputs: np.ndarray) -> float:
        """Balanced accuracy at similarity 90."""
        return metrics.balanced_accuracy(label, (shares(outputs) > 1).astype(np.int64))

    def settle(
        self,
        label: np.ndarray,
        machine: np.ndarray,
        splits: Sequence[Split],
        outputs: list[np.ndarray],
        *,
        fixed: bool = False,
        imitated: bool = False,
    ) -> Settled:
        """Choose the factor of the limit, and judge each split with the one of the others.

        The factor is the one of best mean balanced accuracy over the splits (the middle of those
        as good) among those with at most 3 % false alarms in the median split; 1 where it is fixed
        or the anomalies are imitations.
        The margin is the mean of max(0, 1 - share) over the nominal and of
        max(0, 1 - 1 / share) over the abnormal signals, each kind weighing the same.
        """
        curves = [
            curve
            for split, result in zip(splits, outputs, strict=True)
            for curve in curves_of(label[split.test], result, machine[split.test])
        ]
        each = len(curves) // len(splits)  # machines
        judged, scores, margins, factors = [], [], [], []
        for number, (split, result) in enumerate(zip(splits, outputs, strict=True)):
            others = curves[: number * each] + curves[(number + 1) * each :]
            factor = 1.0 if fixed or imitated else choose_factor(others)
            own = np.stack([result[:, 0], result[:, 1] * np.float32(factor)], axis=1)
            truth = label[split.test]
            judged.append(own)
            factors.append(factor)
            margins.append(margin_of(truth, own))
            judge = separation_of if imitated else self.accuracy
            scores.append(min(judge(truth[m], own[m]) for m in machines_of(machine[split.test])))
        factor = 1.0 if fixed or imitated else choose_factor(curves)
        return Settled(scores, judged, float(np.mean(margins)), factor, factors)

    def summary(self, data: Labelled, outputs: np.ndarray) -> dict[str, Any]:
        """Metrics of out-of-fold outputs at similarity 90, and what sensitivity does."""
        label, share = data.label, shares(outputs)
        anomalous = (share > 1).astype(np.int64)
        low, high = metrics.bootstrap_interval(label, anomalous, _alike(data))
        similarity = similarities(outputs)
        kinds = normal, abnormal = label == NORMAL, label == ABNORMAL

        def rates_at(sensitivity: float) -> dict[str, float]:
            found = shares(outputs * np.array([sensitivity, 1], dtype=np.float32)) > 1
            return rates(found[normal], found[abnormal])

        return {
            **rates(share[normal] > 1, share[abnormal] > 1),
            "balanced_accuracy_interval": {"low": low, "high": high, "level": 0.95},
            "auc": float(roc_auc_score(label, share)),
            "abnormal_signals": "imitated" if data.imitated else "given",
            "similarity": {
                name: {
                    "mean": float(similarity[mine].mean()),
                    "quantiles": np.percentile(similarity[mine], (5, 25, 50, 75, 95)).tolist(),
                }
                for name, mine in (("normal", normal), ("abnormal", abnormal))
            },
            "sensitivity": [{"sensitivity": value, **rates_at(value)} for value in _SENSITIVITIES],
            "machines": [
                {
                    "machine": int(number),
                    **rates(*(share[kind & (data.machine == number)] > 1 for kind in kinds)),
                }
                for number in np.unique(data.machine)
            ],
        }

    def rows(
        self, outputs: np.ndarray, label: np.ndarray | None, classes: Sequence[str]
    ) -> list[dict[str, Any]]:
        """Similarity and score of each signal; the true class where known."""
        rows: list[dict[str, Any]] = []
        for index, (similarity, z) in enumerate(
            zip(similarities(outputs), outputs[:, 0], strict=True)
        ):
            row: dict[str, Any] = {"similarity": int(similarity), "score": float(z)}
            if label is not None:
                row["true_class"] = classes[label[index]]
            rows.append(row)
        return rows

    def answers(
        self, emulation: Emulation, options: Mapping[str, Any], classes: Sequence[str]
    ) -> tuple[list[dict[str, Any]], dict[str, Any]]:
        """Similarity of each signal, and how many are nominal at the threshold (90 by default)."""
        threshold = NOMINAL if options.get("threshold") is None else options["threshold"]
        rows: list[dict[str, Any]] = []
        for state, (similarity, z) in zip(emulation.states, emulation.outputs, strict=True):
            if state not in anomaly_c.ANSWERED:
                rows.append({})
                continue
            known = not np.isnan(z)
            rows.append(
                {
                    "similarity": int(similarity) if known else 0,
                    "score": float(z) if known else None,
                    "anomalous": bool(similarity < threshold) if known else None,
                }
            )
        found = [row["anomalous"] for row in rows if row]
        return rows, {
            "learned": emulation.extra["learned"],
            "threshold": threshold,
            "nominal": found.count(False),
            "anomalous": found.count(True),
        }

    def macros(self, fitted: Trained) -> dict[str, Any]:
        """The recommended number of signals to learn."""
        assert fitted.knowledge is not None
        return {"NEAI_MINIMUM_LEARNING": fitted.knowledge.minimum}

    def declarations(self, fitted: Trained, names: Names) -> str:
        """Prototypes of the version 5 API, with sensitivity and knowledge."""
        return anomaly_c.declarations(names)

    def glue(self, plan: Plan | None, fitted: Trained, names: Names) -> str:
        """Public functions in C."""
        return anomaly_c.glue(plan, fitted, names)

    def example(self, fitted: Trained, names: Names) -> str:
        """Learn, then raise an alarm on a vote of five."""
        return anomaly_c.example(names)

    def emulator(self, fitted: Trained, names: Names) -> str:
        """Entry points of the WebAssembly module."""
        return anomaly_c.emulator(fitted, names)

    def harness(self, fitted: Trained, names: Names) -> str:
        """C that the emulated core runs."""
        return anomaly_c.harness(fitted, names)

    def harness_bytes(self, fitted: Trained) -> int:
        """Similarity and state, a word each."""
        return 8

    def emulate(
        self, library: Emulated, values: np.ndarray, options: Mapping[str, Any]
    ) -> Emulation:
        """Learn signals, then judge others.

        Parameters
        ----------
        options : mapping
            ``learn``: signals to learn first, float32 (n, length, axes). ``pretrained``: begin
            with the knowledge of the desk. ``knowledge``: bytes to begin with in place of an
            initialisation. ``sensitivity``: a number, above 0 to 100. All may be absent.

        Returns
        -------
        Emulation
            Outputs are similarity and z, NaN where the library gave none; extra holds ``learned``
            and ``knowledge``, as they are at the end.
        """
        address, size = int(library.call("emulator_knowledge")), library.metadata["knowledge_bytes"]
        if options.get("knowledge") is not None:
            library.write(address, options["knowledge"])
            # A sensitivity of 0 is refused without effect, unless there is nothing to refuse it.
            if library.call("emulator_sensitivity", 0.0) == anomaly_c.NOT_INITIALIZED:
                raise InputError(
                    "the knowledge that was loaded is damaged or of another library: load one that "
                    "this very library has saved"
                )
        else:
            library.call("emulator_init", int(bool(options.get("pretrained"))))
        if options.get("sensitivity") is not None:
            library.call("emulator_sensitivity", float(options["sensitivity"]))
        learn = options.get("learn")
        for signal in () if learn is None else learn:
            library.put(signal)
            library.call("emulator_learn")
        learned = int(library.call("emulator_learned"))
        states = np.empty(len(values), dtype=np.int64)
        outputs = np.full((len(values), 2), np.nan, dtype=np.float32)
        for index, signal in enumerate(values):
            library.put(signal)
            states[index] = library.call("emulator_run")
            if states[index] in anomaly_c.ANSWERED and learned >= FIRST_SIMILARITY:
                outputs[index] = (
                    library.call("emulator_similarity"),
                    library.call("emulator_score"),
                )
        extra = {"learned": learned, "knowledge": library.read(address, size)}
        return Emulation(states, outputs, extra)


def _alike(data: Labelled) -> np.ndarray:
    """Lines that stand or fall together: a recording's, or a twentieth of that of a stream."""
    signals = data.signals
    if signals.length > 1:
        return signals.group
    lines = np.bincount(signals.file, minlength=len(signals.files))[signals.file]
    return np.asarray(_PARTS * signals.file + _PARTS * (signals.line - 1) // lines)
