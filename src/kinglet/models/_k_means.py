"""Centres by k-means, in NumPy: the problems are too small for anything else to pay."""

from __future__ import annotations

import numpy as np

from kinglet.models._memo import MEMO, digest

_ROUNDS = 10
_TRIALS = 3  # lines from which each centre of the start is chosen


def k_means(lines: np.ndarray, count: int, seed: int) -> np.ndarray:
    """Centres by k-means; the lines themselves where there are no more than ``count``.

    Starts from lines drawn far from each other (Arthur and Vassilvitskii 2007, k-means++) and moves
    each centre to the mean of its lines (Lloyd 1982), at most ten times.

    Parameters
    ----------
    lines : ndarray of float64, shape (n, n_inputs)
    count : int
    seed : int

    Returns
    -------
    ndarray of float64, shape (count, n_inputs)
    """
    if len(lines) <= count:
        return lines
    compact = lines.astype(np.float32)
    centres = compact[_start(compact, count, np.random.default_rng(seed))]
    owner = np.full(len(lines), -1)
    for _ in range(_ROUNDS):
        before = owner
        owner = ((centres**2).sum(axis=1) / 2 - compact @ centres.T).argmin(axis=1)
        if np.array_equal(owner, before):
            break
        members = (owner == np.arange(count)[:, None]).astype(np.float32)
        size = members.sum(axis=1, keepdims=True)
        np.divide(members @ compact, size, out=centres, where=size > 0)
    return centres.astype(np.float64)


def remembered_k_means(lines: np.ndarray, count: int, seed: int) -> np.ndarray:
    """The same, remembered by lines, count and seed; not writable."""
    key = f"k_means {count} {seed} {digest(lines)}"
    return MEMO.get(key, lambda: (k_means(lines, count, seed).copy(),))[0]


def _start(lines: np.ndarray, count: int, rng: np.random.Generator) -> list[int]:
    """Lines drawn by their squared distance from those before, the best of three each time."""
    square = np.einsum("ij,ij->i", lines, lines)
    turned = -2 * np.ascontiguousarray(lines.T)
    dice = rng.random((count, _TRIALS))

    def distances(chosen: np.ndarray) -> np.ndarray:
        apart: np.ndarray = lines[chosen] @ turned
        apart += square
        apart += square[chosen, None]
        return np.maximum(apart, 0, out=apart)

    found = [int(dice[0, 0] * len(lines))]
    nearest = distances(np.array(found))[0]
    for drawn in dice[1:]:
        total = np.cumsum(nearest)
        trials = np.minimum(np.searchsorted(total, drawn * total[-1]), len(lines) - 1)
        after = np.minimum(distances(trials), nearest)
        best = int(after.sum(axis=1).argmin())
        found.append(int(trials[best]))
        nearest = after[best]
    return found
