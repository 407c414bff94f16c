"""What every selector shares: how many, at which price, within which limit."""

from __future__ import annotations

import numpy as np

from kinglet.pipeline.pool import Pool
from kinglet.record import Parameter

COUNT = Parameter(
    "count", 64, "Features to select, at most.", choices=(8, 12, 16, 24, 32, 48, 64, 96, 128)
)
THRIFT = Parameter(
    "thrift",
    0.1,
    "A feature that costs its even share of the limit counts 1 / (1 + thrift) of its worth.",
    choices=(0.0, 0.03, 0.1, 0.3, 1.0),
)
# Left unspent, so that sums in another order stay within the limit.
_SLACK = 1e-9


# The even share is that of so many features, whatever the count: the choice of a smaller count is
# the beginning of that of a larger one.
_USUAL = 64


def even_share(pool: Pool, limit: float) -> float:
    """Operations that each of 64 features may cost if all cost the same; above 0."""
    return max(min(limit, pool.each.sum() + pool.shared.sum()) / _USUAL, 1e-9)


class Purse:
    """Buys features from a pool one after the other; what they share is paid once.

    Parameters
    ----------
    pool : Pool
    limit : float
        Operations to spend; may be infinite.
    thrift : float
        A feature at its even share of the limit counts 1 / (1 + thrift) of its worth.
    """

    def __init__(self, pool: Pool, limit: float, thrift: float = 0.0) -> None:
        self._pool = pool
        self._left = limit * (1 - _SLACK)
        self._thrift = thrift / even_share(pool, limit)
        self._paid = np.zeros(len(pool.shared), dtype=bool)
        self._price = pool.marginal(self._paid)
        self.bought: list[int] = []

    def value(self, worth: np.ndarray) -> np.ndarray:
        """Worth of each feature in the light of its price; 0 where it cannot be paid."""
        value = worth / (1 + self._thrift * self._price)
        return np.where(self._price <= self._left, value, 0.0)

    def buy(self, feature: int) -> None:
        """Pay a feature, and with it what it shares with others."""
        self._left -= self._price[feature]
        self.bought.append(feature)
        for group in np.flatnonzero(self._pool.member[feature] & ~self._paid):
            self._paid[group] = True
            self._price[self._pool.member[:, group]] -= self._pool.shared[group]

    def selected(self) -> np.ndarray:
        """What was bought, in that order."""
        return np.array(self.bought, dtype=np.int64)


def varies(x: np.ndarray) -> np.ndarray:
    """Features that are not the same on all lines, bool (n_features,)."""
    return np.ptp(x, axis=0) > 0 if len(x) else np.zeros(x.shape[1], dtype=bool)
