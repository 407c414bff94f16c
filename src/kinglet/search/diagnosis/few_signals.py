"""Too few signals: the learning curve still rises."""

from __future__ import annotations

from kinglet.record import OUTLIER
from kinglet.search.diagnosis.case import Case
from kinglet.search.diagnosis.curve import Curve
from kinglet.search.diagnosis.finding import Finding, likelihood_of
from kinglet.signals import describe_groups

CAUSE = "too few signals"


def look(case: Case) -> list[Finding]:
    """Train on a quarter, a half and all of the training lines of the same splits."""
    if not case.poor:
        return []
    whole = case.usual
    if whole is None or not case.tells(whole):
        return []
    half = case.judge(training=1 / 2)
    if half is None or not (last := case.difference(whole, half)).clear():
        return []
    quarter = case.judge(training=1 / 4)
    if quarter is None:
        return []
    return [_finding(case, Curve(quarter.mean, half.mean, whole.mean, last.error))]


def _finding(case: Case, curve: Curve) -> Finding:
    nominal = case.task == OUTLIER or not case.data.classes
    what = "recordings" if describe_groups(case.data) else "signals"
    each = "" if nominal else " of each class"
    low, high = curve.next_range
    return Finding(
        cause=CAUSE,
        likelihood=likelihood_of(curve.promise / case.missing),
        evidence=(
            f"{case.metric} still seems to rise with the {what} to learn from: {curve.quarter:.3f} "
            f"with a quarter of them, {curve.half:.3f} with half, {curve.whole:.3f} with all "
            f"(last doubling +{curve.last:.3f}, standard error {curve.error:.3f})"
        ),
        advice=(
            f"record more {what}{each}, in the conditions that the device will meet; by the curve, "
            f"twice as many may bring {case.metric} up by about {curve.next:.2f} (roughly "
            f"{low:.2f} to {high:.2f})"
        ),
        figures=curve.figures(),
    )
