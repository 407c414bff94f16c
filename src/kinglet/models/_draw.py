"""Pseudo-random numbers of the device, the oracle of `kinglet/runtime/draw.h`."""

from __future__ import annotations

_PERIOD = 1 << 24


class Draws:
    """Numbers of 24 bits, one after the other.

    Parameters
    ----------
    last : int
        The number before the first.
    """

    def __init__(self, last: int = 0) -> None:
        self.last = last

    def next(self) -> int:
        """The next number, 0 to 2^24 - 1."""
        self.last = (self.last * 1140671485 + 12820163) % _PERIOD
        return self.last

    def signed(self) -> float:
        """The next number as a value in [-1, 1)."""
        return 2 * self.next() / _PERIOD - 1
