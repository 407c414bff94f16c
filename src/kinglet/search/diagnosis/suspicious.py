"""Suspected label errors: all good candidates disagree with the label."""

from __future__ import annotations

import numpy as np
from scipy.stats import norm

from kinglet.pipeline import Pipeline
from kinglet.record import ANOMALY, CLASSIFICATION, EXTRAPOLATION
from kinglet.search.board import ranked
from kinglet.search.diagnosis.case import Case
from kinglet.search.diagnosis.finding import Finding, likelihood_of
from kinglet.search.diagnosis.places import places, some_words
from kinglet.search.diagnosis.rows import kinds
from kinglet.signals import NORMAL
from kinglet.tasks.similarity import shares

CAUSE = "suspected label errors"
_OTHERS = 2  # candidates beside the chosen one, of other models
_DENIED = 0.15  # trust in a label, at most, on average over the candidates
_FEWEST = 2
_SHARE = 0.4  # of all errors: where classes overlap, most errors are near misses
_OFTEN = 3.0  # times as many lines as the bulk of the lines makes expected
_LEAST_SPREAD = 0.5
_MOST = 0.2  # of all lines: of more, single labels are not the cause
_FAR = 5.0  # robust standard deviations that a prediction is off
_PARTS = 5  # of the range of a target, each with an error of its own


def look(case: Case) -> list[Finding]:
    """Ask the chosen candidate, and the best of other models, about each line held out."""
    first = _chosen(case)
    if first is None:
        return []
    errors = _errors(case, first)
    trusts = [_trust(case, first)]
    if not _stands_out(case, trusts, errors):
        return []
    others = [case.held_out(pipeline) for pipeline in _others(case)]
    trusts += [_trust(case, output) for output in others if output is not None]
    if len(trusts) == 1 or not _stands_out(case, trusts, errors):
        return []  # one candidate may be wrong by itself
    trust, denied = np.mean(trusts, axis=0), _denied(trusts)
    share = float(errors[denied].sum() / errors.sum())
    lines = np.flatnonzero(denied)
    return [_finding(case, lines[np.argsort(trust[lines], kind="stable")], share, len(trusts))]


def _denied(trusts: list[np.ndarray]) -> np.ndarray:
    """Lines whose label all deny, and strongly on average."""
    return np.asarray((np.max(trusts, axis=0) < 0.5) & (np.mean(trusts, axis=0) < _DENIED))


def _stands_out(case: Case, trusts: list[np.ndarray], errors: np.ndarray) -> bool:
    """Whether the denied lines are few, yet most of the errors, and no tail of all the others."""
    denied = _denied(trusts)
    if not _FEWEST <= denied.sum() <= _MOST * len(denied):
        return False
    if errors[denied].sum() < _SHARE * errors.sum():
        return False
    return bool(denied.sum() > _OFTEN * _expected(case, np.mean(trusts, axis=0)) + 1)


def _expected(case: Case, trust: np.ndarray) -> float:
    """Lines that would be denied if the logit of the trust were normal in each class.

    Its middle and spread are robust: some wrong labels do not move them, classes that overlap do.
    """
    if case.task == EXTRAPOLATION:
        return 0.0
    bounded = np.clip(trust, 1e-3, 1 - 1e-3)
    logit, kind = np.log(bounded / (1 - bounded)), kinds(case.base)
    count = 0.0
    for number in np.unique(kind):
        mine = logit[kind == number]
        middle = float(np.median(mine))
        spread = max(_LEAST_SPREAD, 1.4826 * float(np.median(np.abs(mine - middle))))
        count += len(mine) * float(norm.cdf((np.log(_DENIED / (1 - _DENIED)) - middle) / spread))
    return count


def _chosen(case: Case) -> np.ndarray | None:
    """What the chosen candidate says of each line of `Case.base`."""
    if case.base is case.data and "random" in case.chosen.held_out:
        return case.chosen.held_out["random"]
    return case.held_out(case.pipeline)


def _others(case: Case) -> list[Pipeline]:
    """The best pipelines of other models, each of another one."""
    best = {case.pipeline.model.name: case.pipeline}
    for entry in ranked(case.entries):
        best.setdefault(entry.pipeline.model.name, entry.pipeline)
    return list(best.values())[1 : 1 + _OTHERS]


def _trust(case: Case, outputs: np.ndarray) -> np.ndarray:
    """What is left of each label, 0 to 1; below 0.5 another answer is nearer."""
    label = case.base.label
    if case.task == CLASSIFICATION:
        own = outputs[np.arange(len(label)), label]
        others = outputs.copy()
        others[np.arange(len(label)), label] = 0
        return np.asarray(own / np.maximum(own + others.max(axis=1), 1e-30))
    if case.task == EXTRAPOLATION:
        return 1.0 / (1.0 + (_distance(label, outputs[:, 0]) / _FAR) ** 4 / _DENIED)
    # Above a share of 1 a signal is unlike the nominal ones.
    share = shares(outputs) if case.task == ANOMALY else outputs[:, 0]
    share = np.maximum(share, 0.0)
    trust = np.where(label == NORMAL, 1 / (1 + share), share / (1 + share))
    if case.base.imitated:
        trust = np.where(label == NORMAL, trust, 1.0)
    return np.asarray(np.nan_to_num(trust, nan=1.0))


def _distance(target: np.ndarray, predicted: np.ndarray) -> np.ndarray:
    """Robust standard deviations that predictions are off, by those of similar targets."""
    error = np.abs(np.nan_to_num(predicted.astype(np.float64) - target))
    rank = np.argsort(np.argsort(target, kind="stable"), kind="stable")
    part = rank * _PARTS // len(target)
    usual = np.array([np.median(error[part == number]) for number in range(_PARTS)])
    return np.asarray(error / np.maximum(1.4826 * usual[part], 1e-30))


def _errors(case: Case, outputs: np.ndarray) -> np.ndarray:
    """What each line lacks; of targets that were never held out, nothing."""
    return np.asarray(np.nan_to_num(1.0 - case.merit(outputs, case.base.label)))


def _finding(case: Case, lines: np.ndarray, share: float, asked: int) -> Finding:
    label = "target" if case.task == EXTRAPOLATION else "class"
    return Finding(
        cause=CAUSE,
        likelihood=likelihood_of(share),
        evidence=(
            f"all {asked} candidates that were asked disagree with the {label} of {len(lines)} "
            f"lines, and with confidence; these lines make up {100 * share:.0f} % of all errors: "
            f"{some_words(case.base, lines)}"
        ),
        advice=(
            f"look at these lines: their {label} may be wrong, or something happened while they "
            "were recorded; correct or remove what is wrong, and search again"
        ),
        figures={
            "lines": places(case.base, lines),
            "share_of_errors": share,
            "candidates_asked": asked,
        },
    )
