"""One axis alone tells more than all of them."""

from __future__ import annotations

from kinglet.search.diagnosis.case import Case
from kinglet.search.diagnosis.finding import Finding, likelihood_of

CAUSE = "one axis better alone"
_MOST = 6  # axes


def look(case: Case) -> list[Finding]:
    """Judge each axis alone."""
    signals = case.base.signals
    if not case.poor or not 2 <= signals.axes <= _MOST or (whole := case.usual) is None:
        return []
    alone = {}
    for axis in range(signals.axes):
        judged = case.judge(signals.values[:, :, [axis]], rival=whole)
        if judged is not None:
            alone[axis] = judged
    if not alone:
        return []
    axis, best = max(alone.items(), key=lambda item: item[1].mean)
    difference = case.difference(best, whole)
    if not difference.clear(tried=signals.axes):
        return []
    return [
        Finding(
            cause=CAUSE,
            likelihood=likelihood_of(difference.gain / case.missing),
            evidence=(
                f"axis {axis + 1} of {signals.axes} alone seems to tell more than all: "
                f"{case.metric} is {best.mean:.3f} with it and {whole.mean:.3f} with all "
                f"(+{difference.gain:.3f}, standard error {difference.error:.3f})"
            ),
            advice=(
                f"search with axis {axis + 1} alone; look at how the other axes are mounted and "
                "wired, they probably carry noise or something that has nothing to do with "
                "the answer"
            ),
            figures={
                "axis": axis,
                "all": whole.mean,
                "alone": best.mean,
                "gain": difference.gain,
                "error": difference.error,
            },
        )
    ]
