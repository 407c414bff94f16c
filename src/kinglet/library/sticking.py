"""A library that says the same of every signal is refused, however well it scored."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

from kinglet.errors import StickingError
from kinglet.signals import change_beyond_doubt

if TYPE_CHECKING:
    from kinglet.library.build import Library

_LINES = 64
_NOMINAL = 90
_CHANGES: tuple[Literal["scaled", "shuffled"], ...] = ("scaled", "shuffled")


def refuse_sticking(library: Library, nominal: np.ndarray, seed: int) -> None:
    """Run the finished library, pretrained, over nominal signals and over changed ones.

    Most of the signals that it learned must be nominal, and of the same signals scaled to ten
    times, or of those shuffled, most must not: a library may be blind to one of the changes
    (statistics do not see the order of samples), never to both.

    Parameters
    ----------
    nominal : ndarray of float32, shape (n, length, axes)

    Raises
    ------
    StickingError
    """
    some = nominal[:_LINES]

    def anomalous(values: np.ndarray) -> float:
        similarity = library.emulate(values, pretrained=True).outputs[:, 0]
        return float(np.mean(similarity < _NOMINAL))

    found = [anomalous(change_beyond_doubt(some, kind, seed)) for kind in _CHANGES]
    alarms = anomalous(some)
    if max(found) < 0.5 or alarms > 0.5:
        raise StickingError(
            f"the library finds {100 * max(found):.0f} % of nominal signals anomalous when they "
            f"are scaled to ten times or shuffled, {100 * alarms:.0f} % as they are: it sticks"
        )
