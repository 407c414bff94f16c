"""Which lines a diagnosis judges candidates on: few splits, and shares of their training lines."""

from __future__ import annotations

import numpy as np

from kinglet.signals import Labelled, Split, count_recorded

_SPLITS = 4
_FEW = 4  # recordings of a kind: of fewer, lines are left out and not recordings


def some_splits(splits: list[Split]) -> list[Split]:
    """Two of each of two kinds, the first and the middle one; four where there is one kind."""
    names = list(dict.fromkeys(split.kind for split in splits))[:2]
    each = _SPLITS // len(names)
    chosen = []
    for name in names:
        mine = [split for split in splits if split.kind == name]
        chosen += [mine[index] for index in sorted({len(mine) * k // each for k in range(each)})]
    return chosen


def thinned(rows: np.ndarray, data: Labelled, share: float, seed: int) -> np.ndarray:
    """A share of training lines: recordings of each class where it has several, else lines.

    The rows for a smaller share are among those for a larger one. Of a stream the last lines are
    kept, an imitation where its signal is.
    """
    if share >= 1:
        return rows
    n = count_recorded(data)
    own = rows[rows < n]
    rng = np.random.default_rng(seed)
    kept = []
    for kind in np.unique(kinds(data)[own]):
        mine = own[kinds(data)[own] == kind]
        group = data.signals.group[mine]
        names = np.unique(group)
        if data.signals.length == 1:
            kept.append(mine[-max(2, round(share * len(mine))) :])
        elif len(names) >= _FEW:
            drawn = rng.permutation(names)[: max(2, round(share * len(names)))]
            kept.append(mine[np.isin(group, drawn)])
        else:
            kept.append(rng.permutation(mine)[: max(2, round(share * len(mine)))])
    few = np.sort(np.concatenate(kept))
    return np.concatenate([few, few + n]) if data.imitated else few


def kinds(data: Labelled) -> np.ndarray:
    """Class and machine of each line as one number; 0 for all lines with a target."""
    if not data.classes:
        return np.zeros(len(data.label), dtype=np.int64)
    return np.asarray(data.label + (int(data.label.max()) + 1) * data.machine, dtype=np.int64)
