"""A pipeline before anything is fitted: prefix, branches, scaling, selection, model."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from kinglet.record import Learner, Record, Shape, models, selectors, steps
from kinglet.signals import AUGMENTATIONS, Augmentation

VERSION = 1


@dataclass(frozen=True)
class Use:
    """One use of a step, selector or model: its name and its hyperparameters.

    Build it with `Use.of`; ``config`` holds every parameter, defaults filled in, in the order of
    the record, so that equal uses are equal values.
    """

    name: str
    config: tuple[tuple[str, Any], ...] = ()

    @staticmethod
    def of(record: Record, **config: Any) -> Use:
        """Use a record; raises ValueError for a value that the record refuses."""
        return Use(record.name, tuple(record.complete(config).items()))

    @property
    def settings(self) -> dict[str, Any]:
        """Hyperparameters by name."""
        return dict(self.config)

    def to_json(self) -> dict[str, Any]:
        """Plain data."""
        return {"name": self.name, **({"config": self.settings} if self.config else {})}


def step(name: str, **config: Any) -> Use:
    """Use a step."""
    return Use.of(steps()[name], **config)


def model(name: str, **config: Any) -> Use:
    """Use a model."""
    return Use.of(models()[name], **config)


def selector(name: str, **config: Any) -> Use:
    """Use a selector."""
    return Use.of(selectors()[name], **config)


Chain = tuple[Use, ...]


@dataclass(frozen=True)
class Pipeline:
    """Prefix steps, branches side by side, scaling, selection and a model.

    Parameters
    ----------
    branches : tuple of tuples of Use
        Each is a chain of signal steps that ends in a feature step; their outputs are joined.
    scale : Use
        Vector step over the selected features.
    selection : Use
        Which of the joined features are kept.
    model : Use
    prefix : tuple of Use
        Signal steps that all branches share.
    augmentation : str, optional
        How the copies of the training signals are changed that the model learns beside them
        (`kinglet.signals.augment`); none by default.

    Raises
    ------
    ValueError
        For an unknown augmentation, or one for a model that learns on the device.
    """

    branches: tuple[Chain, ...]
    scale: Use
    selection: Use
    model: Use
    prefix: Chain = field(default=())
    augmentation: Augmentation | None = None

    def __post_init__(self) -> None:
        if self.augmentation is None:
            return
        if self.augmentation not in AUGMENTATIONS:
            raise ValueError(f"augmentation {self.augmentation!r} is not known")
        if isinstance(models()[self.model.name], Learner):
            raise ValueError(f"{self.model.name} learns on the device: it takes no augmentation")

    def chains(self) -> tuple[Chain, ...]:
        """Each branch with the prefix before it."""
        return tuple(self.prefix + branch for branch in self.branches)

    def to_json(self) -> dict[str, Any]:
        """Plain data, read back by `from_json`."""
        return {
            "version": VERSION,
            "prefix": [use.to_json() for use in self.prefix],
            "branches": [[use.to_json() for use in branch] for branch in self.branches],
            "scale": self.scale.to_json(),
            "selection": self.selection.to_json(),
            "model": self.model.to_json(),
            # Absent where there is none, so that what was written before keeps its key.
            **({"augmentation": self.augmentation} if self.augmentation else {}),
        }

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> Pipeline:
        """Build from plain data; every name and value is checked against its record.

        Raises
        ------
        ValueError
            For an unknown version, name, parameter or value.
        """
        if data.get("version") != VERSION:
            raise ValueError(f"pipeline version {data.get('version')!r} is not {VERSION}")

        def use(item: Mapping[str, Any], make: Any) -> Use:
            made: Use = make(item["name"], **item.get("config", {}))
            return made

        return Pipeline(
            prefix=tuple(use(item, step) for item in data["prefix"]),
            branches=tuple(tuple(use(item, step) for item in b) for b in data["branches"]),
            scale=use(data["scale"], step),
            selection=use(data["selection"], selector),
            model=use(data["model"], model),
            augmentation=data.get("augmentation"),
        )

    def canonical(self) -> str:
        """JSON text that is equal exactly for equal pipelines."""
        return json.dumps(self.to_json(), sort_keys=True, separators=(",", ":"))

    def key(self) -> str:
        """Hash of the canonical JSON, 16 hex digits."""
        return hashlib.sha256(self.canonical().encode()).hexdigest()[:16]

    def describe(self) -> str:
        """One paragraph for people."""

        def words(chain: Chain) -> str:
            return " > ".join(steps()[use.name].describe(use.settings) for use in chain)

        parts = [words(self.prefix)] if self.prefix else []
        parts.append(" + ".join(words(branch) for branch in self.branches))
        parts.append(steps()[self.scale.name].describe(self.scale.settings))
        parts.append(selectors()[self.selection.name].describe(self.selection.settings))
        parts.append(models()[self.model.name].describe(self.model.settings))
        if self.augmentation:
            parts.append(f"learned also from copies {AUGMENTATIONS[self.augmentation]}")
        return "; ".join(parts)


def chain_outputs(chain: Chain, shape: Shape) -> int:
    """Features of a chain that ends in a feature step.

    Raises
    ------
    ValueError
        If a step does not take signals of the shape.
    """
    inputs = shapes(chain, shape)
    if inputs is None:
        raise ValueError(f"{chain[-1].name} does not take signals of shape {tuple(shape)}")
    return inputs[-1].length


@lru_cache(maxsize=8192)
def shapes(chain: Chain, shape: Shape) -> tuple[Shape, ...] | None:
    """Input shape of each step of a chain, then the output's; None where a step refuses."""
    result = [shape]
    for use in chain:
        record = steps()[use.name]
        if not record.accepts(use.settings, result[-1]):
            return None
        result.append(record.output(use.settings, result[-1]))
    return tuple(result)
