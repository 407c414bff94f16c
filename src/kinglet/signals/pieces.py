"""Large arrays a piece at a time, so that what is computed of them stays small."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

_VALUES = 1 << 20


def pieces(values: npt.NDArray[np.float32]) -> Iterator[slice]:
    """Cut signals into runs of about a million values, 8 MB as float64.

    Parameters
    ----------
    values : ndarray, shape (n_signals, length, axes)

    Yields
    ------
    slice
        Of signals, in order; each signal is in one of them.
    """
    step = max(1, _VALUES // max(1, values[0].size)) if len(values) else 1
    for start in range(0, len(values), step):
        yield slice(start, min(start + step, len(values)))


def spread_of(values: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    """Standard deviation of each axis over all signals, shape (axes,)."""
    count = values.shape[0] * values.shape[1]
    mean = values.mean(axis=(0, 1), dtype=np.float64)
    squares = [np.square(values[part] - mean).sum(axis=(0, 1)) for part in pieces(values)]
    return np.asarray(np.sqrt(np.sum(squares, axis=0) / count))
