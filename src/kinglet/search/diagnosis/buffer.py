"""The buffer does not fit: signals too short or too long."""

from __future__ import annotations

from kinglet.search.diagnosis.case import Case
from kinglet.search.diagnosis.curve import Curve
from kinglet.search.diagnosis.finding import Finding, likelihood_of
from kinglet.search.diagnosis.judged import Difference, Judged

SHORT, LONG = "buffer too short", "buffer too long"
_SHORTEST = 32  # samples; a quarter of fewer tells nothing


def look(case: Case) -> list[Finding]:
    """Judge the first half and the first quarter of each signal."""
    values, length = case.base.signals.values, case.base.signals.length
    if not case.poor or length < _SHORTEST:
        return []
    whole, pipeline = case.halvable
    if whole is None or case.usual is None:
        return []
    half = case.judge(values[:, : length // 2], pipeline)
    if half is None:
        return []
    if (last := case.difference(whole, half)).clear() and case.tells(whole):
        quarter = case.judge(values[:, : length // 4], pipeline)
        return [] if quarter is None else [_too_short(case, whole, half, quarter, last)]
    quarter = case.judge(values[:, : length // 4], pipeline, rival=whole)
    return _too_long(case, case.usual, {2: half} if quarter is None else {2: half, 4: quarter})


def _too_short(
    case: Case, whole: Judged, half: Judged, quarter: Judged, last: Difference
) -> Finding:
    length = case.base.signals.length
    curve = Curve(quarter.mean, half.mean, whole.mean, last.error)
    return Finding(
        cause=SHORT,
        likelihood=likelihood_of(curve.promise / case.missing),
        evidence=(
            f"{case.metric} still seems to rise with the length of the signals: "
            f"{curve.quarter:.3f} with the first {length // 4} samples, {curve.half:.3f} with "
            f"{length // 2}, {curve.whole:.3f} with all {length} (last doubling "
            f"+{curve.last:.3f}, standard error {curve.error:.3f})"
        ),
        advice=(
            f"record signals of {2 * length} samples at the same rate, if RAM and the time "
            f"until an answer allow; by the curve that may bring {case.metric} up by about "
            f"{curve.next:.2f}"
        ),
        figures={"length": length, **curve.figures()},
    )


def _too_long(case: Case, whole: Judged, cut: dict[int, Judged]) -> list[Finding]:
    length = case.base.signals.length
    part, best = max(cut.items(), key=lambda item: item[1].mean)
    difference = case.difference(best, whole)
    if not difference.clear(tried=2):
        return []
    return [
        Finding(
            cause=LONG,
            likelihood=likelihood_of(difference.gain / case.missing),
            evidence=(
                f"the first {length // part} samples alone seem to tell more than all {length}: "
                f"{case.metric} is {best.mean:.3f} with them and {whole.mean:.3f} with all "
                f"(+{difference.gain:.3f}, standard error {difference.error:.3f})"
            ),
            advice=(
                f"cut the signals to {length // part} samples and search again; what comes later "
                "probably belongs to something else, or is noise"
            ),
            figures={
                "length": length,
                "better_length": length // part,
                "whole": whole.mean,
                "cut": best.mean,
                "gain": difference.gain,
                "error": difference.error,
            },
        )
    ]
