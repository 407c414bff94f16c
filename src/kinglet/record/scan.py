"""The scan that finds the records: no list to edit."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any


@dataclass(frozen=True)
class Catalogue:
    """The records found in one room, by name."""

    records: Mapping[str, Any] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Any:
        if name not in self.records:
            raise ValueError(f"there is no {name!r}; there are {', '.join(self.records)}")
        return self.records[name]

    def __iter__(self) -> Any:
        return iter(self.records.values())

    def serving(self, task: str) -> Sequence[str]:
        """Names of those that serve a task."""
        return [record.name for record in self if task in record.tasks]

    def names(self, kind: str | None = None) -> Sequence[str]:
        """Names, of one kind of step or of all."""
        return [r.name for r in self if kind is None or getattr(r, "kind", None) == kind]


@cache
def scan(package: str) -> Catalogue:
    """Import every module of a room and collect their records, ordered by name."""
    room = importlib.import_module(package)
    found = {}
    for info in sorted(pkgutil.iter_modules(room.__path__), key=lambda item: item.name):
        module = importlib.import_module(f"{package}.{info.name}")
        record = getattr(module, "RECORD", None)
        if record is not None:
            if record.name != info.name:
                raise ValueError(f"{module.__file__} holds a record named {record.name!r}")
            found[record.name] = record
    return Catalogue(found)


def steps() -> Catalogue:
    """All steps."""
    return scan("kinglet.steps")


def models() -> Catalogue:
    """All models."""
    return scan("kinglet.models")


def selectors() -> Catalogue:
    """All ways to select features."""
    return scan("kinglet.selectors")
