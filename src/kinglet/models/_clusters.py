"""Micro-clusters in NumPy, the oracle of what `kinglet/runtime/clusters.h` does."""

from __future__ import annotations

import numpy as np

_CLUSTER_PRIOR = 8.0
_POOL_PRIOR = 4.0


def least_variance(mean: np.ndarray) -> np.ndarray:
    """Variance below which a difference is rounding."""
    return np.asarray(1e-10 * mean**2 + 1e-20)


class Clusters:
    """Clusters after learning vectors in order.

    Parameters
    ----------
    clusters : int
        At most so many.
    horizon : float
        Signals after which older ones fade; a cluster's count never exceeds it.
    learned : ndarray, shape (n, n_inputs)
    """

    def __init__(self, clusters: int, horizon: float, learned: np.ndarray) -> None:
        inputs = learned.shape[1]
        self.horizon = horizon
        self.overall = [0.0, np.zeros(inputs), np.zeros(inputs)]
        self.clusters: list[list] = []
        for x in learned.astype(np.float64):
            self._take(self.overall, x)
            if len(self.clusters) < clusters:
                self.clusters.append([1.0, x.copy(), np.zeros(inputs)])
            else:
                self._learn(x)

    def _take(self, cluster: list, x: np.ndarray) -> None:
        count, mean, square = cluster
        count = min(count + 1, self.horizon)
        kept = 1 if count < self.horizon else 1 - 1 / count
        change = x - mean
        mean = mean + change / count
        cluster[:] = [count, mean, kept * square + change * (x - mean)]

    def _learn(self, x: np.ndarray) -> None:
        within = self.within()
        each = self.clusters

        def cost(n: float, m: float, apart: np.ndarray) -> float:
            return n * m / (n + m) * float(np.minimum(apart**2 / within, 1e12).sum())

        own = [cost(c[0], 1.0, x - c[1]) for c in each]
        pairs = [(p, q) for p in range(len(each)) for q in range(p + 1, len(each))]
        merged = [cost(each[p][0], each[q][0], each[p][1] - each[q][1]) for p, q in pairs]
        if not pairs or min(own) <= min(merged):
            self._take(each[int(np.argmin(own))], x)
            return
        p, q = pairs[int(np.argmin(merged))]
        (n, mean, square), (m, other, other_square) = each[p], each[q]
        kept = min(n + m, self.horizon) / (n + m)
        joined = kept * (square + other_square + n * m / (n + m) * (mean - other) ** 2)
        each[p] = [min(n + m, self.horizon), (n * mean + m * other) / (n + m), joined]
        each[q] = [1.0, x.copy(), np.zeros_like(x)]

    def within(self) -> np.ndarray:
        """Pooled variance within the clusters, shape (n_inputs,)."""
        count, mean, square = self.overall
        total = sum(c[2] for c in self.clusters) + _POOL_PRIOR * square / max(count - 1, 1)
        weight = sum(c[0] - 1 for c in self.clusters) + _POOL_PRIOR
        return np.asarray(np.maximum(total / weight, least_variance(mean)))

    def variances(self) -> np.ndarray:
        """Variance of each cluster, drawn to the pooled one, shape (n_clusters, n_inputs)."""
        within = self.within()
        return np.array(
            [
                (square + _CLUSTER_PRIOR * within) / (count - 1 + _CLUSTER_PRIOR)
                for count, _, square in self.clusters
            ]
        )

    def shares(self, x: np.ndarray) -> np.ndarray:
        """Mean squared deviation from each cluster in its variance, shape (n, n_clusters)."""
        means = np.array([mean for _, mean, _ in self.clusters])
        apart = (x[:, None, :] - means) ** 2 / self.variances()
        return np.asarray(np.minimum(apart, 1e12).mean(axis=2))
