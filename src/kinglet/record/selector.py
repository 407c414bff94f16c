"""What a way to select features says of itself."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from kinglet.record.base import Record
from kinglet.record.values import Config


class Selector(Record):
    """A way to select a few features of the joined pool, in Python only: it has no C."""

    def header(self) -> Path:
        """A selector has no C."""
        raise TypeError(f"{self.name} is a selector: it has no C")

    def select(
        self,
        config: Config,
        x: np.ndarray,
        y: np.ndarray,
        pool: Any,
        limit: float,
        seed: int,
    ) -> np.ndarray:
        """Select features, the best first.

        With all else the same, what is selected for a smaller ``count`` is the beginning of what is
        selected for a larger one.

        Parameters
        ----------
        x : ndarray of float32, shape (n, n_features)
            Training lines, standard-scaled and clipped to +-5.
        y : ndarray, shape (n,)
            Class of each line, an integer; or its target, floating point, mean 0.
        pool : kinglet.pipeline.Pool
            What the features cost.
        limit : float
            Operations that the selected features may cost together; may be infinite.
        seed : int
            Seed of everything drawn.

        Returns
        -------
        ndarray of int64
            Indices in the order in which they were chosen, never of a feature that is constant over
            the lines; empty where the limit pays for none.
        """
        raise NotImplementedError
