"""What steps, models and selectors have in common."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from kinglet.record.values import ALL_TASKS, Config, Field, Parameter


class Record:
    """What steps and models have in common.

    Attributes
    ----------
    name : str
        Name of the two files and of the C function ``kn_NAME``.
    title : str
        A few words for people.
    doc : str
        What it computes, with formula, and when not to use it.
    source : str
        Paper or book, and the section.
    tasks : tuple of str
        Project types that it serves.
    parameters : tuple of Parameter
        Hyperparameters.
    fields : tuple of Field
        The C parameter block ``kn_NAME_block``.
    tolerance : tuple of (float, float)
        Relative and absolute tolerance of the C against the oracle.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    doc: ClassVar[str]
    source: ClassVar[str] = ""
    tasks: ClassVar[tuple[str, ...]] = ALL_TASKS
    parameters: ClassVar[tuple[Parameter, ...]] = ()
    fields: ClassVar[tuple[Field, ...]] = ()
    tolerance: ClassVar[tuple[float, float]] = (1e-5, 1e-6)

    def header(self) -> Path:
        """Path of the C header beside the record."""
        module = importlib.import_module(type(self).__module__)
        return Path(str(module.__file__)).with_name(f"{self.name}.h")

    def functions(self) -> tuple[str, ...]:
        """Names of the C functions that a library calls."""
        return (f"kn_{self.name}",)

    def complete(self, config: Config) -> dict[str, Any]:
        """Fill the defaults in and check every value.

        Raises
        ------
        ValueError
            For an unknown parameter or a value out of its range.
        """
        known = {parameter.name: parameter for parameter in self.parameters}
        for key, value in config.items():
            if key not in known:
                raise ValueError(f"{self.name} has no parameter {key!r}")
            if not known[key].check(value):
                raise ValueError(f"{self.name}: {value!r} is out of range for {key!r}")
        return {name: config.get(name, parameter.default) for name, parameter in known.items()}

    def draw(self, rng: np.random.Generator) -> dict[str, Any]:
        """Draw a configuration at random; what means nothing in it has its default."""
        drawn = {parameter.name: parameter.draw(rng) for parameter in self.parameters}
        for parameter in self.parameters:
            if parameter.condition is not None:
                name, values = parameter.condition
                if drawn[name] not in values:
                    drawn[parameter.name] = parameter.default
        return drawn

    def describe(self, config: Config) -> str:
        """One configuration in words: the title, and what differs from the defaults."""
        shown = [
            f"{parameter.name} {_short(config[parameter.name])}"
            for parameter in self.parameters
            if config.get(parameter.name, parameter.default) != parameter.default
        ]
        return self.title + (f" ({', '.join(shown)})" if shown else "")


def _short(value: Any) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value)
