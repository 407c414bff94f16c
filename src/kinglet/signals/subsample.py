"""Few of many signals that stand for all of them: where a search begins."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
import numpy.typing as npt

from kinglet.signals.groups import count_recorded
from kinglet.signals.read import Labelled
from kinglet.signals.splits import Indices

_LEAST = 20  # lines of a class
_BINS = 10  # of a target
_RUN = 256  # least lines of a stretch of a stream


def subsample(data: Labelled, count: int, seed: int) -> Indices:
    """Choose signals so that classes, targets, recordings and times keep their shares.

    Each class (for extrapolation, each tenth of the targets) is given its share of `count`, at
    least 20 lines or all that it has, and within it each recording its share, at least one line.
    The lines of a recording are cut into as many equal stretches as lines are wanted, and one of
    each is drawn. Of a stream (one sample on each line), whose order matters, whole runs of 256
    lines or more (or one of as many as are wanted) are kept instead, evenly spread.

    What the signals look like does not count. Measured on windows of four sets of recordings (600
    of 2,300 to 4,700 lines, windows of other signals held out): lines drawn to cover the space
    of simple features (k-means++, all of them or half) choose no better model (0.3 +- 0.6 and
    -0.3 +- 0.5 points), fit one worse (by 0.7 +- 0.3), and bend the estimate by 1 to 3 points.

    Parameters
    ----------
    data : Labelled
    count : int
        Signals wanted, at least 1. More are given where the least numbers above ask for it. An
        imitation counts as a signal and stays with the one that it was made from.
    seed : int
        Same seed, same choice.

    Returns
    -------
    ndarray of int64
        Rows of `data`, ascending, none twice; all if there are not more than `count`.
    """
    if len(data.signals) <= count:
        return np.arange(len(data.signals))
    n = count_recorded(data)
    if data.imitated:
        count = max(1, count // 2)
    random = np.random.default_rng(seed)
    signals, kind = data.signals, _kinds(data)[:n]
    place: Callable[[int, int], Indices]
    place = _runs if signals.length == 1 else partial(_spread, random)
    chosen = []
    kinds, sizes = np.unique(kind, return_counts=True)
    for each, wanted in zip(kinds, _share(sizes, count, _LEAST), strict=True):
        mine = np.flatnonzero(kind == each)
        mine = mine[np.lexsort((signals.line[mine], signals.file[mine], signals.group[mine]))]
        _, starts, lengths = np.unique(signals.group[mine], return_index=True, return_counts=True)
        shares = _share(lengths, wanted, 1)
        for start, length, share in zip(starts, lengths, shares, strict=True):
            chosen.append(mine[start + place(length, share)])
    rows = np.sort(np.concatenate(chosen))
    return np.concatenate([rows, rows + n]) if data.imitated else rows


def _kinds(data: Labelled) -> npt.NDArray[np.int64]:
    """Name for each signal what keeps its share: class and machine, or the tenth of targets."""
    if data.classes:
        return data.label.astype(np.int64) + len(data.classes) * data.machine
    edges = np.quantile(data.label, np.arange(1, _BINS) / _BINS)
    return np.searchsorted(np.unique(edges), data.label, side="right")


def _share(sizes: Indices, count: int, least: int) -> Indices:
    """Divide a count in proportion to sizes: nobody has more than its size or less than `least`.

    The factor of proportion is found by bisection; what the fractions leave goes to the largest.
    """
    floor = np.minimum(sizes, least)
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        if np.maximum(middle * sizes, floor).sum() > count:
            high = middle
        else:
            low = middle
    exact = np.maximum(low * sizes, floor)
    shares = np.floor(exact + 1e-9).astype(np.int64)
    rest = max(0, count - int(shares.sum()))
    shares[np.argsort(shares - exact, kind="stable")[:rest]] += 1
    return shares


def _spread(random: np.random.Generator, length: int, count: int) -> Indices:
    """One place of each of `count` equal stretches."""
    edges = np.arange(count + 1) * length // count
    return random.integers(edges[:-1], edges[1:])


def _runs(length: int, count: int) -> Indices:
    """`count` places in runs of 256 or more, each in the middle of its equal part of the length."""
    runs = max(1, count // _RUN)
    parts, kept = (np.arange(runs + 1) * each // runs for each in (length, count))
    sizes = np.diff(kept)
    starts = parts[:-1] + (np.diff(parts) - sizes) // 2
    return np.concatenate([np.arange(s, s + k) for s, k in zip(starts, sizes, strict=True)])
