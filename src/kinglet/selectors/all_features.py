"""No selection."""

from __future__ import annotations

import numpy as np

from kinglet.pipeline.pool import Pool
from kinglet.record import Config, Selector
from kinglet.selectors._purse import varies


class AllFeatures(Selector):
    """Every feature that varies, as far as the limit goes."""

    name = "all_features"
    title = "all features"
    doc = (
        "Takes every feature that is not constant. If they cost more than allowed, the groups that "
        "cost most for each of their features go first. For small pools: a large one makes the "
        "model large and, with few lines, bad."
    )

    def select(
        self,
        config: Config,
        x: np.ndarray,
        y: np.ndarray,
        pool: Pool,
        limit: float,
        seed: int,
    ) -> np.ndarray:
        left = varies(x)
        while left.any() and pool.total(left) > limit:
            users = pool.member[left].sum(axis=0)
            saved = pool.shared + pool.each[left] @ pool.member[left]
            by_group = np.where(users > 0, saved / np.maximum(users, 1), -1.0)
            by_feature = np.where(left, pool.each, -1.0)
            if by_group.max(initial=-1.0) >= by_feature.max():
                left &= ~pool.member[:, int(np.argmax(by_group))]
            else:
                left[int(np.argmax(by_feature))] = False
        return np.flatnonzero(left)


RECORD = AllFeatures()
