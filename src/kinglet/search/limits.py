"""What a library may take at most."""

from __future__ import annotations

from dataclasses import dataclass

from kinglet.costs import Sizes


@dataclass(frozen=True)
class Limits:
    """Bounds that every candidate keeps.

    Parameters
    ----------
    ram_bytes, flash_bytes : int
    time_s : float
        Of one inference.
    clock_hz : float
        Clock that the time is told for.
    """

    ram_bytes: int
    flash_bytes: int
    time_s: float
    clock_hz: float

    @property
    def cycles(self) -> float:
        """Cycles that fit into the time."""
        return self.time_s * self.clock_hz

    def broken_by(self, sizes: Sizes) -> str:
        """Name the first bound that is broken; empty where all are kept.

        The time of a core without a table of cycles is unknown and bounds nothing.
        """
        if sizes.ram_bytes > self.ram_bytes:
            return "ram"
        if sizes.flash_bytes > self.flash_bytes:
            return "flash"
        if sizes.cycles is not None and sizes.cycles > self.cycles:
            return "time"
        return ""
