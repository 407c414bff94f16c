"""A limit that binds: with more RAM, flash or time the result would be better."""

from __future__ import annotations

from collections.abc import Sequence

from kinglet.costs import Sizes
from kinglet.search.diagnosis.case import Case, lifted
from kinglet.search.diagnosis.finding import Finding, likelihood_of
from kinglet.search.diagnosis.judged import Difference, Judged
from kinglet.search.evaluate import Evaluation
from kinglet.search.limits import Limits

_TRIED = 2  # refused candidates that are judged without limits
_NEAR = 0.9  # of a limit
_SPARING = 0.6  # of the time: above it, features may have been passed over to save some
_WORDS = {"ram": "RAM", "knowledge": "knowledge", "flash": "flash", "time": "time"}
CAUSES = {name: f"{words} limit binds" for name, words in _WORDS.items()}


def look(case: Case) -> list[Finding]:
    """Judge without limits the chosen candidate and the first that were refused for one."""
    if not case.poor or (whole := case.usual) is None:
        return []
    free = lifted(case.problem.limits, time=True)
    best: tuple[Difference, Judged] | None = None
    tried = [entry.pipeline for entry in _first_refused(case.entries)]
    if _use(whole.sizes, case.problem.limits, "time") > _SPARING:
        tried.insert(0, case.pipeline)  # with more time it may select other features
    for pipeline in tried:
        judged = case.judge(pipeline=pipeline, limits=free, rival=whole)
        if judged is None or not case.problem.limits.broken_by(judged.sizes):
            continue
        difference = case.difference(judged, whole)
        better = best is None or difference.gain > best[0].gain
        if difference.clear(tried=1 + _TRIED) and better:
            best = difference, judged
    return [] if best is None else [_finding(case, whole, *best)]


def _first_refused(entries: Sequence[Evaluation]) -> list[Evaluation]:
    """The first refused for each limit in turn; those of the portfolio have the lowest numbers."""
    by_limit: dict[str, list[Evaluation]] = {}
    for entry in sorted(entries, key=lambda entry: entry.number):
        if entry.refused in _WORDS:
            by_limit.setdefault(entry.refused, []).append(entry)
    in_turn = sorted(
        ((place, limit) for limit, own in by_limit.items() for place in range(len(own)))
    )
    return [by_limit[limit][place] for place, limit in in_turn[:_TRIED]]


def _finding(case: Case, whole: Judged, difference: Difference, judged: Judged) -> Finding:
    limits = case.problem.limits
    needs, allowed = _amounts(judged.sizes, limits), _allowed(limits)
    broken = [name for name in _WORDS if needs[name] > allowed[name]]
    # Predicted times count with a margin: the time may bind although it seems to be kept.
    broken = broken or [limits.broken_by(judged.sizes)]
    worst = max(broken, key=lambda name: needs[name] / allowed[name])
    near = [
        entry
        for entry in case.entries
        if entry.complete and entry.sizes and _use(entry.sizes, limits, worst) > _NEAR
    ]
    refused = {name: case.refused[name] for name in _WORDS if case.refused.get(name)}
    counts = ", ".join(f"{count} for {_WORDS[name]}" for name, count in refused.items()) or "none"
    return Finding(
        cause=CAUSES[worst],
        likelihood=likelihood_of(difference.gain / case.missing),
        evidence=(
            f"a candidate that keeps no limits seems better: {case.metric} is {judged.mean:.3f} in "
            f"place of {whole.mean:.3f} (+{difference.gain:.3f}, standard error "
            f"{difference.error:.3f}); it needs "
            + " and ".join(_need_words(name, needs[name], allowed[name]) for name in broken)
            + f"; candidates refused in the search: {counts}; {len(near)} of those kept come "
            f"within a tenth of the {_WORDS[worst]} limit"
        ),
        advice=(
            "allow "
            + " and ".join(_option_words(name, needs[name]) for name in broken)
            + " if the part has it, or take a part with more; or give the search more time to find "
            "a thriftier candidate"
        ),
        figures={
            "limits": broken,
            "needs": {name: needs[name] for name in broken},
            "allowed": {name: allowed[name] for name in broken},
            "within_limits": whole.mean,
            "without_limits": judged.mean,
            "gain": difference.gain,
            "error": difference.error,
            "refused": refused,
            "near_the_limit": len(near),
        },
    )


def _amounts(sizes: Sizes, limits: Limits) -> dict[str, float]:
    """Bytes, and milliseconds; no time where the core has no table of cycles."""
    return {
        "ram": sizes.ram_bytes,
        "knowledge": sizes.knowledge_bytes,
        "flash": sizes.flash_bytes,
        "time": 1e3 * float(sizes.cycles or 0.0) / limits.clock_hz,
    }


def _allowed(limits: Limits) -> dict[str, float]:
    return {
        "ram": limits.ram_bytes,
        "knowledge": limits.knowledge_bytes,
        "flash": limits.flash_bytes,
        "time": 1e3 * limits.time_s,
    }


def _use(sizes: Sizes, limits: Limits, name: str) -> float:
    """Share of a limit that is used."""
    return _amounts(sizes, limits)[name] / _allowed(limits)[name]


def _need_words(name: str, need: float, allowed: float) -> str:
    if name == "time":
        return f"about {need:.3g} ms where {allowed:.3g} are allowed"
    return f"about {need:.0f} bytes of {_WORDS[name]} where {allowed:.0f} are allowed"


def _option_words(name: str, need: float) -> str:
    if name == "time":
        return f"{1.2 * need:.2g} ms (--max-time)"
    return f"{1.1 * need:.0f} bytes of {_WORDS[name]} (--max-{name})"
