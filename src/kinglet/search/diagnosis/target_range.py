"""Where in the range of the target the errors sit."""

from __future__ import annotations

import numpy as np

from kinglet.record import EXTRAPOLATION
from kinglet.search.diagnosis.case import Case
from kinglet.search.diagnosis.finding import Finding, likelihood_of

CAUSE = "errors in one range of the target"
_PARTS = 5
_SHARE = 0.4  # of the squared errors; a fifth would be even
_FEWEST = 10  # lines in each part
_CLEAR = 3.0  # standard errors


def look(case: Case) -> list[Finding]:
    """Compare the squared errors of held-out lines in five parts of the target's range."""
    if case.task != EXTRAPOLATION or not case.poor:
        return []
    outputs = min(
        case.chosen.held_out.values(), key=lambda o: case.problem.task.accuracy(case.data.label, o)
    )
    known = np.isfinite(outputs[:, 0])
    target = case.data.label[known].astype(np.float64)
    squared = (outputs[known, 0] - target) ** 2
    edges = np.quantile(target, np.linspace(0, 1, _PARTS + 1))
    part = np.clip(np.searchsorted(edges, target, side="right") - 1, 0, _PARTS - 1)
    sums = np.bincount(part, weights=squared, minlength=_PARTS)
    worst = int(sums.argmax())
    inside = part == worst
    if min(inside.sum(), (~inside).sum()) < _FEWEST or squared.sum() == 0:
        return []
    share = float(sums[worst] / sums.sum())
    # Squares of errors have long tails: their size decides, not its square.
    size = np.sqrt(squared)
    gap = size[inside].mean() - size[~inside].mean()
    error = np.sqrt(sum(size[mine].var() / mine.sum() for mine in (inside, ~inside)))
    if share < _SHARE or gap < _CLEAR * error:
        return []
    low, high = edges[worst], edges[worst + 1]
    return [
        Finding(
            cause=CAUSE,
            likelihood=likelihood_of(share),
            evidence=(
                f"{100 * share:.0f} % of the squared errors sit at targets from {low:.4g} to "
                f"{high:.4g}, where {100 * inside.mean():.0f} % of the lines are; the mean error "
                f"is {size[inside].mean():.3g} there and {size[~inside].mean():.3g} elsewhere"
            ),
            advice=(
                f"record more signals at targets from {low:.4g} to {high:.4g} and a little beyond; "
                "perhaps the sensor saturates there, or the reference that gave the targets is "
                "less exact"
            ),
            figures={
                "low": float(low),
                "high": float(high),
                "share_of_squared_errors": share,
                "share_of_lines": float(inside.mean()),
                "mean_error_inside": float(size[inside].mean()),
                "mean_error_elsewhere": float(size[~inside].mean()),
            },
        )
    ]
