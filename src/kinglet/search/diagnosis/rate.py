"""The sampling rate does not fit: what tells the answer lies too high or too low for it."""

from __future__ import annotations

import numpy as np

from kinglet.search.diagnosis.case import Case
from kinglet.search.diagnosis.finding import Finding, likelihood_of
from kinglet.search.diagnosis.judged import Difference, Judged

LOW, HIGH = "rate too low", "rate too high"
_SHORTEST = 16  # samples
_TOP = 0.3  # of the power in the highest quarter of the band: it seems to go on beyond
_BEYOND = 0.5  # what less bandwidth takes away only hints at what more would bring


def look(case: Case) -> list[Finding]:
    """Judge signals of half the rate, in which each sample is the mean of two."""
    signals = case.base.signals
    if not case.poor or signals.length < _SHORTEST:
        return []
    whole, pipeline = case.halvable
    if whole is None or case.usual is None:
        return []
    pairs = signals.values.reshape(len(signals), signals.length // 2, 2, signals.axes)
    slow = case.judge(pairs.mean(axis=2), pipeline)
    if slow is None:
        return []
    top = _top_share(signals.values)
    if (more := case.difference(slow, case.usual)).clear():
        return [_too_high(case, case.usual, slow, more, top)]
    if (less := case.difference(whole, slow)).clear() and top > _TOP:
        return [_too_low(case, whole, slow, less, top)]
    return []


def _too_high(case: Case, whole: Judged, slow: Judged, more: Difference, top: float) -> Finding:
    return Finding(
        cause=HIGH,
        likelihood=likelihood_of(more.gain / case.missing),
        evidence=(
            f"half the rate seems to tell more: {case.metric} is {slow.mean:.3f} with the mean of "
            f"every two samples and {whole.mean:.3f} with all of them (+{more.gain:.3f}, standard "
            f"error {more.error:.3f})"
        ),
        advice=(
            f"sample {_rate_words(case, 0.5)}, or filter low-pass first: what is in the upper half "
            "of the band is probably noise; as many samples then last twice as long, which may "
            "help besides"
        ),
        figures=_figures(case, whole, slow, more, top),
    )


def _too_low(case: Case, whole: Judged, slow: Judged, less: Difference, top: float) -> Finding:
    return Finding(
        cause=LOW,
        likelihood=likelihood_of(_BEYOND * less.gain / case.missing),
        evidence=(
            f"the upper half of the band seems to matter: {case.metric} falls from "
            f"{whole.mean:.3f} to {slow.mean:.3f} at half the rate ({-less.gain:.3f}, standard "
            f"error {less.error:.3f}), and {100 * top:.0f} % of the swing's power lies in its "
            "highest quarter, so there may be more above it"
        ),
        advice=(
            f"record a few signals {_rate_words(case, 2)} and compare; if the sensor has no filter "
            "of its own, what lies above half the rate may be folded into the band"
        ),
        figures=_figures(case, whole, slow, less, top),
    )


def _figures(
    case: Case, whole: Judged, slow: Judged, difference: Difference, top: float
) -> dict[str, float | None]:
    return {
        "rate_hz": case.base.signals.rate,
        "as_it_is": whole.mean,
        "half_rate": slow.mean,
        "difference": difference.gain,
        "error": difference.error,
        "power_in_top_quarter": top,
    }


def _rate_words(case: Case, factor: float) -> str:
    rate = case.base.signals.rate
    if rate is None:
        return "at half the rate" if factor < 1 else "at twice the rate"
    return f"at {factor * rate:g} Hz in place of {rate:g} Hz"


def _top_share(values: np.ndarray) -> float:
    """Share of the power about the mean, of all signals and axes, in the top quarter of the band.

    Each axis weighs the same.
    """
    power = (np.abs(np.fft.rfft(values - values.mean(axis=1, keepdims=True), axis=1)) ** 2).mean(0)
    total = power.sum(axis=0)
    top = power[-(len(power) // 4) :].sum(axis=0)
    return float(np.mean(np.divide(top, total, out=np.zeros_like(total), where=total > 0)))
