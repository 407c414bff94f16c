"""How the metric grows with what there is of something: three points, each twice the last."""

from __future__ import annotations

from dataclasses import asdict, dataclass

_SLOWEST = 0.9  # of a doubling's gain is left for the next one, at most
_UNSURE = 0.8  # what is beyond the data weighs less than what was measured


@dataclass(frozen=True)
class Curve:
    """The metric with a quarter, a half and the whole.

    A power law with a ceiling, s(n) = c - a n^-b, gains of each doubling the same share of what the
    one before it gained; so three points settle it, and the gain of the next doubling.

    Parameters
    ----------
    quarter, half, whole : float
    error : float
        Standard error of the last doubling's gain.
    """

    quarter: float
    half: float
    whole: float
    error: float

    @property
    def last(self) -> float:
        """Gain of the last doubling."""
        return self.whole - self.half

    @property
    def _ratio(self) -> float:
        before = self.half - self.quarter
        return min(_SLOWEST, self.last / before) if before > 0 else _SLOWEST

    @property
    def next(self) -> float:
        """Gain of the next doubling; never more than half of what is missing."""
        return min(self.last * self._ratio, (1 - self.whole) / 2)

    @property
    def next_range(self) -> tuple[float, float]:
        """The same for a last gain two standard errors smaller or larger."""
        spread = 2 * self.error * self._ratio
        return max(0.0, self.next - spread), min(1 - self.whole, self.next + spread)

    @property
    def promise(self) -> float:
        """Gain of all further doublings, weighed down: it lies beyond the data."""
        ratio = self._ratio
        return _UNSURE * min(1 - self.whole, self.last * ratio / (1 - ratio))

    def figures(self) -> dict[str, float]:
        """Plain data."""
        low, high = self.next_range
        return {
            **asdict(self),
            "next_doubling": self.next,
            "next_doubling_low": low,
            "next_doubling_high": high,
        }
