"""Grown trees in a few arrays, cut to fewer leaves, and packed in preorder."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from kinglet.models._memo import MEMO
from kinglet.models._trees import packed_split


class Forest(NamedTuple):
    """The nodes of some trees, tree after tree, a parent always before its children.

    Attributes
    ----------
    root : ndarray of int, shape (n_trees,)
        Where each tree begins.
    left, right : ndarray of int, shape (n_nodes,)
        Children; -1 of a leaf.
    split : ndarray of uint32, shape (n_nodes,)
        Threshold and feature as they are packed.
    value : ndarray, shape (n_nodes, n_outputs)
        Shares of the classes, or mean target.
    """

    root: np.ndarray
    left: np.ndarray
    right: np.ndarray
    split: np.ndarray
    value: np.ndarray

    @staticmethod
    def of(trees: Sequence[Any]) -> Forest:
        """Nodes of trees of scikit-learn."""
        count = np.array([tree.node_count for tree in trees])
        root = np.concatenate([[0], np.cumsum(count)[:-1]])
        shift = np.repeat(root, count)

        def children(name: str) -> np.ndarray:
            within = np.concatenate([getattr(tree, name) for tree in trees])
            return np.where(within < 0, -1, within + shift)

        left, right = children("children_left"), children("children_right")
        threshold = np.concatenate([tree.threshold for tree in trees])
        feature = np.concatenate([tree.feature for tree in trees])
        value = np.concatenate([tree.value[:, 0] for tree in trees])
        return Forest(root, left, right, packed_split(threshold, feature), value)

    @staticmethod
    def joined(parts: Sequence[Forest]) -> Forest:
        """The trees of several forests."""
        shift = np.cumsum([0] + [len(part.left) for part in parts[:-1]])

        def children(name: str) -> np.ndarray:
            of = [getattr(part, name) for part in parts]
            moved = [np.where(c < 0, -1, c + s) for c, s in zip(of, shift, strict=True)]
            return np.concatenate(moved)

        return Forest(
            np.concatenate([part.root + s for part, s in zip(parts, shift, strict=True)]),
            children("left"),
            children("right"),
            np.concatenate([part.split for part in parts]),
            np.concatenate([part.value for part in parts]),
        )

    def cut(self, leaves: int) -> Forest:
        """The same trees as if they had been grown, best leaf first, to fewer leaves.

        With each split two nodes are added: those of the first splits come first.
        """
        last = np.repeat(self.root, np.diff(self.root, append=len(self.left))) + 2 * leaves - 1
        kept = self.left < last
        return self._replace(
            left=np.where(kept, self.left, -1), right=np.where(kept, self.right, -1)
        )

    def packed(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Inner nodes of each tree, those packed in preorder, and the leaves from left to right.

        Returns
        -------
        tuple of ndarray
            Sizes, uint8 (n_trees,); nodes, uint32; numbers of the leaves.
        """
        levels, at = [], self.root
        while (at := at[self.left[at] >= 0]).size:
            levels.append(at)
            at = np.concatenate([self.left[at], self.right[at]])
        below = np.zeros(len(self.left), dtype=int)  # inner nodes of the tree under each node
        for at in reversed(levels):
            below[at] = 1 + below[self.left[at]] + below[self.right[at]]
        size = below[self.root]
        place = np.zeros_like(below)  # inner nodes, of all trees, before each node
        place[self.root] = np.cumsum(size) - size
        for at in levels:
            place[self.left[at]] = place[at] + 1
            place[self.right[at]] = place[at] + 1 + below[self.left[at]]
        # Of a leaf so many leaves come before it, and one more for each tree that has ended.
        rank = np.zeros_like(below)
        rank[self.root] = place[self.root] + np.arange(len(self.root))
        for at in levels:
            rank[self.left[at]] = rank[at]
            rank[self.right[at]] = rank[at] + below[self.left[at]] + 1
        inner = np.concatenate([*levels, np.zeros(0, dtype=int)])
        nodes = np.zeros(len(inner), dtype=np.uint32)
        nodes[place[inner]] = self.split[inner] | (below[self.left[inner]] + 1).astype(np.uint32)
        ends = np.concatenate([self.left[inner], self.right[inner], self.root])
        ends = ends[self.left[ends] < 0]
        leaves = np.empty(len(ends), dtype=int)
        leaves[rank[ends]] = ends
        return size.astype(np.uint8), nodes, leaves


_BLOCK = 10  # trees that are grown at a time


def remembered(
    name: str,
    trees: int,
    leaves: int,
    choices: Sequence[int],
    grown: Callable[[slice], Sequence[Any]],
) -> Forest:
    """The first trees of a forest, cut from larger ones where those have been grown before.

    Parameters
    ----------
    name : str
        What is grown, with lines, settings and seed but not the number of trees and of leaves.
    trees, leaves : int
    choices : sequence of int
        What ``leaves`` may be.
    grown : callable
        Grows the trees of a range to ``leaves`` leaves.
    """

    def block(start: int) -> Forest:
        part = slice(start, start + _BLOCK)
        larger = [f"{name} {start} {most}" for most in sorted(choices) if most >= leaves]
        key = next((key for key in larger if key in MEMO), larger[0])
        return Forest(*MEMO.get(key, lambda: Forest.of(grown(part))))

    return Forest.joined([block(start) for start in range(0, trees, _BLOCK)]).cut(leaves)
