"""Some of the signals, with all that is known of them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from kinglet.signals.read import Labelled


def take(data: Labelled, rows: npt.NDArray[np.int64]) -> Labelled:
    """Select signals; what is known of each, and of all, stays what it was.

    Parameters
    ----------
    data : Labelled
    rows : ndarray of int, shape (n,)
        Signals to take, from 0, in the order in which they shall come.

    Returns
    -------
    Labelled
        Copies of the signals, labels and machines in `rows`; files, classes and warnings of all.
        An imitation follows its signal only if `rows` names both: where `data.imitated`, signals
        first, then the imitation of each in the same order, as `subsample` and the splits do.
    """
    rows = np.asarray(rows, dtype=np.int64)
    return replace(
        data,
        signals=data.signals.take(rows),
        label=data.label[rows],
        machine=data.machine[rows],
    )
