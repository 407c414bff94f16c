"""Trees in the form that both ways to write their C begin with: rows of integers."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import lcm

import numpy as np

from kinglet.convert.layer import Arrays

_LARGEST = 2**31 - 2**8  # of a sum; the rest is for roundings
_COMPOSITE = 720720  # least common multiple of 1..15: shares of small leaves stay exact
_DENOMINATORS = 10**4


@dataclass(frozen=True)
class Forest:
    """Trees whose leaves add rows of int32; out = unit * (start + sum of rows).

    Parameters
    ----------
    roots, feature, left, right : ndarray of int, shapes (n_trees,) and (n_nodes,)
        ``feature`` is -1 for a leaf.
    bits : ndarray of uint32, shape (n_nodes,)
        Thresholds as the bits of a float32; -0 is 0.
    row : ndarray of int, shape (n_nodes,)
        Row that a leaf adds.
    rows : ndarray of int64, shape (n_rows, n_outputs)
        All different, in falling order: shares of pure leaves in the order of the classes.
    start : ndarray of int64, shape (n_outputs,)
    unit : float
    """

    roots: np.ndarray
    feature: np.ndarray
    bits: np.ndarray
    left: np.ndarray
    right: np.ndarray
    row: np.ndarray
    rows: np.ndarray
    start: np.ndarray
    unit: float

    @staticmethod
    def of(arrays: Arrays, gain: float) -> Forest:
        """Round the rows to multiples of a unit that is as small as int32 allows."""
        feature, row = arrays["feature"], arrays["row"]
        owner = np.searchsorted(arrays["roots"], np.arange(len(feature)), side="right") - 1
        leaves = np.flatnonzero(feature < 0)
        sizes = np.abs(arrays["rows"][row[leaves]])
        most = np.zeros((len(arrays["roots"]), sizes.shape[1]))
        np.maximum.at(most, owner[leaves], sizes)
        base = arrays["base"] / gain
        bound = float((np.abs(base) + most.sum(axis=0)).max())
        times = _multiplier(np.append(arrays["rows"], base), bound)
        whole = np.rint(arrays["rows"] * times).astype(np.int64)
        start = np.rint(base * times).astype(np.int64)

        alone = feature[arrays["roots"]] < 0  # trees of one leaf
        start = start + whole[row[arrays["roots"][alone]]].sum(axis=0)
        different, index = np.unique(whole, axis=0, return_inverse=True)
        return Forest(
            roots=arrays["roots"][~alone],
            feature=feature,
            bits=(arrays["threshold"] + np.float32(0)).astype(np.float32).view(np.uint32),
            left=arrays["left"],
            right=arrays["right"],
            row=(len(different) - 1 - index.ravel())[np.maximum(row, 0)],
            rows=different[::-1],
            start=start,
            unit=gain / times,
        )

    def depth(self) -> int:
        """Comparisons on the longest path."""
        deepest, level = 0, self.roots
        while len(level := level[self.feature[level] >= 0]):
            deepest += 1
            level = np.concatenate([self.left[level], self.right[level]])
        return deepest


def _multiplier(rows: np.ndarray, bound: float) -> float:
    """What rows are multiplied by; whole where that makes every row exact or nearly so."""
    if bound == 0:
        return 1.0
    values = np.unique(np.abs(rows))
    limit = _LARGEST / bound
    common = 1
    for value in values:
        common = lcm(common, Fraction(float(value)).limit_denominator(_DENOMINATORS).denominator)
        if common > limit:
            break
    if common <= limit and np.abs(values * common - np.rint(values * common)).max() < 1e-6:
        return float(common)
    return float(limit // _COMPOSITE * _COMPOSITE or limit)
