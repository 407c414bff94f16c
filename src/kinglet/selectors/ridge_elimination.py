"""Selection by elimination from a ridge regression."""

from __future__ import annotations

import numpy as np
from scipy.linalg import solve

from kinglet.pipeline.pool import Pool
from kinglet.record import Config, Selector
from kinglet.selectors._purse import COUNT, THRIFT, Purse, even_share, varies
from kinglet.selectors._targets import regression_problem

_KEPT = 0.7  # share of the features that a round keeps
_FEWEST = 8  # features of the last round; all of them are ranked by it
_PENALTY = 0.1  # of the squared weights against the mean squared error; measured


class RidgeElimination(Selector):
    """All features at first, then round by round without those of the smallest weights."""

    name = "ridge_elimination"
    title = "ridge elimination"
    doc = (
        "Ridge regression of the classes, which weigh the same, or of the target on all features; "
        "the three tenths with the smallest weights, in the light of what they cost, are dropped "
        "and it is fitted again, until 8 are left. Those that stayed longest are chosen, as far as "
        "the limit pays for them. Best with linear models over 96 features."
    )
    source = "Guyon et al. (2002), Gene selection for cancer classification, Machine Learning 46"
    parameters = (COUNT, THRIFT)

    def select(
        self,
        config: Config,
        x: np.ndarray,
        y: np.ndarray,
        pool: Pool,
        limit: float,
        seed: int,
    ) -> np.ndarray:
        columns, target = regression_problem(x, y)
        left = np.flatnonzero(varies(x))
        if not len(left):
            return left
        thrift = config["thrift"] / even_share(pool, limit)
        ranking = np.zeros(0, dtype=np.int64)
        while len(left):
            weight = _ridge_weights(columns[:, left], target)
            value = weight / (1 + thrift * _prices(pool, left))
            order = np.argsort(-value, kind="stable")
            keep = int(_KEPT * len(left)) if len(left) > _FEWEST else 0
            ranking = np.concatenate([left[order[keep:]], ranking])
            left = np.sort(left[order[:keep]])
        return _affordable(ranking, pool, limit, config["count"])


def _ridge_weights(columns: np.ndarray, target: np.ndarray) -> np.ndarray:
    """Squared weights of each feature, summed over the targets."""
    n, count = columns.shape
    if count <= n:
        inner = columns.T @ columns
        inner.flat[:: count + 1] += _PENALTY * n
        weights = solve(inner, columns.T @ target, assume_a="pos")
    else:
        outer = columns @ columns.T
        outer.flat[:: n + 1] += _PENALTY * n
        weights = columns.T @ solve(outer, target, assume_a="pos")
    return (weights**2).sum(axis=1)


def _prices(pool: Pool, left: np.ndarray) -> np.ndarray:
    """Price of each feature if what several share is split among those that are left."""
    member = pool.member[left]
    users = np.maximum(member.sum(axis=0), 1)
    return pool.each[left] + member @ (pool.shared / users)


def _affordable(ranking: np.ndarray, pool: Pool, limit: float, count: int) -> np.ndarray:
    """The first features of the ranking that the limit pays for."""
    purse = Purse(pool, limit)
    worth = np.zeros(pool.n_features)
    worth[ranking] = np.arange(len(ranking), 0, -1)
    for _ in range(count):
        value = purse.value(worth)
        best = int(np.argmax(value))
        if value[best] <= 0:
            break
        purse.buy(best)
        worth[best] = 0
    return purse.selected()


RECORD = RidgeElimination()
