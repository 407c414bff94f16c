"""Ask every cause, and put what was found in order."""

from __future__ import annotations

from threadpoolctl import threadpool_limits

from kinglet.search.diagnosis import (
    axes,
    buffer,
    confused,
    few_signals,
    level,
    limits,
    outlying,
    rate,
    stretch,
    suspicious,
    target_range,
)
from kinglet.search.diagnosis.case import Case
from kinglet.search.diagnosis.finding import Finding

# Those that judge nothing anew come first: they are there even where time is short.
CAUSES = (
    confused,
    target_range,
    stretch,
    outlying,
    suspicious,
    few_signals,
    limits,
    level,
    axes,
    buffer,
    rate,
)


def diagnose(case: Case) -> list[Finding]:
    """Why a result is poor, as far as the data and the search show it.

    Returns
    -------
    list of Finding
        Most likely first; empty where nothing is found beyond chance.
    """
    with threadpool_limits(1):
        found = [finding for cause in CAUSES for finding in cause.look(case)]
    return sorted(found, key=lambda finding: -finding.likelihood)
