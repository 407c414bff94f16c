"""What every evaluation of one search shares, and how it is made from data."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from kinglet.costs import CostModel
from kinglet.record import ENDLESS, Shape
from kinglet.search.limits import Limits
from kinglet.search.store import Store
from kinglet.signals import Labelled
from kinglet.tasks import Task


@dataclass(frozen=True)
class Problem:
    """What every evaluation of one search shares.

    Parameters
    ----------
    task : Task
    store : Store
    label : ndarray, shape (n,)
        Class of each line, or its target.
    machine : ndarray of int, shape (n,)
    classes : tuple of str
        What the library tells apart; empty where it tells a number.
    shape : Shape
    limits : Limits
    costs : CostModel
    seed : int
    horizon : float
        Signals after which a library that learns on the device forgets older ones.
    imitated : bool
        Whether the abnormal signals are imitations.
    part : ndarray of int, optional
        The lines that may be learned, where some are kept for a test; all by default.
    """

    task: Task
    store: Store
    label: np.ndarray
    machine: np.ndarray
    classes: tuple[str, ...]
    shape: Shape
    limits: Limits
    costs: CostModel
    seed: int
    horizon: float
    imitated: bool
    part: np.ndarray | None = None

    @property
    def lines(self) -> np.ndarray:
        """All lines that a finished candidate is fitted on."""
        return np.arange(len(self.label)) if self.part is None else self.part

    @property
    def n_outputs(self) -> int:
        """Outputs of a model: one a class, or one where there are none."""
        return len(self.classes) or 1


def confined(problem: Problem, part: np.ndarray, folder: Path) -> Problem:
    """The same problem for a search that sees some of the lines alone.

    Parameters
    ----------
    part : ndarray of int
        The lines that may be learned: of a series those before the test, not those after it.
    folder : Path
        For what is computed from them; it exists and is empty.
    """
    learned = part[problem.task.learned(problem.label[part])]
    store = problem.store.fitted_on(learned, folder)
    return replace(problem, store=store, part=part)


def make_problem(
    folder: Path,
    task: Task,
    data: Labelled,
    limits: Limits,
    costs: CostModel,
    seed: int,
    *,
    forget: int | None = None,
) -> Problem:
    """Write the signals to a new store and gather the rest.

    Parameters
    ----------
    folder : Path
        Of the store; it exists and is empty.
    forget : int, optional
        Signals after which a library that learns on the device forgets older ones.
    """
    signals = data.signals
    store = Store.create(
        folder,
        signals.values,
        seed,
        stream=np.asarray(signals.file) if signals.length == 1 else None,
        learned=np.flatnonzero(task.learned(data.label)),
    )
    return Problem(
        task=task,
        store=store,
        label=np.asarray(data.label),
        machine=np.asarray(data.machine),
        classes=tuple(data.classes) if task.has_classes else (),
        shape=Shape(signals.length, signals.axes),
        limits=limits,
        costs=costs,
        seed=seed,
        horizon=ENDLESS if forget is None else float(forget),
        imitated=data.imitated,
    )
