"""Optuna's TPE as a strategy: one study for each family of models, families in turn.

Its space is that of the records: a pool of branches, scaling, a selector, how many features, and
the parameters of the model. It knows of the portfolio what evolution knows: those pipelines are
its first trials.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import optuna

from kinglet.pipeline import Pipeline, Use
from kinglet.record import Parameter, Record, models, selectors, steps
from kinglet.search import Evaluation, Space, blocks
from kinglet.search.evaluate import upper_bound
from kinglet.search.store import seed_of
from kinglet.search.strategy.draw import SELECTORS
from kinglet.search.strategy.random import RandomSearch
from kinglet.search.strategy.structure import Structure, Tail, counts_of, tail_of

_TRIES = 30
_PRUNED = optuna.trial.TrialState.PRUNED


class Tpe(RandomSearch):
    """One pipeline a batch, as the study of the family whose turn it is suggests.

    Parameters
    ----------
    space : Space
    too_large : callable
        Names the limit that a pipeline breaks for certain, empty where there is none.
    """

    def __init__(self, space: Space, too_large: Callable[[Pipeline], str]) -> None:
        super().__init__(space, too_large)
        optuna.logging.set_verbosity(optuna.logging.WARNING)
        self._studies = {
            name: optuna.create_study(
                direction="maximize",
                sampler=optuna.samplers.TPESampler(seed=seed_of(space.seed, f"tpe {name}")),
            )
            for name in space.models
        }
        named = [tuple(pool) for pool in blocks.pools(space.task, space.shape)]
        known = [pipeline.branches for pipeline in space.portfolio]
        self._pools = list(dict.fromkeys([*known, *named]))
        used = [pipeline.selection.name for pipeline in space.portfolio]
        self._selectors = list(dict.fromkeys([*SELECTORS, *used]))
        self._open: dict[Pipeline, tuple[str, optuna.Trial]] = {}
        self._read = 0

    def ask(self, index: int, known: Sequence[Evaluation]) -> list[Pipeline]:
        """A pipeline of the portfolio, then what a study suggests, at random where it is stuck."""
        self._learn(known)
        portfolio = self.space.portfolio
        if index < len(portfolio):
            pipeline = portfolio[index]
            family = pipeline.model.name
            study = self._studies[family]
            study.enqueue_trial(self._parameters(pipeline))
            self._open[pipeline] = family, study.ask()
            self._build(self._open[pipeline][1], family)  # the trial learns what it stands for
            return super().ask(index, known)
        family = self.space.models[(index - len(portfolio)) % len(self.space.models)]
        study = self._studies[family]
        for _ in range(_TRIES):
            trial = study.ask()
            found = self._build(trial, family)
            if found is not None and self._is_new(found, ()):
                self._open[found] = family, trial
                self._asked.add(found)
                return [found]
            study.tell(trial, state=_PRUNED)
        return super().ask(index, known)[:1]

    def _learn(self, known: Sequence[Evaluation]) -> None:
        """Tell scores; of a candidate that was stopped, how far it came and what it had."""
        for entry in known[self._read :]:
            if entry.pipeline not in self._open:
                continue
            family, trial = self._open.pop(entry.pipeline)
            study = self._studies[family]
            if entry.complete:
                study.tell(trial, entry.score)
                continue
            scores = [score for score in entry.split_scores if score is not None]
            if scores:
                trial.report(upper_bound(scores, 0, 0), len(scores))
            study.tell(trial, state=_PRUNED)
        self._read = max(self._read, len(known))

    def _build(self, trial: optuna.Trial, family: str) -> Pipeline | None:
        """The pipeline of a trial; None where its parts do not go together."""
        branches = self._pools[trial.suggest_int("pool", 0, len(self._pools) - 1)]
        scale = _suggested(trial, steps()[self._scale_name()])
        selector = str(trial.suggest_categorical("selector", self._selectors))
        settings = _suggested(trial, selectors()[selector], without="count")
        kept = tuple((name, value) for name, value in settings.config if name != "count")
        structure = Structure(branches, scale, selector, kept)
        use = _suggested(trial, models()[family])
        choices = counts_of(selector)
        wanted = (
            choices[trial.suggest_int(f"{selector}.count", 0, len(choices) - 1)]
            if choices
            else None
        )
        allowed = self.drawer.counts(structure, use)
        if not allowed or not self.drawer.serves(structure, family):
            return None
        if wanted is None or None in allowed:
            count = allowed[-1]
        else:
            count = min(allowed, key=lambda one: abs((one or 0) - wanted))
        return structure.with_tail(Tail(count, use))

    def _parameters(self, pipeline: Pipeline) -> dict[str, Any]:
        """What a trial must be told to become a pipeline; the inverse of `_build`."""
        structure, tail = Structure.of(pipeline), tail_of(pipeline)
        selector = selectors()[structure.selector]
        told = {
            "pool": self._pools.index(structure.branches),
            "selector": structure.selector,
            **_encoded(steps()[structure.scale.name], structure.scale),
            **_encoded(selector, pipeline.selection, without="count"),
            **_encoded(models()[tail.model.name], tail.model),
        }
        if tail.count is not None:
            told[f"{selector.name}.count"] = counts_of(selector.name).index(tail.count)
        return told

    def _scale_name(self) -> str:
        return self.space.portfolio[0].scale.name


def _is_word(parameter: Parameter) -> bool:
    return any(isinstance(choice, str) for choice in parameter.choices)


def _suggested(trial: optuna.Trial, record: Record, without: str = "") -> Use:
    """A use of a record; numbers that may be chosen keep their order."""
    settings: dict[str, Any] = {}
    for parameter in record.parameters:
        name = f"{record.name}.{parameter.name}"
        if parameter.name == without:
            continue
        if parameter.condition is not None:
            other, values = parameter.condition
            if settings.get(other) not in values:
                continue
        log = parameter.scale == "log"
        if _is_word(parameter):
            settings[parameter.name] = trial.suggest_categorical(name, parameter.choices)
        elif parameter.choices:
            place = trial.suggest_int(name, 0, len(parameter.choices) - 1)
            settings[parameter.name] = parameter.choices[place]
        elif isinstance(parameter.default, int):
            low, high = int(parameter.low), int(parameter.high)
            settings[parameter.name] = trial.suggest_int(name, low, high, log=log)
        else:
            value = trial.suggest_float(name, parameter.low, parameter.high, log=log)
            settings[parameter.name] = float(np.clip(value, parameter.low, parameter.high))
    return Use.of(record, **settings)


def _encoded(record: Record, use: Use, without: str = "") -> dict[str, Any]:
    """What `_suggested` is to be told so that it gives a use."""
    told = {}
    for parameter in record.parameters:
        if parameter.name == without:
            continue
        value = use.settings[parameter.name]
        if parameter.choices and not _is_word(parameter):
            value = parameter.choices.index(value)
        told[f"{record.name}.{parameter.name}"] = value
    return told
