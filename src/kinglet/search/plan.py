"""How a search is run and what is built at its end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from kinglet.errors import InputError
from kinglet.search.budget import check_jobs, make_budget
from kinglet.search.strategy import STRATEGIES
from kinglet.toolchain import Abi


@dataclass(frozen=True)
class Plan:
    """How a search is run and what is built at its end; `kinglet.search` and `kinglet.make`.

    Parameters
    ----------
    budget : float, "converged" or None
    candidates, jobs : int, optional
    strategy : {"evolution", "random"}
    estimate : bool
    abi : {"hard", "softfp", "soft"}, optional
    suffix : str
    within : float, optional
        Build the smallest candidate whose score is so many points below the best one's, at most.

    Raises
    ------
    InputError
        For what no search can be run with.
    """

    budget: float | Literal["converged"] | None = 60.0
    candidates: int | None = None
    jobs: int | None = None
    strategy: str = "evolution"
    estimate: bool = True
    abi: Abi | None = None
    suffix: str = ""
    within: float | None = None

    def __post_init__(self) -> None:
        """Check every number."""
        make_budget(self.budget, self.candidates)
        check_jobs(self.jobs)
        if self.strategy not in STRATEGIES:
            names = " or ".join(STRATEGIES)
            raise InputError(f"there is no strategy {self.strategy!r}: use {names}")
        if self.within is not None and not 0 <= self.within <= 100:
            raise InputError(f"within is {self.within:g}: give points of the score, 0 to 100")
