"""What a library that learns on the device is born with."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Knowledge:
    """Settings of the judgement, and what was learned on the desk for ``init(true)``.

    Parameters
    ----------
    factor : float
        Widens (above 1) or narrows the limit up to which a signal is nominal.
    minimum : int
        Signals that should be learned on the device.
    learned : int
        Signals that were learned on the desk.
    state : ndarray of float32
        What the model remembers of them.
    calibration : ndarray of float32, shape (8,)
        Which scores are usual.
    """

    factor: float
    minimum: int
    learned: int
    state: np.ndarray
    calibration: np.ndarray

    def to_json(self) -> dict[str, float]:
        """The plain numbers."""
        return {"factor": self.factor, "minimum": self.minimum, "learned": self.learned}
