"""What a library may take at most."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kinglet.costs import Sizes
from kinglet.errors import NothingFitsError

_MARGIN = 1.15  # predicted cycles are seldom farther off


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
    knowledge_bytes : int
        Of RAM, what a library that learns on the device may keep.
    """

    ram_bytes: int
    flash_bytes: int
    time_s: float
    clock_hz: float
    knowledge_bytes: int = 4 << 10

    @property
    def cycles(self) -> float:
        """Cycles that fit into the time."""
        return self.time_s * self.clock_hz

    def check(self, sizes: Mapping[str, Any]) -> None:
        """Refuse a compiled library whose measured sizes or time break a limit.

        Raises
        ------
        NothingFitsError
        """
        time_ms = sizes["time_ms"]
        if (
            sizes["ram_bytes"] > self.ram_bytes
            or sizes["flash_bytes"] > self.flash_bytes
            or (time_ms is not None and time_ms > 1e3 * self.time_s)
        ):
            time = "" if time_ms is None else f", {time_ms:.2f} ms"
            raise NothingFitsError(
                f"the compiled library takes {sizes['ram_bytes']} bytes of RAM, "
                f"{sizes['flash_bytes']} of flash{time}, more than the limits allow"
            )

    def broken_by(self, sizes: Sizes) -> str:
        """Name the first bound that is broken; empty where all are kept.

        The time of a core without a table of cycles is unknown and bounds nothing; a predicted one
        is taken with a margin.
        """
        if sizes.ram_bytes > self.ram_bytes:
            return "ram"
        if sizes.knowledge_bytes > self.knowledge_bytes:
            return "knowledge"
        if sizes.flash_bytes > self.flash_bytes:
            return "flash"
        if sizes.cycles is not None and _MARGIN * sizes.cycles > self.cycles:
            return "time"
        return ""
