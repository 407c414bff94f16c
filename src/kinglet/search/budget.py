"""How long a search goes on: time, candidates, or until it has converged."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from kinglet.errors import InputError

_FEWEST = 100  # candidates before a search may be called converged
_REST = 1 / 3  # of the candidates without gain
MOST_JOBS = 1024


@dataclass(frozen=True)
class Budget:
    """What ends a search; whichever comes first.

    Parameters
    ----------
    seconds : float
        Infinite for no bound in time.
    candidates : int, optional
    converged : bool
        Whether the search ends when the last third of the candidates brought no gain.
    """

    seconds: float = np.inf
    candidates: int | None = None
    converged: bool = False

    def has_converged(self, told: int, last_gain: int) -> bool:
        """Whether nothing was gained for so long that little is to be expected.

        Parameters
        ----------
        told : int
            Candidates that are known.
        last_gain : int
            How many were known when the best one was found.
        """
        return self.converged and told >= _FEWEST and last_gain <= (1 - _REST) * told


def make_budget(budget: float | str | None, candidates: int | None) -> Budget:
    """Check what a search was given; the arguments are those of `kinglet.search`.

    Raises
    ------
    InputError
        If nothing bounds the search, or a bound is not a number above 0.
    """
    if budget is None and candidates is None:
        raise InputError("give a budget of time or a number of candidates")
    if candidates is not None and not (isinstance(candidates, int) and candidates > 0):
        raise InputError(f"candidates is {candidates}: give a whole number above 0")
    if budget == "converged":
        return Budget(candidates=candidates, converged=True)
    if isinstance(budget, str):
        raise InputError(f"budget is {budget!r}: give seconds, or 'converged'")
    if budget is not None and not (math.isfinite(budget) and budget > 0):
        raise InputError(f"budget is {budget}: give a number of seconds above 0, or 'converged'")
    return Budget(candidates=candidates) if budget is None else Budget(budget, candidates)


def check_jobs(jobs: int | None) -> None:
    """Refuse what cannot be a number of workers.

    Raises
    ------
    InputError
    """
    if jobs is not None and not (isinstance(jobs, int) and 0 < jobs <= MOST_JOBS):
        raise InputError(f"jobs is {jobs}: give a number from 1 to {MOST_JOBS}")
