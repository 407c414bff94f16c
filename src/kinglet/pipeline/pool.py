"""The joined pool of features before selection: where each comes from and what it costs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kinglet.pipeline.fitted import Arrays
from kinglet.pipeline.spec import Chain, Pipeline, shapes
from kinglet.record import Shape, steps


@dataclass(frozen=True)
class Pool:
    """Operations of pooled features, alone and shared.

    Parameters
    ----------
    each : ndarray of float64, shape (n_features,)
        Operations of a feature by itself.
    member : ndarray of bool, shape (n_features, n_groups)
        The shared intermediates (an axis of a filtered signal, a spectrum, a sort) it needs.
    shared : ndarray of float64, shape (n_groups,)
        Operations of each intermediate.
    """

    each: np.ndarray
    member: np.ndarray
    shared: np.ndarray

    @property
    def n_features(self) -> int:
        """Size of the pool."""
        return len(self.each)

    def marginal(self, paid: np.ndarray) -> np.ndarray:
        """What one more feature would cost, given the intermediates already ``paid`` (bool)."""
        return self.each + self.member @ np.where(paid, 0.0, self.shared)

    def total(self, chosen: np.ndarray) -> float:
        """Operations of a set of features."""
        paid = self.member[chosen].any(axis=0)
        return float(self.each[chosen].sum() + self.shared[paid].sum())


def make_pool(
    pipeline: Pipeline, shape: Shape, chain_fits: dict[Chain, Arrays], scale: dict[str, float]
) -> Pool:
    """Costs of all the joined features of a pipeline.

    Parameters
    ----------
    scale : mapping from str to float
        Cycles per operation of each step on the target's core; 1 where absent.
    """
    each: list[np.ndarray] = []
    groups: list[float] = []
    heads: dict[Chain, np.ndarray] = {}  # group of each output axis of a signal step
    members: list[list[np.ndarray]] = []

    for chain in pipeline.chains():
        inputs = shapes(chain, shape)
        if inputs is None:
            raise ValueError(f"a branch does not take signals of shape {tuple(shape)}")
        needs = None
        columns: list[np.ndarray] = []
        for end in range(len(chain), 0, -1):
            head, at = chain[:end], inputs[end - 1]
            step = steps()[head[-1].name]
            config = head[-1].settings
            cost = step.cost(config, at)
            factor = scale.get(step.name, 1.0)
            if needs is None:
                each.append(cost.each * factor)
                for group in range(len(cost.shared)):
                    columns.append(_column(len(groups), cost.needing(group)))
                    groups.append(float(cost.shared[group] * factor))
                needs = step.needs(config, at, chain_fits.get(head, {}))
            else:
                if head not in heads:
                    alone = cost.each.copy()
                    grouped = cost.group >= 0
                    alone[grouped] += cost.shared[cost.group[grouped]]
                    heads[head] = np.arange(len(groups), len(groups) + len(alone))
                    groups += list(alone * factor)
                for axis, group_id in enumerate(heads[head]):
                    columns.append(_column(int(group_id), needs[:, axis]))
                needs = needs.astype(int) @ step.needs(config, at, chain_fits.get(head, {})) > 0
        members.append(columns)

    member = np.zeros((sum(map(len, each)), len(groups)), dtype=bool)
    start = 0
    for part, columns in zip(each, members, strict=True):
        for column in columns:
            member[start : start + len(part), int(column[0])] = column[1:].astype(bool)
        start += len(part)
    return Pool(np.concatenate(each), member, np.asarray(groups))


def _column(group: int, needed: np.ndarray) -> np.ndarray:
    """A group's number, then which features of the branch need it."""
    return np.concatenate([[group], needed.astype(np.int64)])
