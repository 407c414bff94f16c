"""1-class classification: is this signal like the normal ones, the only ones that were learned.

The model gives a raw score, higher for what is less like the normal signals. The library brings it
to a scale on which the usual score of an unseen normal signal is 0 and the limit is 1.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from sklearn.metrics import roc_auc_score

from kinglet.ccode import Names
from kinglet.errors import InputError
from kinglet.pipeline import Output, Trained
from kinglet.signals import NORMAL, Labelled, Split
from kinglet.tasks import metrics
from kinglet.tasks.desk import DeskTask, Usage, value_function
from kinglet.tasks.task import Emulation, Settled

RATE = 0.05
_FEWEST_BLOCKS = 3
_AT_MOST = 2  # times the rate, of all held-out lines


class Outlier(DeskTask):
    """Learned on the desk from normal signals; imitations of outliers tell how tight it is.

    Parameters
    ----------
    rate : float
        Share of unseen normal signals that may be taken for outliers.
    """

    name = "outlier"
    stem = "neai_outlier"
    purpose = "whether one signal is unlike the normal ones"
    has_classes = False
    stressed = False
    portfolio_order = True

    def __init__(self, rate: float = RATE) -> None:
        self.rate = rate

    def with_settings(self, **settings: Any) -> Outlier:
        """With another ``outlier_rate``, above 0 and up to 0.2."""
        rate = settings.pop("outlier_rate", self.rate)
        if not 0 < rate <= 0.2:
            raise InputError(f"--outlier-rate is {rate:g}: give a share above 0, up to 0.2")
        super().with_settings(**settings)
        return Outlier(rate)

    def check(self, data: Labelled) -> None:
        """Normal signals and imitations."""
        if not data.imitated or not data.classes:
            raise InputError("outlier learns from normal signals alone: see kinglet.read_normal")

    def learned(self, label: np.ndarray) -> np.ndarray:
        """Normal lines."""
        return np.asarray(label == NORMAL)

    def target(self, label: np.ndarray) -> tuple[np.ndarray, Output | None]:
        """Normal or imitation, for the selection; the limit is known when all splits are run."""
        return label, Output()

    def split_metric(
        self,
        label: np.ndarray,
        outputs: np.ndarray,
        machine: np.ndarray,
        *,
        imitated: bool = False,
    ) -> float:
        """1: the limit, and what it rejects, are known only when all splits are run."""
        return 1.0

    def accuracy(self, label: np.ndarray, outputs: np.ndarray) -> float:
        """Balanced accuracy at the limit."""
        return metrics.balanced_accuracy(label, (outputs[:, 0] > 1).astype(np.int64))

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
        """Find the limit from held-out normal scores; judge each split by that of the others.

        No line that a split holds out takes part in its limit: each was held out once more in a
        split of the other kind.

        The metric of a split is sqrt(recall tightness): the share of its normal signals within the
        limit, and the share of the imitations of all splits beyond it. So neither a library to
        which everything is normal nor one to which everything is an outlier has any score.
        """
        normal = self._held_out(label, splits, outputs)
        judged, recalls, rejected, margins = [], [], [], []
        for split, result in zip(splits, outputs, strict=True):
            others = self._held_out(label, splits, outputs, without=split.test)
            own = self._output(others).apply(result)
            known = label[split.test] == NORMAL
            judged.append(own)
            recalls.append(float((own[known, 0] <= 1).mean()))
            rejected.append(float((own[~known, 0] > 1).mean()))
            margins.append(_margin(known, own[:, 0]))
        scores = [float(np.sqrt(recall * np.mean(rejected))) for recall in recalls]
        return Settled(scores, judged, float(np.mean(margins)), output=self._output(normal))

    @staticmethod
    def _held_out(
        label: np.ndarray,
        splits: Sequence[Split],
        outputs: list[np.ndarray],
        without: np.ndarray | tuple[()] = (),
    ) -> list[tuple[str, np.ndarray]]:
        """Kind of each split, and the raw scores of its normal lines; of some lines none."""
        normal: list[tuple[str, np.ndarray]] = []
        for split, result in zip(splits, outputs, strict=True):
            mine = (label[split.test] == NORMAL) & ~np.isin(split.test, without)
            if mine.any():
                normal.append((split.kind, result[mine, 0].astype(np.float64)))
        return normal

    def _output(self, normal: Sequence[tuple[str, np.ndarray]]) -> Output:
        """From raw scores of unseen normal signals to the scale on which the limit is 1.

        The limit is a conformal quantile for ``rate``, of all held-out scores but those of the
        block that reaches highest: most unlike what it was judged by, it would set the limit for
        all. It is no lower than that for twice the rate of all of them.

        Parameters
        ----------
        normal : sequence of (str, ndarray)
            Kind of split, and scores of the normal lines that it held out.
        """
        every = np.concatenate([held for _, held in normal])
        limit = max(
            _conformal(_without_worst_block(normal, self.rate), self.rate),
            _conformal(every, _AT_MOST * self.rate),
        )
        usual = float(np.median(every))
        gain = 1 / max(limit - usual, 1e-6 * max(1e-6, abs(limit)))
        return Output(gain, -usual * gain)

    def summary(self, data: Labelled, outputs: np.ndarray) -> dict[str, Any]:
        """Metrics of out-of-fold scores at the limit."""
        label, found = data.label, (outputs[:, 0] > 1).astype(np.int64)
        low, high = metrics.bootstrap_interval(label, found, data.signals.group)
        false, rejected = found[label == NORMAL].mean(), found[label != NORMAL].mean()
        return {
            "balanced_accuracy": float(1 - false + rejected) / 2,
            "balanced_accuracy_interval": {"low": low, "high": high, "level": 0.95},
            "false_outliers": float(false),
            "outlier_rate": self.rate,
            "imitations_rejected": float(rejected),
            "auc": float(roc_auc_score(label, outputs[:, 0])),
        }

    def rows(
        self, outputs: np.ndarray, label: np.ndarray | None, classes: Sequence[str]
    ) -> list[dict[str, Any]]:
        """Whether each signal is an outlier, and its score; the true class where known."""
        rows: list[dict[str, Any]] = []
        for index, score in enumerate(outputs[:, 0]):
            row: dict[str, Any] = {"outlier": int(score > 1), "score": float(score)}
            if label is not None:
                row["true_class"] = classes[label[index]]
            rows.append(row)
        return rows

    def answers(
        self, emulation: Emulation, options: Mapping[str, Any], classes: Sequence[str]
    ) -> tuple[list[dict[str, Any]], dict[str, Any]]:
        """Outlier or not, the score, and how many are."""
        rows = self.answered(emulation, None, classes)
        found = [row["outlier"] for row in rows if row]
        return rows, {"normal": found.count(0), "outliers": found.count(1)}

    def predicted(self, outputs: np.ndarray, classes: Sequence[str]) -> np.ndarray:
        """1 for an outlier, 0 for a normal signal."""
        return (outputs[:, 0] > 1).astype(np.int64)

    def results(self, fitted: Trained, names: Names) -> list[tuple[str, str, int, str]]:
        """One byte."""
        return [("uint8_t", "is_outlier", 1, "written; 1 for an outlier, 0 for a normal signal")]

    def helpers(self, fitted: Trained) -> str:
        """The score."""
        return "\n/* Score of a signal: above 1 it is an outlier. */" + value_function(fitted)

    def compute(self, fitted: Trained) -> str:
        """Compare the score with 1."""
        return "    *is_outlier = (neai_value(in) > 1.0f) ? 1u : 0u;"

    def emulated(self, fitted: Trained) -> str:
        """The score, which the API does not tell."""
        return "        emulator_out[0] = neai_value(emulator_in);"

    def usage(self, fitted: Trained, names: Names) -> Usage:
        """Act on an outlier."""
        return Usage(
            purpose="a signal unlike all that were learned",
            handler="on_outlier(void)",
            call="on_outlier()",
            variable="uint8_t is_outlier = 0",
            arguments="&is_outlier",
            condition=" && is_outlier",
        )


def _conformal(scores: np.ndarray, rate: float) -> float:
    """Smallest score that a share of ``rate`` at most, of as many signals and one more, exceeds."""
    rank = int(np.ceil((1 - rate) * (len(scores) + 1))) - 1
    return float(np.sort(scores)[min(rank, len(scores) - 1)])


def _without_worst_block(normal: Sequence[tuple[str, np.ndarray]], rate: float) -> np.ndarray:
    """Scores of all but the block that reaches highest, where three or more were held out."""
    blocks = [index for index, (kind, _) in enumerate(normal) if kind == "block"]
    worst = -1
    if len(blocks) >= _FEWEST_BLOCKS:
        worst = max(blocks, key=lambda index: np.quantile(normal[index][1], 1 - rate))
    return np.concatenate([held for index, (_, held) in enumerate(normal) if index != worst])


def _margin(normal: np.ndarray, score: np.ndarray) -> float:
    """Mean distance to the limit, up to 1, of lines on the right side; both kinds weigh alike."""
    inside = np.clip(1 - score[normal], 0, 1).mean()
    beyond = np.clip(score[~normal] - 1, 0, 1).mean()
    return float((inside + beyond) / 2)
