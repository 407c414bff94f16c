"""Level and strength: all that tells the classes apart, or what the features leave out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from kinglet.record import Shape
from kinglet.search.blocks import branch, fitting
from kinglet.search.diagnosis.case import Case
from kinglet.search.diagnosis.finding import Finding, likelihood_of
from kinglet.search.diagnosis.judged import Judged

OFFSET, GAIN, LEFT_OUT = "only the offset differs", "only the gain differs", "level is left out"
_SHARE = 0.5  # of what is told beyond chance


def look(case: Case) -> list[Finding]:
    """Judge signals without their offset and gain, and features that tell both."""
    if case.data.imitated or case.base.signals.length < 2 or (whole := case.usual) is None:
        return []
    return _all_there_is(case, whole) + _left_out(case, whole)


def _all_there_is(case: Case, whole: Judged) -> list[Finding]:
    told = whole.mean - case.chance
    values = case.base.signals.values

    def share(judged: Judged | None) -> float:
        """What is lost, of what is told beyond chance; 0 where it is not clear."""
        if judged is None or not (lost := case.difference(whole, judged)).clear():
            return 0.0
        return lost.gain / told

    if told <= 0 or share(case.judge(_without_gain(_without_offset(values)))) < _SHARE:
        return []
    found = []
    for cause, change, words, advice in (
        (OFFSET, _without_offset, "offset (the mean of each axis)", _OFFSET_ADVICE),
        (GAIN, _without_gain, "gain (the strength of the swing)", _GAIN_ADVICE),
    ):
        judged = case.judge(change(values))
        if judged is None or (lost := share(judged)) < _SHARE:
            continue
        found.append(
            Finding(
                cause=cause,
                likelihood=likelihood_of(lost),
                evidence=(
                    f"most of what is told seems to be in the {words}: {case.metric} falls from "
                    f"{whole.mean:.3f} to {judged.mean:.3f} where all signals have the same "
                    f"(guessing gives {case.chance:.2f})"
                ),
                advice=advice,
                figures={"as_it_is": whole.mean, "same_for_all": judged.mean, "share": lost},
            )
        )
    return found


_OFFSET_ADVICE = (
    "the library may be thrown off by another mounting, a tilt or a drift of the sensor: check "
    "that the offset belongs to what you want to tell and not to the day of the recording, and "
    "record each class with several mountings"
)
_GAIN_ADVICE = (
    "the library may be thrown off by another gain, coupling or distance of the sensor: check that "
    "the strength belongs to what you want to tell, and record each class with several mountings "
    "and at several strengths"
)


def _left_out(case: Case, whole: Judged) -> list[Finding]:
    """Whether mean and strength beside the features tell more."""
    signals = case.base.signals
    level = [branch("time_statistics"), branch("segment_means", segments=1)]
    fit = fitting(level, Shape(signals.length, signals.axes))
    chains = case.pipeline.chains()
    if not case.poor or level[0] in chains:
        return []
    chains = tuple(dict.fromkeys([*chains, *fit]))
    added_to = replace(case.pipeline, prefix=(), branches=chains)
    judged = case.judge(pipeline=added_to, rival=whole)
    if judged is None or not (difference := case.difference(judged, whole)).clear():
        return []
    # More features may help by themselves; without offset and gain these must not.
    without = case.judge(_without_gain(_without_offset(signals.values)), added_to)
    if without is None or not case.difference(judged, without).clear():
        return []
    return [
        Finding(
            cause=LEFT_OUT,
            likelihood=likelihood_of(difference.gain / case.missing),
            evidence=(
                "the chosen features seem to leave out the level or the strength of the signals: "
                f"with them beside, {case.metric} is {judged.mean:.3f} in place of "
                f"{whole.mean:.3f} (+{difference.gain:.3f}, standard error {difference.error:.3f})"
            ),
            advice=(
                "probably a filter, or a search that was too short, takes away the mean: leave out "
                "the high-pass filter or search longer; if level or strength change with the "
                "mounting, they are rightly left out, and other signals are needed"
            ),
            figures={
                "as_it_is": whole.mean,
                "with_level": judged.mean,
                "gain": difference.gain,
                "error": difference.error,
            },
        )
    ]


def _without_offset(values: np.ndarray) -> np.ndarray:
    """Every axis of every signal about the mean of that axis over all signals."""
    mean = values.mean(axis=1, keepdims=True)
    return np.asarray(values - mean + mean.mean(axis=0, keepdims=True), dtype=np.float32)


def _without_gain(values: np.ndarray) -> np.ndarray:
    """Every signal's swing as strong as the usual one; the axes keep their proportions."""
    mean = values.mean(axis=1, keepdims=True)
    swing = (values - mean).astype(np.float64)
    strength = np.sqrt((swing**2).mean(axis=(1, 2), keepdims=True))
    usual = np.median(strength)
    scaled = np.divide(usual * swing, strength, out=np.zeros_like(swing), where=strength > 0)
    return np.asarray(mean + scaled, dtype=np.float32)
