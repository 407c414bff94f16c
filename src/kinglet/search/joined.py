"""The joined features of a candidate before it sees labels, and what they cost."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field

import numpy as np

from kinglet.pipeline import Pipeline, Pool, make_pool
from kinglet.pipeline.fitted import Arrays
from kinglet.pipeline.spec import Chain, chain_outputs
from kinglet.search.problem import Problem
from kinglet.search.store import Kind, Probe

_FEWEST = 20  # lines of a class that features are selected on, where it has them
_MOST_FLOATS = 40_000_000  # 160 MB; of more only those columns are computed that somebody needs


@dataclass(frozen=True)
class Joined:
    """Joined features of the branches of one or more candidates.

    Parameters
    ----------
    problem : Problem
    chains : tuple of Chain
    pool : Pool
    chain_fits : dict
    rows : ndarray of int, optional
        The lines that features are selected on, ascending; all but for large data.
    """

    problem: Problem
    chains: tuple[Chain, ...]
    pool: Pool
    chain_fits: dict[Chain, Arrays]
    rows: np.ndarray | None
    _columns: dict[tuple[Kind, int], np.ndarray] = field(default_factory=dict)

    def sample(self, kind: Kind = "plain") -> np.ndarray:
        """All features of the lines that they are selected on, float32 (n_sample, n_features)."""
        store, key = self.problem.store, ("sample", self.chains, kind)
        return store.kept.get(key, lambda: self._join(kind), lambda array: array.nbytes)

    def take(self, rows: np.ndarray, columns: np.ndarray, kind: Kind = "plain") -> np.ndarray:
        """Some features of some lines, float32 (n_rows, n_columns)."""
        if self.rows is None:
            return self.sample(kind)[np.ix_(rows, columns)]
        self._compute(columns, kind)
        taken = np.empty((len(rows), len(columns)), dtype=np.float32)
        for place, column in enumerate(columns):
            taken[:, place] = self._columns[kind, int(column)][rows]
        return taken

    def varies(self) -> bool:
        """Whether any feature differs between any two lines."""

        def compute() -> bool:
            sample = self.sample()
            return bool((sample != sample[:1]).any())

        key = ("varies", self.chains)
        return self.problem.store.kept.get(key, compute, lambda _: 1)

    def _join(self, kind: Kind) -> np.ndarray:
        store = self.problem.store
        parts = [store.features(chain, kind, self.rows) for chain in self.chains]
        return np.concatenate(parts, axis=1)

    def _compute(self, columns: np.ndarray, kind: Kind) -> None:
        """Compute the columns that are not there yet, chain by chain, for all lines."""
        missing = np.array([c for c in columns if (kind, int(c)) not in self._columns], dtype=int)
        start = 0
        for chain in self.chains:
            count = chain_outputs(chain, self.problem.shape)
            mine = np.sort(missing[(missing >= start) & (missing < start + count)])
            if len(mine):
                values = self.problem.store.features(chain, kind, wanted=mine - start)
                for place, column in enumerate(mine):
                    self._columns[kind, int(column)] = np.ascontiguousarray(values[:, place])
            start += count


def join(problem: Problem, pipeline: Pipeline) -> Joined:
    """The joined features of a pipeline; pipelines with the same branches share them."""
    chains = pipeline.chains()

    def compute() -> Joined:
        fits: dict[Chain, Arrays] = {}
        for chain in chains:
            fits |= problem.store.chain_fits(chain)
        pool = make_pool(pipeline, problem.shape, fits, problem.costs.cycles_per_operation)
        return Joined(problem, chains, pool, fits, _some_rows(problem, pool.n_features))

    def size(made: Joined) -> int:
        # Columns of large data would pile up: they live as long as their candidate.
        return made.pool.member.nbytes if made.rows is None else sys.maxsize

    return problem.store.kept.get(("joined", chains), compute, size)


def _some_rows(problem: Problem, n_features: int) -> np.ndarray | None:
    """Each so many-th line of each class, or of the targets in their order; None for all."""
    every = -(-len(problem.label) * n_features // _MOST_FLOATS)
    if every == 1 or problem.store.stream is not None:
        return None
    rows = []
    whole = np.issubdtype(problem.label.dtype, np.integer)
    for own in np.unique(problem.label) if whole else [None]:
        mine = np.flatnonzero(problem.label == own) if whole else np.argsort(problem.label)
        rows.append(mine[:: max(1, min(every, len(mine) // _FEWEST))])
    return np.sort(np.concatenate(rows))


def probe_features(problem: Problem, pipeline: Pipeline, kind: Probe) -> np.ndarray:
    """Joined features of a few nominal signals, as they are or changed beyond doubt."""
    return np.concatenate(
        [np.asarray(problem.store.probe(chain, kind)) for chain in pipeline.chains()], axis=1
    )
