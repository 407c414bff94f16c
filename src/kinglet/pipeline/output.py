"""What a library does to the output of its model before anybody sees it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Output:
    """value = gain * raw + offset in float32, then kept within a range.

    Parameters
    ----------
    gain, offset : float
        Undo the scaling of a target, or bring a raw score to a scale on which 1 is the line.
    low, high : float, optional
        Range; without bound where None. Both or none.
    """

    gain: float = 1.0
    offset: float = 0.0
    low: float | None = None
    high: float | None = None

    def __post_init__(self) -> None:
        """All numbers are those that the C holds: float32."""
        for name, value in asdict(self).items():
            if value is not None:
                object.__setattr__(self, name, float(np.float32(value)))

    def apply(self, raw: np.ndarray) -> np.ndarray:
        """Values of raw outputs, float32 of the same shape; the arithmetic of the C."""
        value = np.float32(self.gain) * raw.astype(np.float32) + np.float32(self.offset)
        if self.low is not None and self.high is not None:
            value = np.where(value < np.float32(self.low), np.float32(self.low), value)
            value = np.where(value > np.float32(self.high), np.float32(self.high), value)
        return np.asarray(value, dtype=np.float32)

    def to_json(self) -> dict[str, Any]:
        """Plain data."""
        return asdict(self)
