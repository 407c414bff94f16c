"""How long a search goes on: time, candidates, or until it has converged."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

_FEWEST = 100  # candidates before a search may be called converged
_REST = 1 / 3  # of the candidates without gain


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
