"""Any candidate of a search becomes a library."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kinglet.ccode import Names
from kinglet.errors import NothingFitsError, StickingError
from kinglet.library import Library
from kinglet.search import Candidate
from kinglet.search.standing import Standing
from kinglet.targets import Target, get
from kinglet.toolchain import CORES, Abi
from kinglet.workflow.build import ATTEMPTS, describe_built


@dataclass(frozen=True)
class Picked:
    """What `pick` built.

    Parameters
    ----------
    candidate : Candidate
    library : Library
    document : dict
        What is known of both, as in ``result.json``.
    """

    candidate: Candidate
    library: Library
    document: dict[str, Any]


def pick(
    out: str | Path,
    number: int | None = None,
    *,
    within: float | None = None,
    target: Target | str | None = None,
    abi: Abi | None = None,
    suffix: str | None = None,
) -> Picked:
    """Build a candidate of a search, while it runs or at any time after it.

    Parameters
    ----------
    out : path
        What `make` was given.
    number : int, optional
        Any candidate that was judged on all splits; by default the recommended one.
    within : float, optional
        The smallest candidate at most so many points below the recommended one.
    target : Target or str, optional
        Another part, board or core than the search was for; its limits are not kept then.
    abi, suffix
        As in `make`; by default what the search was begun with.

    Raises
    ------
    InputError
        If there is no such search or candidate.
    NothingFitsError, StickingError
        If the compiled library is refused.
    """
    standing = Standing(Path(out))
    chosen = get(target) if isinstance(target, str) else target
    if abi is None and chosen is None:
        abi = standing.plan.abi
    core = (chosen or standing.context.target).core_key
    CORES[core].checked_abi(abi)
    suffix = standing.plan.suffix if suffix is None else suffix
    Names(suffix)
    why = ""
    candidates = standing.choose(number, within)[:ATTEMPTS]
    for candidate in candidates:
        made, warnings = standing.again(candidate)
        try:
            library = made.build(chosen, abi=abi, suffix=suffix)
        except (NothingFitsError, StickingError) as error:
            if len(candidates) == 1:
                raise
            why = str(error)
            continue
        document = {
            "schema": 1,
            "task": standing.context.task.name,
            **describe_built(made, library),
        }
        document["warnings"] = [*warnings, *document["warnings"]]
        return Picked(made, library, document)
    raise NothingFitsError(f"the best candidates were compiled and refused; of the last one: {why}")
