"""A library that says the same of every signal is refused, however well it scored."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kinglet.errors import StickingError
from kinglet.signals import change_beyond_doubt

if TYPE_CHECKING:
    from kinglet.library.build import Library

_LINES = 64
_NOMINAL = 90


def refuse_sticking(library: Library, nominal: np.ndarray, seed: int) -> None:
    """Run the finished library, pretrained, over nominal signals and over changed ones.

    Scaled to ten times and shuffled, most signals of at least one kind must fall below 90: a
    library may be blind to one of the changes (statistics do not see the order of samples), never
    to both.

    Parameters
    ----------
    nominal : ndarray of float32, shape (n, length, axes)

    Raises
    ------
    StickingError
    """
    some = nominal[:: max(1, len(nominal) // _LINES)][:_LINES]
    found = []
    for values in (
        change_beyond_doubt(some, "scaled", seed),
        change_beyond_doubt(some, "shuffled", seed),
    ):
        similarity = library.emulate(values, pretrained=True).outputs[:, 0]
        found.append(float(np.mean(similarity < _NOMINAL)))
    usual = library.emulate(some, pretrained=True).outputs
    if max(found) < 0.5 or np.ptp(usual[:, 1]) == 0:
        raise StickingError(
            "the library says the same of nominal signals and of ones scaled to ten times or "
            f"shuffled ({100 * max(found):.0f} % of them are found at most)"
        )
