"""A result becomes a library, and a document that says what is known of both."""

from __future__ import annotations

from typing import Any

from kinglet.errors import NothingFitsError, StickingError
from kinglet.library import Library
from kinglet.search import Candidate, Result, board, warnings_of
from kinglet.toolchain import Abi

ATTEMPTS = 8
_FAR = 0.05  # that the metric of the search may be above the expected one


def build_best(
    result: Result, *, abi: Abi | None = None, suffix: str = "", within: float | None = None
) -> tuple[Candidate, Library]:
    """Build the best candidate whose measured sizes and time keep the limits too.

    One that says the same of every signal is passed over. With ``within`` the smallest candidate
    so many points below the best comes first.
    """
    why = ""
    smallest = [] if within is None else [result.within(within)]
    for candidate in [*smallest, *result.recommended][:ATTEMPTS]:
        try:
            return candidate, candidate.build(abi=abi, suffix=suffix)
        except (NothingFitsError, StickingError) as error:
            why = str(error)
    raise NothingFitsError(
        f"the {min(ATTEMPTS, len(result.ranking))} best candidates were compiled and refused; of "
        f"the last one: {why}"
    )


def describe(result: Result, candidate: Candidate, library: Library) -> dict[str, Any]:
    """Content of ``result.json``: what the search found, and what the build measured."""
    document = result.to_json()
    if candidate.evaluation is not result.best.evaluation:
        document["out_of_fold"] = candidate.rows()
    document["leaderboard"] = _leaderboard(document["leaderboard"], candidate, library)
    rows = document.pop("out_of_fold")
    built = describe_built(candidate, library)
    warnings = [*built["warnings"], *optimism_warnings(document)]
    if result.recordings is not None:
        warnings += result.recordings.warnings()
    return {**document, **built, "warnings": warnings, "out_of_fold": rows}


def _leaderboard(
    rows: list[dict[str, Any]], candidate: Candidate, library: Library
) -> list[dict[str, Any]]:
    """The leaderboard with what was built, which another one may beat where that was asked for."""
    rows = [row | {"built": row["number"] == candidate.number} for row in rows]
    if not any(row["built"] for row in rows):
        clock, sizes = candidate.context.limits.clock_hz, library.sizes()
        mine = board.row(candidate.whole, clock, recommended=False, built=True)
        rows.append(mine | {name: sizes[name] for name in ("flash_bytes", "ram_bytes")})
    return sorted(rows, key=lambda row: -row["score"])


def describe_built(candidate: Candidate, library: Library) -> dict[str, Any]:
    """What is known of one candidate and its library."""
    document = candidate.summary()
    warnings = list(candidate.context.data.signals.warnings)
    if candidate.learning:
        document |= candidate.learning
        warnings += warnings_of(document)
    return {
        **document,
        **candidate.boundary,
        "core": library.core.name,
        "float_abi": library.abi,
        "optimise": library.optimise,
        "library_id": library.sources.identifier,
        **library.sizes(),
        "warnings": warnings,
    }


def optimism_warnings(document: dict[str, Any]) -> list[str]:
    """A warning where the search shows much more than new data will."""
    gap, expected = document["optimism"], document["expected"]
    if gap is None or gap <= _FAR:
        return []
    value = expected["value"]
    return [
        f"the search shows {value + gap:.2f}, on new data expect {value:.2f}: it chose the best of "
        "many candidates by the same signals that it shows them on, so part of the lead is luck; "
        "more signals, from more recordings, bring the two together"
    ]
