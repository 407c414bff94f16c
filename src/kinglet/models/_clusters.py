"""Micro-clusters in NumPy, the oracle of what `kinglet/runtime/clusters.h` does."""

from __future__ import annotations

from typing import Any

import numpy as np

from kinglet.models._variance import Moments, least_variance, squared_share

_CLUSTER_PRIOR = 8.0
_POOL_PRIOR = 4.0


class Clusters:
    """Clusters after learning vectors in order.

    Parameters
    ----------
    clusters : int
        At most so many.
    horizon : float
        Signals after which older ones fade.
    learned : ndarray, shape (n, n_inputs)

    Attributes
    ----------
    overall : Moments
        Of all vectors.
    clusters : list of [count, mean, sum of squared deviations]
    scatter : ndarray, shape (n_inputs, n_inputs)
        Sum of the squared deviations of signals from the centres of their clusters.
    """

    def __init__(self, clusters: int, horizon: float, learned: np.ndarray) -> None:
        inputs = learned.shape[1]
        self.overall = Moments(inputs, horizon)
        self.clusters: list[list[Any]] = []
        self.scatter = np.zeros((inputs, inputs))
        for x in learned.astype(np.float64):
            self._take(x)
            if len(self.clusters) < clusters:
                self.clusters.append([1.0, x.copy(), np.zeros(inputs)])
            else:
                self._learn(x)

    def _take(self, x: np.ndarray) -> None:
        """Take a vector into the mean of all; at the horizon everything fades."""
        self.overall.take(x)
        kept = self.overall.kept
        self.clusters = [[kept * n, m, kept * square] for n, m, square in self.clusters]
        self.scatter = kept * self.scatter

    def _join(self, cluster: list[Any], group: list[Any]) -> list[Any]:
        (n, mean, square), (m, other, other_square) = cluster, group
        weight, step = n * m / (n + m), other - mean
        self.scatter = self.scatter + weight * np.outer(step, step)
        return [n + m, mean + m / (n + m) * step, square + other_square + weight * step**2]

    def _learn(self, x: np.ndarray) -> None:
        within = self.within()
        each = self.clusters
        alone: list[Any] = [1.0, x.copy(), np.zeros_like(x)]

        def cost(a: list[Any], b: list[Any]) -> float:
            apart = squared_share(a[1] - b[1], within).sum()
            return a[0] * b[0] / (a[0] + b[0]) * float(apart)

        own = [cost(cluster, alone) for cluster in each]
        pairs = [(p, q) for p in range(len(each)) for q in range(p + 1, len(each))]
        merged = [cost(each[p], each[q]) for p, q in pairs]
        if not pairs or min(own) <= min(merged):
            best = int(np.argmin(own))
            each[best] = self._join(each[best], alone)
        else:
            p, q = pairs[int(np.argmin(merged))]
            each[p] = self._join(each[p], each[q])
            each[q] = alone

    def within(self) -> np.ndarray:
        """Pooled variance within the clusters, shape (n_inputs,)."""
        variance = self.overall.square / max(self.overall.count - 1, 1)
        total = sum(c[2] for c in self.clusters) + _POOL_PRIOR * variance
        weight = sum(max(c[0] - 1, 0) for c in self.clusters) + _POOL_PRIOR
        return np.asarray(np.maximum(total / weight, least_variance(self.overall.mean)))

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
        return np.asarray(squared_share(x[:, None, :] - means, self.variances()).mean(axis=2))
