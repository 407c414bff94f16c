"""Seeded splits for extrapolation: no fold takes a range of targets away from training."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.stats import rankdata

from kinglet.errors import InputError
from kinglet.signals.splits import Indices, Kind, Split, cut_blocks
from kinglet.signals.targets import name_specimens

_BLOCKS = 40
_STRETCHES = 3
_SERIES_LINES = 40
_LAGS = 200
_CORRELATION = 4.5
_FEWEST_RISES = 0.38
_LARGEST_JUMPS = (0.03, 0.45)
_TREND = 0.9


def make_target_splits(
    target: npt.ArrayLike,
    group: npt.ArrayLike,
    line: npt.ArrayLike,
    file: npt.ArrayLike,
    *,
    folds: int = 5,
    seed: int = 0,
    time_series: bool | None = None,
) -> list[Split]:
    """Split signals with targets into folds.

    Lines in order of the target (``random``), and short blocks of lines in the order of time, 40
    in all but at least two of each file (``block``), are dealt in rounds: each fold gets one of
    each round at random, never one next to what it got last. So each fold holds out targets of
    the whole range and leaves near ones in training, even of files that are sorted by target.

    Where the target of lines without groups moves little but for some jumps, one specimen follows
    another. Blocks are whole specimens then, dealt as groups are, if there are six or more (see
    `kinglet.signals.targets.name_specimens`), and two or more to a fold: R2 of the few targets of a
    single one says little.

    Where the lines are a time series there are folds of the future besides (``forward``): the
    second half of the lines is cut into three stretches, and each is predicted from all lines
    before it.

    Several groups are kept whole. Whole groups in order of their mean target are dealt then, for
    both kinds; for ``block`` alone where each group is a fold of its own. The targets of a group
    may be in no other one: the score is then that for targets never seen, which is what happens to
    the next group on the device too.

    Parameters
    ----------
    target : array-like of float, shape (n,)
    group : array-like of int, shape (n,)
        Lines of one group are held out together, if there are several groups.
    line, file : array-like of int, shape (n,)
        Order of the lines: files one after the other, each by its lines.
    folds : int, optional
        Folds of each kind but ``forward``, at least 2; fewer where there are fewer lines or
        groups.
    seed : int, optional
    time_series : bool, optional
        Whether the lines are in order of time and later ones are to be predicted from earlier
        ones; groups follow one another then. By default `is_time_series` decides for lines of one
        file and group, and it is no for others.

    Returns
    -------
    list of Split
        The random folds, the blocks, then those of the future. Every line is held out once in
        each of the first two kinds.

    Raises
    ------
    InputError
        If the arrays differ in length, there is a single line, or training on all but one fold
        would see one target only.
    """
    target = np.asarray(target, dtype=np.float64)
    group, line, file = (np.asarray(each) for each in (group, line, file))
    if not len(target) == len(group) == len(line) == len(file) > 1:
        raise InputError(
            f"{len(target)} targets, {len(group)} groups, {len(line)} line numbers and "
            f"{len(file)} file numbers were given; give one of each for two signals or more."
        )
    if folds < 2:
        raise InputError(f"{folds} folds were asked for; ask for 2 or more.")
    rng = np.random.default_rng(seed)
    order = np.lexsort((line, file))
    recordings = _recordings(group, order)
    alone = len(recordings) == 1
    counts: dict[Kind, int] = {"random": folds, "block": folds}
    if time_series is None:
        time_series = alone and bool((file == file[0]).all()) and is_time_series(target[order])
    if alone:
        by_target = np.lexsort((rng.random(len(target)), target))
        dealt: dict[Kind, list[Indices]] = {
            "random": list(by_target[:, None]),
            "block": _short_blocks(order, file),
        }
        specimens = [] if time_series else _specimens(target, order)
        if specimens:
            dealt["block"] = specimens
            counts["block"] = min(folds, len(specimens) // 2)
    else:
        in_turn = sorted(recordings, key=lambda lines: float(target[lines].mean()))
        dealt = {"random": in_turn, "block": in_turn}
        if len(recordings) <= folds:
            del dealt["random"]
    splits = []
    for kind, units in dealt.items():
        fold_of_unit = _deal([len(unit) for unit in units], min(counts[kind], len(units)), rng)
        splits += _hold_out(kind, units, fold_of_unit)
    if time_series:
        splits += _forward(list(order[:, None]) if alone else recordings)
    for split in splits:
        if np.ptp(target[split.train]) == 0:
            raise InputError(
                f"The target is {target[split.train[0]]:.9g} on all lines but those of one fold, "
                "which leaves nothing to learn; give more signals, or recordings, of other targets."
            )
    return splits


def is_time_series(target: npt.ArrayLike) -> bool:
    """Tell whether a target wanders along the lines as what is measured over time does.

    By the ranks of the target, so that a few high values do not decide: it is correlated with
    itself some lines before, far beyond chance (4.5 / sqrt(n)); it moves at half of the steps or
    more, up about as often as down, which a target that was set in steps, sorted, or worn down
    does not; no few steps are most of the movement, as where one specimen follows another; and it
    does not grow, or fall, all along.

    Parameters
    ----------
    target : array-like of float, shape (n,)
        In order of the lines. Never a time series if there are fewer than 40.
    """
    target = np.asarray(target, dtype=np.float64)
    n = len(target)
    if n < _SERIES_LINES or np.ptp(target) == 0:
        return False
    rank = rankdata(target)
    rank -= rank.mean()
    power = np.abs(np.fft.rfft(rank, 2 * n)) ** 2
    correlation = np.fft.irfft(power)[: min(n // 4, _LAGS) + 1]
    step = np.diff(rank)
    moves = step[step != 0]
    rises = float(np.mean(moves > 0))
    share, bound = _LARGEST_JUMPS
    squares = np.sort(step**2)[::-1]
    jumps = squares[: max(1, round(share * n))].sum() / squares.sum()
    trend = np.corrcoef(rank, np.arange(n))[0, 1]
    return bool(
        correlation[1:].max() > _CORRELATION / np.sqrt(n) * correlation[0]
        and 2 * len(moves) >= len(step)
        and _FEWEST_RISES <= rises <= 1 - _FEWEST_RISES
        and jumps < bound
        and abs(trend) < _TREND
    )


def _recordings(group: Indices, order: Indices) -> list[Indices]:
    """Lines of each group, in the order in which the groups begin."""
    _, first, number = np.unique(group[order], return_index=True, return_inverse=True)
    return [order[number == index] for index in np.argsort(first)]


def _specimens(target: npt.NDArray[np.float64], order: Indices) -> list[Indices]:
    """Lines of each specimen, in order of their mean target; none where none are seen."""
    number = name_specimens(target[order])
    if number is None:
        return []
    found = [order[number == index] for index in range(int(number.max()) + 1)]
    return sorted(found, key=lambda lines: float(target[lines].mean()))


def _short_blocks(order: Indices, file: Indices) -> list[Indices]:
    """Cut each file into blocks, so that there are about 40 in all."""
    blocks: list[Indices] = []
    for index in np.unique(file):
        lines = order[file[order] == index]
        count = max(2, round(_BLOCKS * len(lines) / len(order)))
        blocks += np.array_split(lines, min(count, len(lines)))
    return blocks


def _deal(sizes: list[int], folds: int, rng: np.random.Generator) -> Indices:
    """Deal units in rounds, each to the smallest fold that got none in this round."""
    held = np.zeros(folds)
    fold_of_unit = np.empty(len(sizes), np.int64)
    last = -1
    for index, size in enumerate(sizes):
        if index % folds == 0:
            free = set(range(folds))
        choice = sorted(free - {last})
        smallest = [fold for fold in choice if held[fold] == held[choice].min()]
        last = fold_of_unit[index] = rng.choice(smallest)
        held[last] += size
        free.discard(last)
    return fold_of_unit


def _hold_out(kind: Kind, units: list[Indices], fold_of_unit: Indices) -> list[Split]:
    """Make the splits of one kind, in each of which one fold is held out."""
    fold_of_line = np.empty(sum(map(len, units)), np.int64)
    for unit, fold in zip(units, fold_of_unit, strict=True):
        fold_of_line[unit] = fold
    return [
        Split(
            kind, fold, np.flatnonzero(fold_of_line != fold), np.flatnonzero(fold_of_line == fold)
        )
        for fold in range(int(fold_of_unit.max()) + 1)
    ]


def _forward(units: list[Indices]) -> list[Split]:
    """Hold out stretch after stretch of the second half and train on all that is before it."""
    ends = np.cumsum([len(unit) for unit in units])
    start = min(int(np.searchsorted(ends, ends[-1] / 2)) + 1, len(units) - 1)
    sizes = np.diff(ends[start - 1 :])
    stretch = cut_blocks(sizes, _STRETCHES)
    splits = []
    for fold in range(int(stretch.max()) + 1):
        first, last = start + np.flatnonzero(stretch == fold)[[0, -1]]
        train, test = np.concatenate(units[:first]), np.concatenate(units[first : last + 1])
        splits.append(Split("forward", fold, np.sort(train), np.sort(test)))
    return splits
