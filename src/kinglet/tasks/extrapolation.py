"""Extrapolation: which number belongs to this signal, learned on the desk from known ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from kinglet.ccode import Names
from kinglet.errors import InputError
from kinglet.pipeline import Output, Trained
from kinglet.signals import Labelled, Split, make_target_splits
from kinglet.tasks import regression
from kinglet.tasks.desk import DeskTask, Usage, value_function
from kinglet.tasks.task import Emulation, Settled

_LONGEST_UNIT = 32
_BEYOND = 0.05  # of the learned range, on each side
# A lead below this share of the error that is left, or below so much R2, held on recordings that
# were known; on cells, seasons and runs that were held out it was luck.
_LUCK, _MOST_LUCK = 0.5, 0.03


class Extrapolation(DeskTask):
    """Learned on the desk from signals with their targets.

    Parameters
    ----------
    clip : bool
        Whether predictions are kept within the learned range, 5 % wider on each side.
    unit : str
        Of the target.
    time_series : bool, optional
        Whether the lines follow each other in time; seen from the data by default.
    """

    name = "extrapolation"
    stem = "neai_extrapolation"
    purpose = "the number that belongs to one signal"
    has_classes = False
    stressed = False
    metric = "r2"
    least = -np.inf
    portfolio_order = True

    def __init__(self, clip: bool = True, unit: str = "", time_series: bool | None = None) -> None:
        self.clip = clip
        self.unit = unit
        self.time_series = time_series

    def with_settings(self, **settings: Any) -> Extrapolation:
        """With other settings: ``clip``, ``target_unit``, ``time_series``."""
        clip = settings.pop("clip", self.clip)
        unit = settings.pop("target_unit", self.unit)
        time_series = settings.pop("time_series", self.time_series)
        super().with_settings(**settings)
        if len(unit) > _LONGEST_UNIT or not unit.isprintable() or "*/" in unit or "\\" in unit:
            raise InputError(
                f"--target-unit is {unit!r}, but it becomes a comment in C: give up to "
                f"{_LONGEST_UNIT} characters such as degC or m/s"
            )
        return Extrapolation(clip, unit, time_series)

    def check(self, data: Labelled) -> None:
        """Targets in place of classes."""
        if data.classes:
            raise InputError("extrapolation needs targets, not classes: see kinglet.read_targets")

    def splits(self, data: Labelled, seed: int, folds: int = 5) -> list[Split]:
        """Folds that leave out no part of the target's range where that can be helped."""
        signals = data.signals
        return make_target_splits(
            data.label,
            signals.group,
            signals.line,
            signals.file,
            folds=folds,
            seed=seed,
            time_series=self.time_series,
        )

    def target(self, label: np.ndarray) -> tuple[np.ndarray, Output | None]:
        """Targets with mean 0 and standard deviation 1."""
        label = label.astype(np.float64)
        mean, spread = label.mean(), max(label.std(), 1e-30)
        low, high = None, None
        if self.clip:
            beyond = _BEYOND * np.ptp(label)
            low, high = label.min() - beyond, label.max() + beyond
        return (label - mean) / spread, Output(spread, mean, low, high)

    def split_metric(
        self,
        label: np.ndarray,
        outputs: np.ndarray,
        machine: np.ndarray,
        *,
        imitated: bool = False,
    ) -> float:
        """R2, and 0 where the mean of the targets would have been a better guess."""
        return max(0.0, regression.r2(label, outputs[:, 0]))

    def accuracy(self, label: np.ndarray, outputs: np.ndarray) -> float:
        """R2 of the lines that were held out."""
        known = np.isfinite(outputs[:, 0])
        return regression.r2(label[known], outputs[known, 0])

    def standard_error(self, mean: float, n_signals: int) -> float:
        """Of R2 on new recordings.

        Half of the variance that is left unexplained, 0.03 at most, as was measured; or, where it
        is more, that for normal errors (Olkin and Finn 1995): 2 R (1 - R2) / sqrt(n).
        """
        normal = 2 * np.sqrt(max(mean, 0.0)) * (1 - mean) / np.sqrt(n_signals)
        return float(max(normal, min(_LUCK * (1 - mean), _MOST_LUCK)))

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
        """Judge all splits; the margin is that of the median error.

        The margin of a split is 1 - median |error| / median |target - median target|, 0 at least.
        """
        settled = super().settle(label, machine, splits, outputs)
        margins = [
            regression.margin(label[split.test], result[:, 0])
            for split, result in zip(splits, outputs, strict=True)
        ]
        return Settled(settled.scores, settled.outputs, float(np.mean(margins)))

    def summary(self, data: Labelled, outputs: np.ndarray) -> dict[str, Any]:
        """Metrics of out-of-fold predictions."""
        known = np.isfinite(outputs[:, 0])
        label, predicted = data.label[known], outputs[known, 0]
        low, high = regression.bootstrap_interval(label, predicted, data.signals.group[known])
        return {
            **regression.metrics(label, predicted),
            "r2_interval": {"low": low, "high": high, "level": 0.95},
            "target_unit": self.unit or None,
            "target_range": {"low": float(data.label.min()), "high": float(data.label.max())},
            "clipped": self.clip,
        }

    def rows(
        self, outputs: np.ndarray, label: np.ndarray | None, classes: Sequence[str]
    ) -> list[dict[str, Any]]:
        """Prediction for each signal, null where it was never held out; the target where known."""
        rows: list[dict[str, Any]] = []
        for index, value in enumerate(outputs[:, 0]):
            row: dict[str, Any] = {"prediction": float(value) if np.isfinite(value) else None}
            if label is not None:
                row["target"] = float(label[index])
            rows.append(row)
        return rows

    def answers(
        self, emulation: Emulation, options: Mapping[str, Any], classes: Sequence[str]
    ) -> tuple[list[dict[str, Any]], dict[str, Any]]:
        """Prediction for each signal, their range, and the errors where targets are known.

        R2 is None for targets that are all the same.
        """
        target = options.get("target")
        rows = self.answered(emulation, target, classes)
        known = emulation.states == 0
        summary: dict[str, Any] = {"predicted": int(known.sum())}
        if known.any():
            predicted = emulation.outputs[known, 0]
            summary |= {"low": float(predicted.min()), "high": float(predicted.max())}
            if target is not None:
                summary |= regression.metrics(np.asarray(target)[known], predicted)
                if np.ptp(np.asarray(target)[known]) == 0:
                    summary["r2"] = None
        return rows, summary

    def predicted(self, outputs: np.ndarray, classes: Sequence[str]) -> np.ndarray:
        """The numbers."""
        return outputs[:, 0]

    def results(self, fitted: Trained, names: Names) -> list[tuple[str, str, int, str]]:
        """One float."""
        unit = f" in {self.unit}" if self.unit else ""
        return [("float", "prediction", 1, f"written; the number{unit}")]

    def helpers(self, fitted: Trained) -> str:
        """The prediction in the target's unit."""
        return value_function(fitted)

    def compute(self, fitted: Trained) -> str:
        """Predict."""
        return "    *prediction = neai_value(in);"

    def emulated(self, fitted: Trained) -> str:
        """The prediction."""
        return "        emulator_out[0] = emulator_prediction[0];"

    def usage(self, fitted: Trained, names: Names) -> Usage:
        """Use the number."""
        return Usage(
            purpose="the number",
            handler="on_prediction(float prediction)",
            call="on_prediction(prediction)",
            variable="float prediction = 0.0f",
            arguments="&prediction",
        )
