"""Trees packed into 32 bits a node, as `kinglet/runtime/tree.h` walks them."""

from __future__ import annotations

import numpy as np

MAX_INPUTS = 4096
_MANTISSA = 64  # thresholds have 5 binary digits after the leading one
_THRESHOLD_BITS = 0xFFFC0000


def round_up(x: np.ndarray) -> np.ndarray:
    """Next number of six binary digits at or above x, as float32.

    Rounding thresholds down and training lines up to the same grid leaves each line on its side:
    the trees that ship are the trees that were fitted.
    """
    mantissa, exponent = np.frexp(x)
    return np.ldexp(np.ceil(mantissa * _MANTISSA) / _MANTISSA, exponent).astype(np.float32)


def packed_split(threshold: np.ndarray, feature: np.ndarray) -> np.ndarray:
    """Threshold and feature of nodes in their places, uint32."""
    return (-round_up(-threshold)).view(np.uint32) | (feature.astype(np.uint32) << 6)


def leaf_of(nodes: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Leaf of one tree, from the left, that each line falls into."""
    skip, feature = (nodes & 63).astype(int), (nodes >> 6 & 4095).astype(int)
    threshold = (nodes & np.uint32(_THRESHOLD_BITS)).view(np.float32)
    begin, end = np.zeros(len(x), dtype=int), np.full(len(x), len(nodes))
    leaf = np.zeros(len(x), dtype=int)
    while (walking := np.flatnonzero(begin < end)).size:
        at = begin[walking]
        left = x[walking, feature[at]] <= threshold[at]
        end[walking] = np.where(left, at + skip[at], end[walking])
        leaf[walking] += np.where(left, 0, skip[at])
        begin[walking] = np.where(left, at + 1, at + skip[at])
    return leaf
