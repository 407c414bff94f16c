"""One stretch of the recordings is unlike the rest."""

from __future__ import annotations

import numpy as np

from kinglet.search.diagnosis.case import Case
from kinglet.search.diagnosis.finding import Finding, likelihood_of
from kinglet.search.diagnosis.judged import ROOM
from kinglet.search.diagnosis.rows import kinds

CAUSE = "one stretch unlike the rest"
_CLEAR = 3.0  # standard errors: neighbouring lines are alike
_FEWEST = 8  # lines


def look(case: Case) -> list[Finding]:
    """Compare each line held out with its neighbours to the same line held out alone."""
    held_out = case.chosen.held_out
    if not case.poor or not {"random", "block"} <= set(held_out):
        return []
    merit = {kind: case.merit(held_out[kind], case.data.label) for kind in ("random", "block")}
    lost = merit["random"] - merit["block"]
    blocks = [split for split in case.splits if split.kind == "block"]
    clear = [split for split in blocks if _is_clear(lost[split.test])]
    if not clear:
        return []
    worst = max(clear, key=lambda split: lost[split.test].mean())
    mine = worst.test
    where = _words(case, mine)
    here = {kind: float(values[mine].mean()) for kind, values in merit.items()}
    # What is missing is an average over both kinds of split.
    share = lost[mine].sum() / 2 / max(1e-9, _all_missing(merit))
    return [
        Finding(
            cause=CAUSE,
            likelihood=likelihood_of(share),
            evidence=(
                f"{where} seem unlike the rest: held out one by one, {100 * here['random']:.0f} % "
                f"of what they hold is told rightly, held out together {100 * here['block']:.0f} %"
            ),
            advice=(
                "find out what was different then (mounting, speed, load, person, temperature); if "
                "the device will meet it too, record more of such stretches, else leave it out"
            ),
            figures={
                "lines": _places(case, mine),
                "held_out_one_by_one": here["random"],
                "held_out_together": here["block"],
            },
        )
    ]


def _all_missing(merit: dict[str, np.ndarray]) -> float:
    return float(sum((1 - values).sum() for values in merit.values()) / len(merit))


def _is_clear(lost: np.ndarray) -> bool:
    if len(lost) < _FEWEST:
        return False
    return bool(lost.mean() > max(ROOM, _CLEAR * lost.std() / np.sqrt(len(lost))))


def _places(case: Case, rows: np.ndarray) -> list[dict[str, object]]:
    """First and last line of each class in each file."""
    signals, places = case.data.signals, []
    both = np.stack([signals.file[rows], kinds(case.data)[rows]])
    for file, kind in np.unique(both, axis=1).T:
        lines = signals.line[rows[(both == [[file], [kind]]).all(axis=0)]]
        places.append(
            {"file": signals.files[file], "first": int(lines.min()), "last": int(lines.max())}
        )
    return places


def _words(case: Case, rows: np.ndarray) -> str:
    named = [
        f"{place['file']} lines {place['first']} to {place['last']}"
        for place in _places(case, rows)
    ]
    more = f" and {len(named) - 3} more" if len(named) > 3 else ""
    return ", ".join(named[:3]) + more
