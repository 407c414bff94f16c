"""Seeded splits for cross-validation, with recordings kept whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from kinglet.errors import InputError

Kind = Literal["random", "block", "forward"]
Indices = npt.NDArray[np.int64]

_LARGEST = 2 / 3  # of the lines of a class: a stretch that leaves enough to train on


@dataclass(frozen=True, eq=False)
class Split:
    """One fold held out and the rest to train on.

    Attributes
    ----------
    kind : {'random', 'block', 'forward'}
        How the fold was drawn; ``forward``, the future of what is trained on, for extrapolation.
    fold : int
        Number of the fold within its kind, from 0.
    train, test : ndarray of int64
        Indices of signals, ascending.
    """

    kind: Kind
    fold: int
    train: Indices
    test: Indices


def make_splits(
    label: npt.ArrayLike | None,
    group: npt.ArrayLike,
    line: npt.ArrayLike,
    stretch: npt.ArrayLike | None = None,
    *,
    folds: int = 5,
    seed: int = 0,
) -> list[Split]:
    """Split signals into folds, once at random and once into contiguous blocks.

    A block is a stretch of time, a speaker, a load: what the library will not have met. In both
    kinds every signal is held out exactly once, and every class is in every training part.

    Where a class has three stretches or more, none with more than two thirds of its lines, its
    blocks are whole stretches, and there are no more blocks than the class with the fewest has; a
    class without is cut evenly into as many. Two stretches count only where all of several classes
    have two or more: a change in all of them is no chance, and no drift of one.

    Parameters
    ----------
    label : array-like of int, shape (n,), or None
        Class of each signal; None for one class only.
    group : array-like of int, shape (n,)
        Recording of each signal. The recordings of a class that has several are never torn; of
        a class with a single one the lines are split.
    line : array-like of int, shape (n,)
        Line of each signal in its file: the order in which blocks are cut.
    stretch : array-like of int, shape (n,), optional
        Stretch of each signal of a class with a single recording, ascending with its lines (see
        `kinglet.signals.name_stretches`); none of them is torn by a block, as above. It does not
        count for classes of several recordings and for the random folds.
    folds : int, optional
        Number of folds of each kind, at least 2. Fewer are made where a class has fewer
        recordings (or lines, if it has a single recording), of blocks where it has fewer stretches.
    seed : int, optional
        Seed of the random folds. Unless classes share recordings, the folds of a class depend on
        nothing else but the order of its own recordings and lines.

    Returns
    -------
    list of Split
        The random folds, then the blocks.

    Raises
    ------
    InputError
        If the arrays differ in length, a class has a single line, or recordings shared by
        several classes leave a class without a line to train on.
    """
    group, line = np.asarray(group), np.asarray(line)
    label = np.zeros(len(line), np.int64) if label is None else np.asarray(label)
    if not len(label) == len(group) == len(line) > 0:
        raise InputError(
            f"{len(label)} labels, {len(group)} groups and {len(line)} line numbers were given; "
            "give one of each for every signal."
        )
    if folds < 2:
        raise InputError(f"{folds} folds were asked for; ask for 2 or more.")
    classes = [np.flatnonzero(label == value) for value in np.unique(label)]
    unit = _find_units(classes, group, line)
    # The class with the fewest units goes first: recordings shared with others are dealt as it
    # needs them.
    classes.sort(key=lambda members: len(np.unique(unit[members])))
    folds = min(folds, len(np.unique(unit[classes[0]])))
    if folds < 2:
        raise InputError(
            "A class has a single signal, which cannot be trained on and held out; "
            "record at least 10 signals for each class."
        )
    units, counts = {"random": unit, "block": unit}, {"random": folds, "block": folds}
    if stretch is not None:
        units["block"], fewest = _join_stretches(classes, group, line, np.asarray(stretch), unit)
        counts["block"] = min(folds, fewest)
    splits = []
    kinds: tuple[Kind, ...] = ("random", "block")
    for kind in kinds:
        fold_of_line = _deal_classes(classes, units[kind], kind, counts[kind], seed)
        for fold in range(counts[kind]):
            held_out = fold_of_line == fold
            splits.append(Split(kind, fold, np.flatnonzero(~held_out), np.flatnonzero(held_out)))
    return splits


def fold_stretches(stretches: Sequence[Indices]) -> list[int]:
    """Count for each class the stretches of which its blocks are unions; 0 where it is cut evenly.

    Parameters
    ----------
    stretches : sequence of ndarray of int
        Stretch of each line of each class; all the same where nothing was found.
    """
    sizes = [np.unique(each, return_counts=True)[1] for each in stretches]
    counts = [len(each) if each.max() <= _LARGEST * each.sum() else 0 for each in sizes]
    if max(counts) > 2:
        return [count if count > 2 else 0 for count in counts]
    return counts if len(counts) > 1 and min(counts) > 1 else [0] * len(counts)


def _join_stretches(
    classes: list[Indices], group: Indices, line: Indices, stretch: Indices, unit: Indices
) -> tuple[Indices, int]:
    """Units of blocks, where stretches are held out whole, and the fewest of them in a class."""
    unit = unit.copy()
    alone = [members for members in classes if len(np.unique(group[members])) == 1]
    counts = fold_stretches([stretch[members] for members in alone]) if alone else []
    for members, count in zip(alone, counts, strict=True):
        if count:
            order = members[np.argsort(line[members], kind="stable")]
            _, first, number = np.unique(stretch[order], return_index=True, return_inverse=True)
            unit[order] = unit[order[first]][number]
    return unit, min((count for count in counts if count), default=len(line))


def _find_units(classes: list[Indices], group: Indices, line: Indices) -> Indices:
    """Name for each line the unit that is held out together.

    A unit is a recording, or a line of a class that has but one recording. Its name is the
    position of its first line in the order of recordings and lines.
    """
    n = len(line)
    whole = np.zeros(n, bool)
    for members in classes:
        whole[members] = len(np.unique(group[members])) > 1
    unit = np.empty(n, np.int64)
    unit[np.lexsort((line, group))] = np.arange(n)
    names, recording = np.unique(group[whole], return_inverse=True)
    first = np.full(len(names), n)
    np.minimum.at(first, recording, unit[whole])
    unit[whole] = first[recording]
    return unit


def _deal_classes(
    classes: list[Indices], unit: Indices, kind: Kind, folds: int, seed: int
) -> Indices:
    """Give each line its fold, class by class."""
    fold_of_unit = np.full(len(unit), -1)
    for members in classes:
        names, sizes = np.unique(unit[members], return_counts=True)
        new = fold_of_unit[names] < 0  # the others came with a class that shares them
        if kind == "block":
            fold_of_unit[names[new]] = cut_blocks(sizes[new], folds)
        else:
            held = np.bincount(fold_of_unit[names[~new]], sizes[~new], folds)
            # The same seed for every class: its folds do not depend on which classes came before.
            fold_of_unit[names[new]] = _deal_random(sizes[new], held.tolist(), seed)
    fold_of_line = fold_of_unit[unit]
    if any(len(np.unique(fold_of_line[members])) < 2 for members in classes):
        raise InputError(
            "The recordings of a class cannot be kept whole and be both trained on and held out, "
            "because they are shared with other classes; add recordings of that class."
        )
    return fold_of_line


def _deal_random(sizes: Indices, held: list[float], seed: int) -> Indices:
    """Deal shuffled units, each to the fold that holds the fewest lines of the class so far."""
    fold_of_unit = np.empty(len(sizes), np.int64)
    for index in np.random.default_rng(seed).permutation(len(sizes)):
        fold = held.index(min(held))
        fold_of_unit[index] = fold
        held[fold] += sizes[index]
    return fold_of_unit


def cut_blocks(sizes: Indices, folds: int) -> Indices:
    """Cut units in order into runs of about equal numbers of lines, and name the run of each.

    No run is empty; there are fewer than `folds` where there are fewer units.
    """
    n, ends = len(sizes), np.cumsum(sizes)
    folds = min(folds, n)
    cuts = [0]
    for fold in range(1, folds):
        nearest = int(np.argmin(np.abs(ends * folds - ends[-1] * fold))) + 1
        cuts.append(min(max(nearest, cuts[-1] + 1), n - folds + fold))
    return np.repeat(np.arange(len(cuts)), np.diff([*cuts, n]))
