"""Forward selection by orthogonal least squares."""

from __future__ import annotations

import numpy as np

from kinglet.pipeline.pool import Pool
from kinglet.record import Config, Selector
from kinglet.selectors._purse import COUNT, THRIFT, Purse, varies
from kinglet.selectors._targets import regression_problem

# A feature of which less than this share is new beside the chosen ones is their near-duplicate.
_NEW = 0.01
# Nothing is left to explain when the best feature explains less of the targets than this.
_NOTHING = 1e-5


class Forward(Selector):
    """One feature after the other, each the one that explains most of what is left."""

    name = "forward"
    title = "forward selection"
    doc = (
        "Orthogonal least squares on the classes, which weigh the same, or on the target of a "
        "regression: each step takes the feature that lowers the squared residual most, in the "
        "light of what it costs. Features of which the chosen ones explain 99 % are passed over. "
        "When nothing is left to explain it starts again with the features not chosen. Quick, and "
        "the best with linear models."
    )
    source = "Chen, Billings and Luo (1989), Orthogonal least squares methods, Int. J. Control 50"
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
        size = np.sqrt((columns**2).sum(axis=0))
        free = varies(x) & (size > 0)
        columns /= np.where(free, size, 1)
        purse = Purse(pool, limit, config["thrift"])
        while len(purse.bought) < config["count"]:
            before = len(purse.bought)
            _round(columns, target, free, purse, config["count"])
            if len(purse.bought) == before:
                break
        return purse.selected()


def _round(
    columns: np.ndarray, target: np.ndarray, free: np.ndarray, purse: Purse, count: int
) -> None:
    """Buy until the count is reached or the chosen features explain all; ``free`` is updated."""
    basis = np.zeros((len(columns), count), dtype=np.float32)
    product = columns.T @ target
    floor = _NOTHING * float((target**2).sum())
    new = np.ones(columns.shape[1], dtype=np.float32)  # share of a column outside the basis
    for step in range(min(count - len(purse.bought), len(columns) - 1)):
        usable = free & (new > _NEW)
        gain = np.where(usable, (product**2).sum(axis=1) / np.maximum(new, _NEW), 0)
        value = purse.value(np.where(gain > floor, gain, 0))
        best = int(np.argmax(value))
        if value[best] <= 0:
            return
        purse.buy(best)
        free[best] = False
        known = basis[:, :step]
        direction = columns[:, best]
        for _ in range(2):  # once more, against rounding
            direction = direction - known @ (known.T @ direction)
        direction /= np.linalg.norm(direction)
        basis[:, step] = direction
        shadow = columns.T @ direction
        product -= np.outer(shadow, direction @ target)
        new -= shadow**2


RECORD = Forward()
