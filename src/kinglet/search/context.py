"""What all candidates of one search share, checked before anything is begun."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from pathlib import Path
from typing import Any, TypedDict, get_args

import numpy as np
from threadpoolctl import threadpool_limits

from kinglet import __version__
from kinglet.costs import CostModel
from kinglet.errors import InputError
from kinglet.record import ANOMALY, models
from kinglet.search.evaluate import Evaluation, evaluate
from kinglet.search.limits import Limits
from kinglet.search.problem import Problem, make_problem
from kinglet.signals import Labelled, Split
from kinglet.targets import DEFAULT, Target, get
from kinglet.tasks import TASKS, Task
from kinglet.toolchain import Optimise

MIN_FORGET = 20


@dataclass(frozen=True)
class Context:
    """What all candidates of one search share.

    Parameters
    ----------
    task : Task
    data : Labelled
    splits : tuple of Split
    target : Target
    limits : Limits
    optimise : {"size", "speed"}
    seed : int
    forget : int, optional
        Signals after which a library that learns on the device forgets older ones.
    models : tuple of str
        Names of those to choose from; all by default.
    """

    task: Task
    data: Labelled
    splits: tuple[Split, ...]
    target: Target
    limits: Limits
    optimise: Optimise
    seed: int
    forget: int | None = None
    models: tuple[str, ...] = ()

    @property
    def in_order(self) -> bool:
        """Whether the signals are samples of a stream."""
        return self.data.signals.length == 1

    @property
    def rules(self) -> dict[str, Any]:
        """How a candidate is recommended; arguments of `kinglet.search.board.recommended`."""
        return {
            "standard_error": partial(self.task.standard_error, n_signals=len(self.data.signals)),
            "unsure": self.data.imitated or self.in_order,
            "portfolio_order": self.task.portfolio_order,
        }

    @cached_property
    def costs(self) -> CostModel:
        """Sizes and times on the target."""
        return CostModel(self.target.core_key, self.optimise)

    def problem(self, folder: Path, data: Labelled | None = None) -> Problem:
        """The problem of all signals, or of others; ``folder`` exists and is empty."""
        return make_problem(
            folder,
            self.task,
            self.data if data is None else data,
            self.limits,
            self.costs,
            self.seed,
            forget=self.forget,
        )

    def complete(self, entry: Evaluation) -> Evaluation:
        """Evaluate a candidate once more on all signals, with its arrays."""
        temporary = tempfile.TemporaryDirectory(prefix="kinglet-", ignore_cleanup_errors=True)
        with temporary as name, threadpool_limits(1):
            whole = evaluate(self.problem(Path(name)), list(self.splits), entry.pipeline)
        return replace(whole, known=entry.known, number=entry.number, fresh=entry.fresh)

    def fingerprint(self) -> dict[str, Any]:
        """What makes this search another one than others, for its journal."""
        data, digest = self.data, hashlib.sha256()
        for array in (data.signals.values, data.label, data.machine, data.signals.group):
            digest.update(np.ascontiguousarray(array).data)
        return {
            "kinglet": __version__,
            "task": self.task.name,
            "settings": {k: v for k, v in sorted(vars(self.task).items()) if v is not None},
            "signals": digest.hexdigest()[:24],
            "classes": list(data.classes),
            "target": self.target.name,
            "limits": [*vars(self.limits).values()],
            "optimise": self.optimise,
            "seed": self.seed,
            "forget": self.forget,
            "models": list(self.models),
        }


class Choices(TypedDict, total=False):
    """What `make_context` lets choose beside the data."""

    task: str
    target: Target | str
    max_ram: int
    max_flash: int
    max_time: float | None
    max_knowledge: int
    forget: int | None
    model: Sequence[str]
    seed: int
    optimise: Optimise
    settings: Mapping[str, Any] | None


def make_context(
    data: Labelled,
    *,
    task: str = "classification",
    target: Target | str = DEFAULT,
    max_ram: int = 32 << 10,
    max_flash: int = 128 << 10,
    max_time: float | None = None,
    max_knowledge: int = 4 << 10,
    forget: int | None = None,
    model: Sequence[str] = (),
    seed: int = 0,
    optimise: Optimise = "size",
    settings: Mapping[str, Any] | None = None,
) -> Context:
    """Check what is asked for; the arguments are those of `kinglet.search`.

    Raises
    ------
    InputError
        For unusable arguments.
    """
    if task not in TASKS:
        raise InputError(f"there is no task {task!r}: use one of {', '.join(TASKS)}")
    if seed < 0 or optimise not in get_args(Optimise):
        raise InputError(f"seed is {seed} and optimise {optimise!r}: use 0 or more, size or speed")
    unknown = [name for name in model if name not in models().serving(task)]
    if unknown:
        raise InputError(
            f"there is no model {unknown[0]!r} for {task}: use some of "
            f"{', '.join(models().serving(task))}"
        )
    if forget is not None and task != ANOMALY:
        raise InputError(f"--forget is for libraries that learn on the device, not for {task}")
    if forget is not None and forget < MIN_FORGET:
        raise InputError(f"--forget is {forget}: give {MIN_FORGET} or more")
    chosen = get(target) if isinstance(target, str) else target
    kind = TASKS[task].with_settings(**(settings or {}))
    kind.check(data)
    limits = Limits(
        ram_bytes=min(max_ram, chosen.ram_bytes or max_ram),
        flash_bytes=min(max_flash, chosen.flash_bytes or max_flash),
        time_s=kind.max_time_s if max_time is None else max_time,
        clock_hz=chosen.clock_hz,
        knowledge_bytes=max_knowledge,
    )
    splits = tuple(kind.splits(data, seed))
    return Context(kind, data, splits, chosen, limits, optimise, seed, forget, tuple(model))
