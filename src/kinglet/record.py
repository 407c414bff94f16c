"""What a step or a model says of itself, and the scan that finds them.

A step or model is two files with one name: ``steps/NAME.py`` holds a subclass of `Step` (or
``models/NAME.py`` of `Model`) and, as ``RECORD``, its only instance; ``NAME.h`` beside it holds the
C that every use of it runs. Everything else (search space, forms, documentation pages, C parameter
blocks, conformance tests) is derived from the record, so nothing else is edited to add one.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, ClassVar, Literal, NamedTuple

import numpy as np

Config = Mapping[str, Any]
Fitted = Mapping[str, np.ndarray]
Block = Mapping[str, Any]

CLASSIFICATION = "classification"
ALL_TASKS = ("anomaly", "outlier", CLASSIFICATION, "extrapolation")


class Shape(NamedTuple):
    """Shape of a signal between two steps: samples per axis, and axes."""

    length: int
    axes: int


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
    """

    each: np.ndarray
    group: np.ndarray
    shared: np.ndarray
    fixed: float = 0.0

    def total(self, wanted: np.ndarray) -> float:
        """Operations of a set of wanted outputs."""
        groups = np.unique(self.group[wanted])
        groups = groups[groups >= 0]
        return float(self.fixed + self.each[wanted].sum() + self.shared[groups].sum())

    @staticmethod
    def uniform(n_outputs: int, n_groups: int, shared: float, each: float = 1.0) -> Cost:
        """Outputs in ``n_groups`` equal runs (one an axis, say), each run with one intermediate."""
        return Cost(
            each=np.full(n_outputs, each),
            group=np.repeat(np.arange(n_groups), n_outputs // n_groups),
            shared=np.full(n_groups, float(shared)),
        )


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
        """Draw a configuration at random."""
        return {parameter.name: parameter.draw(rng) for parameter in self.parameters}

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


class Step(Record):
    """A transformation of one signal; stateless but for what was fitted on training lines.

    ``kind`` says what it makes: ``signal`` (axes of samples to axes of samples), ``features``
    (axes of samples to a vector; the end of a branch) or ``vector`` (the joined vector to a vector
    of the same length, in place).

    The C function has one signature for all::

        static void kn_NAME(const kn_NAME_block *block, const kn_shape *shape, const float *in,
                            const uint16_t *wanted, uint32_t wanted_count,
                            float *out, float *scratch);

    ``wanted`` lists, ascending, the outputs to compute: axes for a signal step, features for a
    feature step (a vector step computes all). Outputs are written side by side: wanted axis k
    starts at ``out + k * output_length``, wanted feature k is ``out[k]``. The bits of an output
    never depend on which others are wanted.
    """

    kind: ClassVar[Literal["signal", "features", "vector"]]
    # What it makes sense after: any signal, or a spectrum only.
    takes: ClassVar[Literal["signal", "spectrum"]] = "signal"
    gives: ClassVar[Literal["signal", "spectrum"]] = "signal"
    # Share of the outputs that may stay constant on ordinary signals (a kernel that never fires).
    constant_share: ClassVar[float] = 0.0
    fit_kind: ClassVar[Literal["none", "unlabelled", "labelled"]] = "none"

    def accepts(self, config: Config, shape: Shape) -> bool:
        """Tell whether the step makes sense for signals of this shape."""
        return True

    def output(self, config: Config, shape: Shape) -> Shape:
        """Shape of the output; a vector of n values has shape (n, 1)."""
        raise NotImplementedError

    def outputs(self, config: Config, shape: Shape) -> int:
        """Number of outputs that can be wanted: axes of a signal step, else features."""
        result = self.output(config, shape)
        return result.axes if self.kind == "signal" else result.length

    def labels(self, config: Config, shape: Shape) -> list[str]:
        """Name each output for people."""
        per_axis = max(1, self.outputs(config, shape) // shape.axes)
        return [
            f"{self.title} {index % per_axis} of axis {index // per_axis}"
            for index in range(self.outputs(config, shape))
        ]

    def fit(
        self,
        config: Config,
        shape: Shape,
        values: np.ndarray,
        label: np.ndarray | None,
        rng: np.random.Generator,
    ) -> dict[str, np.ndarray]:
        """Learn from training lines what the block needs.

        Parameters
        ----------
        values : ndarray of float32, shape (n, length, axes); (n, length) for a vector step
        label : ndarray of int, shape (n,), optional
        rng : numpy.random.Generator
        """
        return {}

    def block(self, config: Config, shape: Shape, fitted: Fitted) -> dict[str, Any]:
        """Values of the C parameter block, by name of field."""
        return {}

    def scratch(self, config: Config, shape: Shape) -> int:
        """Scratch memory that one call needs, in floats."""
        return 0

    def cost(self, config: Config, shape: Shape) -> Cost:
        """Operations of the outputs, for prediction of time and for selection."""
        raise NotImplementedError

    def needs(self, config: Config, shape: Shape, fitted: Fitted) -> np.ndarray:
        """Which input axes each output needs, bool (n_outputs, axes).

        By default outputs lie in equal runs, one an axis.
        """
        per_axis = self.outputs(config, shape) // shape.axes
        return np.repeat(np.eye(shape.axes, dtype=bool), per_axis, axis=0)

    def narrow(
        self, config: Config, shape: Shape, fitted: Fitted, wanted: np.ndarray, kept: np.ndarray
    ) -> tuple[dict[str, Any], dict[str, np.ndarray], np.ndarray]:
        """Rewrite for an input of which only the axes ``kept`` are there.

        Returns
        -------
        tuple of (config, fitted, wanted)
            Such that the step over the kept axes gives the same bits for the same outputs.
        """
        per_axis = self.outputs(config, shape) // shape.axes
        wanted = np.asarray(wanted)
        axis = np.searchsorted(kept, wanted // per_axis)
        return dict(config), dict(fitted), axis * per_axis + wanted % per_axis

    def oracle(
        self, config: Config, shape: Shape, fitted: Fitted, values: np.ndarray
    ) -> np.ndarray:
        """Compute the same in NumPy; in tests only.

        Parameters
        ----------
        values : ndarray, shape (n, length, axes); (n, length) for a vector step

        Returns
        -------
        ndarray, shape (n, length', axes') for a signal step, else (n, n_outputs)
        """
        raise NotImplementedError

    def near_tie(
        self, config: Config, shape: Shape, fitted: Fitted, values: np.ndarray
    ) -> np.ndarray:
        """Outputs, bool (n, n_outputs), that hang on a comparison too close for the oracle."""
        return np.zeros((len(values), self.outputs(config, shape)), dtype=bool)


class Model(Record):
    """A model learned on the desk: fitted in Python, computed in C.

    The C function is::

        static void kn_NAME(const kn_NAME_block *block, const float *in, float *out,
                            float *scratch);

    For classification ``out`` holds one probability a class, summing to 1.
    """

    def fit(
        self, config: Config, x: np.ndarray, y: np.ndarray, n_outputs: int, seed: int
    ) -> dict[str, np.ndarray]:
        """Fit.

        Parameters
        ----------
        x : ndarray of float32, shape (n, n_features)
            Scaled features.
        y : ndarray, shape (n,)
            Class of each line, 0..n_outputs-1.
        n_outputs : int
            Number of classes.
        seed : int
            Seed of everything drawn.
        """
        raise NotImplementedError

    def block(self, config: Config, fitted: Fitted) -> dict[str, Any]:
        """Values of the C parameter block, by name of field."""
        raise NotImplementedError

    def scratch(self, config: Config, n_inputs: int, n_outputs: int) -> int:
        """Scratch memory that one call needs, in floats."""
        return 0

    def cost(self, config: Config, fitted: Fitted, n_inputs: int, n_outputs: int) -> float:
        """Operations of one call."""
        raise NotImplementedError

    def typical_bytes(self, config: Config, n_inputs: int, n_outputs: int) -> int:
        """Bytes of parameters to expect before anything is fitted."""
        raise NotImplementedError

    def oracle(self, config: Config, fitted: Fitted, x: np.ndarray) -> np.ndarray:
        """Compute the same in NumPy or scikit-learn, shape (n, n_outputs); in tests only."""
        raise NotImplementedError


class Selector(Record):
    """A way to select a few features of the joined pool, in Python only: it has no C."""

    tasks: ClassVar[tuple[str, ...]] = (CLASSIFICATION,)

    def header(self) -> Path:
        """A selector has no C."""
        raise TypeError(f"{self.name} is a selector: it has no C")

    def select(
        self,
        config: Config,
        x: np.ndarray,
        y: np.ndarray,
        pool: Any,
        limit: float,
        seed: int,
    ) -> np.ndarray:
        """Select.

        Parameters
        ----------
        x : ndarray of float32, shape (n, n_features)
            Training lines, standard-scaled and clipped to +-5.
        y : ndarray of int, shape (n,)
            Class of each line.
        pool : kinglet.pipeline.Pool
            What the features cost.
        limit : float
            Operations that the selected features may cost together; may be infinite.
        seed : int
            Seed of everything drawn.

        Returns
        -------
        ndarray of int64
            Ascending indices, never of a feature that is constant over the lines; empty where the
            limit pays for none.
        """
        raise NotImplementedError


POINTER_BYTES = 4
CTYPE_BYTES = {
    "float": 4,
    "int8_t": 1,
    "uint8_t": 1,
    "int16_t": 2,
    "uint16_t": 2,
    "int32_t": 4,
    "uint32_t": 4,
}
CTYPE_DTYPE: dict[str, np.dtype[Any]] = {
    "float": np.dtype(np.float32),
    "int8_t": np.dtype(np.int8),
    "uint8_t": np.dtype(np.uint8),
    "int16_t": np.dtype(np.int16),
    "uint16_t": np.dtype(np.uint16),
    "int32_t": np.dtype(np.int32),
    "uint32_t": np.dtype(np.uint32),
}


def struct_bytes(record: Record) -> int:
    """Bytes of a parameter block on a 32-bit target, padding as the compiler lays it."""
    offset, align = 0, 1
    for item in record.fields:
        size = POINTER_BYTES if item.array else CTYPE_BYTES[item.ctype]
        offset = -(-offset // size) * size + size
        align = max(align, size)
    return -(-offset // align) * align


def block_bytes(record: Record, block: Block) -> int:
    """Bytes of flash that a parameter block and its tables take on a 32-bit target."""
    tables = sum(
        np.asarray(block[item.name]).size * CTYPE_BYTES[item.ctype]
        for item in record.fields
        if item.array
    )
    return struct_bytes(record) + tables


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
