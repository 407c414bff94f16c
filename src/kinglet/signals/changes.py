"""Where one file changes from one recording to the next: its stretches, found without names.

Binary segmentation (Vostrikova 1981, Detecting "disorder" in multidimensional random processes,
Soviet Math. Dokl. 24) of the ranks of simple descriptors. A cut stands where it gains more than the
best cut of the same lines in each of 99 shuffled orders, a Monte Carlo test of level 1 % (Dwass
1957, Modified randomization tests for nonparametric hypotheses, Ann. Math. Statist. 28). Runs of
four lines are shuffled, not lines, and of sliding windows only those that share no samples are
looked at: neighbours that are alike are no change. A slow drift has no place to be cut at and gives
a few stretches all the same; to hold these out is honest.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.stats import rankdata

from kinglet.signals.groups import count_recorded
from kinglet.signals.read import Labelled
from kinglet.signals.splits import Indices, fold_stretches
from kinglet.signals.targets import name_specimens

_LEAST = 8  # lines of a stretch
_FEWEST = 24  # lines that are looked at
_MOST = 10  # stretches
_THINNED = 2000  # lines of a longer file
_SHUFFLES = 99
_SOME, _CLEAR = (
    19,
    8.0,
)  # after so few a gain so many standard deviations above them is beyond doubt
_RUN = 4  # lines that stay together, of 64 and more; of fewer, half as many
_BANDS = 8
_SLIDING = 2 / 3  # of all lines: beyond, they are sliding windows
_NARROWEST = 16  # lines on each side of a cut
_FIRM = 0.02  # least noise of a descriptor, of its variance
Descriptors = npt.NDArray[np.float64]


def find_changes(values: npt.ArrayLike) -> Indices:
    """Find where signals change for good, as from one recording to the next.

    Parameters
    ----------
    values : array-like of float, shape (n, length, axes)
        Signals of one file, in the order of its lines.

    Returns
    -------
    ndarray of int64
        First signals of the stretches, from 0, which is always there; 10 at most, 8 signals or
        more each. Of a file of more than 2,000 lines one of each few is looked at, and a change
        is found as exactly as that. Always the same for the same signals.
    """
    values = np.asarray(values)
    if len(values) < _FEWEST:
        return np.zeros(1, np.int64)
    kept = np.arange(0, len(values), _lines_apart(values))
    if len(kept) > _THINNED:
        kept = kept[np.arange(_THINNED) * len(kept) // _THINNED]
    described = _describe(values[kept])
    bounds = [0, len(kept)]
    known: dict[tuple[int, int], tuple[float, int]] = {}
    while len(bounds) <= _MOST:
        for span in pairwise(bounds):
            if span not in known:
                known[span] = _test(described[slice(*span)])
        gain, span = max((known[span][0], span) for span in pairwise(bounds))
        if gain == 0:
            break
        bounds = sorted([*bounds, span[0] + known[span][1]])
    for index in range(1, len(bounds) - 1):  # an early cut did not know of the later ones
        start, end = bounds[index - 1], bounds[index + 1]
        bounds[index] = start + _best_cut(described[start:end])
    return kept[np.array(bounds[:-1])].astype(np.int64)


def name_stretches(data: Labelled) -> Indices:
    """Number the stretches of each class that has a single recording.

    Parameters
    ----------
    data : Labelled
        With classes. An imitation is of the stretch of the signal that it was made from.

    Returns
    -------
    ndarray of int64, shape (n,)
        Stretch of each signal, from 0 in the order of lines; 0 for all signals of a class of
        several recordings, and of a stream, whose samples hang together all along.
    """
    signals, n = data.signals, count_recorded(data)
    stretch = np.zeros(n, np.int64)
    kind = data.label[:n] + len(data.classes) * data.machine[:n]
    for each in np.unique(kind) if signals.length > 1 else ():
        mine = np.flatnonzero(kind == each)
        if len(np.unique(signals.group[mine])) == 1:
            mine = mine[np.argsort(signals.line[mine], kind="stable")]
            starts = find_changes(signals.values[mine])
            stretch[mine] = np.searchsorted(starts, np.arange(len(mine)), side="right") - 1
    return np.concatenate([stretch, stretch]) if data.imitated else stretch


def describe_changes(data: Labelled, *, whole: bool = True) -> dict[str, Any]:
    """Tell where files change from one recording to the next, and what follows for the splits.

    Parameters
    ----------
    data : Labelled
    whole : bool, optional
        Whether the project type holds stretches out whole (`kinglet.tasks.Task.whole_stretches`).

    Returns
    -------
    dict
        For JSON, empty where nothing is found: by file, ``lines``, the first and last line of each
        stretch; ``held_out_whole``, whether blocks are unions of stretches; and ``text``, a
        sentence for people.
    """
    signals, n = data.signals, count_recorded(data)
    if data.classes:
        stretch = name_stretches(data)[:n]
        kind = data.label[:n] + len(data.classes) * data.machine[:n]
        kinds = np.unique(kind)
        counts = fold_stretches([stretch[kind == each] for each in kinds])
        held = np.isin(kind, kinds[np.array(counts) > 0]) & whole
    else:
        stretch, held = _specimens_of(data), np.ones(n, bool)
    found = {}
    for index, name in enumerate(signals.files):
        mine = np.flatnonzero(signals.file[:n] == index)
        mine = mine[np.argsort(signals.line[mine], kind="stable")]
        starts = np.flatnonzero(np.diff(stretch[mine], prepend=stretch[mine[:1]] - 1))
        if len(starts) > 1:
            ends = np.append(starts[1:], len(mine)) - 1
            line = signals.line[mine]
            lines = [[int(line[s]), int(line[e])] for s, e in zip(starts, ends, strict=True)]
            found[name] = _tell(name, lines, bool(held[mine].all()))
    return found


def _tell(name: str, lines: list[list[int]], whole: bool) -> dict[str, Any]:
    text = f"{name} seems to hold {len(lines)} recordings: lines "
    text += ", ".join(f"{first}-{last}" for first, last in lines)
    if whole:
        text += "; their blocks are held out whole; give --groups if that is not so"
    else:
        text += "; the blocks do not keep them whole; give --groups if they should"
    return {"lines": lines, "held_out_whole": whole, "text": text}


def _specimens_of(data: Labelled) -> Indices:
    """Number of the specimen of each line of an extrapolation that has no groups."""
    signals = data.signals
    number = np.zeros(len(signals), np.int64)
    if len(np.unique(signals.group)) == 1:
        order = np.lexsort((signals.line, signals.file))
        names = name_specimens(data.label[order])
        if names is not None:
            number[order] = names
    return number


def _lines_apart(values: npt.NDArray[Any]) -> int:
    """Lines from one signal to the next that shares no samples with it: 1 but of sliding windows.

    Those are known by it that most signals begin with what ends the one before.
    """
    some, length = values[:_THINNED], values.shape[1]
    varies = (some[1:] != some[1:, :1]).any(axis=(1, 2))
    for shift in np.flatnonzero((some[0, 1:] == some[1, 0]).all(axis=1)) + 1:
        same = (some[1:, : length - shift] == some[:-1, shift:]).all(axis=(1, 2))
        if (same & varies).mean() > _SLIDING:
            return -(-length // int(shift))
    return 1


def _describe(values: npt.NDArray[Any]) -> Descriptors:
    """Level, spread and roughness of each axis, and what shares of its power eight bands have."""
    values = np.asarray(values, dtype=np.float64)
    n, length, _ = values.shape
    mean = values.mean(axis=1)
    found = [mean, values.std(axis=1)]
    if length > 1:
        found.append(np.abs(np.diff(values, axis=1)).mean(axis=1))
    if length >= 2 * _BANDS:
        power = np.abs(np.fft.rfft(values - mean[:, None], axis=1)[:, 1:]) ** 2
        edges = np.geomspace(1, power.shape[1] + 1, _BANDS + 1)[:-1]
        bands = np.add.reduceat(power, np.unique(edges.round().astype(int) - 1), axis=1)
        share = bands / np.maximum(power.sum(axis=1, keepdims=True), np.finfo(float).tiny)
        found.append(share.reshape(n, -1))
    return np.concatenate(found, axis=1)


def _test(described: Descriptors) -> tuple[float, int]:
    """Gain and place of the best cut; gain 0 where some shuffled order has one that is as good."""
    n = len(described)
    if n < _FEWEST:
        return 0.0, 0
    rank = _rank(described)
    gains = _gains(rank)
    best = float(gains.max())
    run = _RUN if n >= 16 * _RUN else _RUN // 2
    random = np.random.default_rng(0)
    chance: list[float] = []
    while len(chance) < _SHUFFLES:
        runs = np.split(np.arange(n), np.arange(random.integers(1, run + 1), n, run))
        order = np.concatenate([runs[index] for index in random.permutation(len(runs))])
        chance.append(float(_gains(rank[order]).max()))
        if chance[-1] >= best:
            return 0.0, 0
        if len(chance) == _SOME and best > np.mean(chance) + _CLEAR * np.std(chance):
            break
    return best, int(gains.argmax()) + _LEAST


def _best_cut(described: Descriptors) -> int:
    """Where two stretches meet."""
    return int(_gains(_rank(described)).argmax()) + _LEAST


def _rank(described: Descriptors) -> Descriptors:
    """Ranks of each descriptor about 0, within 1: neither its scale nor a wild line counts."""
    rank: Descriptors = rankdata(described, axis=0) / len(described)
    rank -= rank.mean(axis=0)
    return rank[:, rank.any(axis=0)]


def _gains(rank: Descriptors) -> Descriptors:
    """Gain of each cut: what it explains of the lines around it, over the noise of neighbours.

    Around it are 16, 64, ... lines on each side, or all; the best of them counts, so that a
    recording that comes back later does not hide a change.
    """
    n = len(rank)
    noise = (np.diff(rank, axis=0) ** 2).mean(axis=0) / 2
    noise = np.maximum(noise, _FIRM * (rank**2).mean(axis=0))
    sums = np.concatenate([np.zeros_like(rank[:1]), np.cumsum(rank / np.sqrt(noise), axis=0)])
    cut = np.arange(_LEAST, n - _LEAST + 1)
    best = np.zeros(len(cut))
    width = _NARROWEST
    while True:
        start, end = np.maximum(cut - width, 0), np.minimum(cut + width, n)
        before, after = (cut - start)[:, None], (end - cut)[:, None]
        step = (sums[end] - sums[cut]) / after - (sums[cut] - sums[start]) / before
        gain = (step**2 * before * after / (before + after)).sum(axis=1)
        best = np.maximum(best, gain)
        if width >= n:
            return best
        width *= 4
