"""The parts that records are made of: hyperparameters, members of the C block, costs, shapes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import numpy as np

Config = Mapping[str, Any]
Fitted = Mapping[str, np.ndarray]
Block = Mapping[str, Any]

ANOMALY = "anomaly"
OUTLIER = "outlier"
CLASSIFICATION = "classification"
EXTRAPOLATION = "extrapolation"
ALL_TASKS = (ANOMALY, OUTLIER, CLASSIFICATION, EXTRAPOLATION)


class Shape(NamedTuple):
    """Shape of a signal between two steps: samples per axis, and axes."""

    length: int
    axes: int

    @property
    def is_sample(self) -> bool:
        """Whether a signal is a single sample, and so part of a stream."""
        return self.length == 1


@dataclass(frozen=True)
class Parameter:
    """One hyperparameter, and so one field of a form and one dimension of the search.

    Parameters
    ----------
    name : str
        Key in the configuration.
    default : int, float or str
        Value where nothing is said.
    doc : str
        One sentence for people.
    choices : tuple
        The values allowed; empty where ``low`` and ``high`` bound a range instead.
    low, high : float
        Bounds, both inclusive; integers where the default is one.
    scale : {"linear", "log"}
        How the search draws from the range.
    unit : str
        Unit of the value, empty where it has none.
    condition : tuple of (str, tuple), optional
        The parameter means something only where another one has one of these values.
    cheap : bool
        Of a model: other values share the costly part of a fit, so that they are worth trying
        beside any.
    """

    name: str
    default: Any
    doc: str
    choices: tuple[Any, ...] = ()
    low: float = 0.0
    high: float = 0.0
    scale: Literal["linear", "log"] = "linear"
    unit: str = ""
    condition: tuple[str, tuple[Any, ...]] | None = None
    cheap: bool = False

    def check(self, value: Any) -> bool:
        """Tell whether a value is allowed."""
        if self.choices:
            return value in self.choices
        return type(value) is type(self.default) and self.low <= value <= self.high

    def draw(self, rng: np.random.Generator) -> Any:
        """Draw a value at random from the whole range."""
        if self.choices:
            return self.choices[int(rng.integers(len(self.choices)))]
        if self.scale == "log":
            value = float(np.exp(rng.uniform(np.log(self.low), np.log(self.high))))
        else:
            value = float(rng.uniform(self.low, self.high))
        return round(value) if isinstance(self.default, int) else value


@dataclass(frozen=True)
class Field:
    """One member of the C parameter block, in the order of declaration.

    Parameters
    ----------
    name : str
        Name of the member in C.
    ctype : {"float", "int8_t", "uint8_t", "int16_t", "uint16_t", "int32_t", "uint32_t"}
        Type of the member, or of its elements.
    doc : str
        Comment beside the member.
    array : bool
        True for ``const ctype *name``, a table in flash.
    """

    name: str
    ctype: str
    doc: str
    array: bool = False


@dataclass(frozen=True)
class Cost:
    """What the outputs of a step cost, in operations (about one cycle of a Cortex-M4F each).

    Parameters
    ----------
    each : ndarray of float64, shape (n_outputs,)
        Operations that an output costs by itself.
    group : ndarray of int64, shape (n_outputs,)
        The shared intermediate (moments, a sort, a spectrum) that an output needs; -1 for none.
    shared : ndarray of float64, shape (n_groups,)
        Operations of each intermediate, paid once if any of its outputs is wanted.
    fixed : float
        Operations paid in any case.
    basis : ndarray of int64, shape (n_groups,), optional
        The intermediate that each intermediate needs in its turn; -1 for none, as by default.
    """

    each: np.ndarray
    group: np.ndarray
    shared: np.ndarray
    fixed: float = 0.0
    basis: np.ndarray | None = None

    def needing(self, group: int) -> np.ndarray:
        """Which outputs need an intermediate, for themselves or as basis of another; bool."""
        needed = self.group == group
        if self.basis is not None:
            needed |= (self.group >= 0) & (self.basis[self.group] == group)
        return needed

    def total(self, wanted: np.ndarray) -> float:
        """Operations of a set of wanted outputs."""
        paid = [cost for g, cost in enumerate(self.shared) if self.needing(g)[wanted].any()]
        return float(self.fixed + self.each[wanted].sum() + sum(paid))

    @staticmethod
    def uniform(n_outputs: int, n_groups: int, shared: float, each: float = 1.0) -> Cost:
        """Outputs in ``n_groups`` equal runs (one an axis, say), each run with one intermediate."""
        return Cost(
            each=np.full(n_outputs, each),
            group=np.repeat(np.arange(n_groups), n_outputs // n_groups),
            shared=np.full(n_groups, float(shared)),
        )
