"""What a model says of itself."""

from __future__ import annotations

from typing import Any

import numpy as np

from kinglet.record.base import Record
from kinglet.record.values import Config, Fitted


class Model(Record):
    """A model learned on the desk: fitted in Python, computed in C.

    The C function is::

        static void kn_NAME(const kn_NAME_block *block, const float *in, float *out,
                            float *scratch);

    For classification ``out`` holds one probability a class, summing to 1.
    """

    def fit(
        self, config: Config, x: np.ndarray, y: np.ndarray, n_outputs: int, seed: int
    ) -> dict[str, np.ndarray]:
        """Fit.

        The same arguments give the same bits. What variants of a configuration share (centres,
        grown trees) is remembered for a while by lines and seed: give them the same seed.

        Parameters
        ----------
        x : ndarray of float32, shape (n, n_features)
            Scaled features.
        y : ndarray, shape (n,)
            Class of each line, 0..n_outputs-1; or its target, floating point.
        n_outputs : int
            Number of classes; 1 for a target.
        seed : int
            Seed of everything drawn.
        """
        raise NotImplementedError

    def block(self, config: Config, fitted: Fitted) -> dict[str, Any]:
        """Values of the C parameter block, by name of field."""
        raise NotImplementedError

    def scratch(self, config: Config, n_inputs: int, n_outputs: int) -> int:
        """Scratch memory that one call needs, in floats."""
        return 0

    def cost(self, config: Config, fitted: Fitted, n_inputs: int, n_outputs: int) -> float:
        """Operations of one call."""
        raise NotImplementedError

    def typical_bytes(self, config: Config, n_inputs: int, n_outputs: int) -> int:
        """Bytes of parameters to expect before anything is fitted."""
        raise NotImplementedError

    def oracle(self, config: Config, fitted: Fitted, x: np.ndarray) -> np.ndarray:
        """Compute the same in NumPy or scikit-learn, shape (n, n_outputs); in tests only."""
        raise NotImplementedError
