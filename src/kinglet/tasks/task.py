"""What a project type must say of itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol

import numpy as np

from kinglet.ccode import Names
from kinglet.errors import InputError
from kinglet.pipeline import Output, Plan, Trained
from kinglet.signals import NORMAL, Labelled, Split, make_splits, name_stretches


class Emulated(Protocol):
    """A library that runs somewhere and can be called; see `kinglet.library.Emulator`."""

    metadata: dict[str, Any]

    def call(self, name: str, *arguments: float) -> float:
        """Call a function that `Task.emulator` wrote."""

    def put(self, signal: np.ndarray) -> None:
        """Write a signal to the input buffer."""

    def read(self, address: int, size: int) -> bytes:
        """Read memory."""

    def write(self, address: int, content: bytes) -> None:
        """Write memory."""


@dataclass(frozen=True)
class Settled:
    """What the judgement of a candidate comes to when all splits are run.

    Parameters
    ----------
    scores : list of float
        The task's metric for each split.
    outputs : list of ndarray
        Outputs of each split's held-out lines, as the finished library would give them.
    margin : float
        How far from wrong the right answers are, 0 to 1.
    factor : float
        What the limit of a library that learns on the device is multiplied by.
    factors : list of float
        The same for each split, chosen on the others.
    output : Output, optional
        What the library does to the output of its model, where that is known only now.
    """

    scores: list[float]
    outputs: list[np.ndarray]
    margin: float = 0.0
    factor: float = 1.0
    factors: list[float] = field(default_factory=list)
    output: Output | None = None


@dataclass(frozen=True)
class Emulation:
    """What a library said of signals.

    Parameters
    ----------
    states : ndarray of int, shape (n,)
        Return code of each call.
    outputs : ndarray of float32, shape (n, n_outputs)
        NaN where a call gave none.
    extra : mapping
        What else the task tells of the run.
    """

    states: np.ndarray
    outputs: np.ndarray
    extra: Mapping[str, Any] = field(default_factory=dict)


class Task:
    """One project type.

    Attributes
    ----------
    name : str
    public : tuple of str
        Functions of the C API, before any suffix.
    measured : mapping from str to str
        Those whose time counts, and the functions of the harness that call them.
    includes : tuple of str
        Headers that the library's header includes.
    exports : tuple of str
        Functions of the emulator.
    has_classes : bool
        Whether the library knows the names of classes.
    stressed : bool
        Whether candidates without a fault are told apart by perturbed signals.
    metric : str
        The main metric, as ``result.json`` calls it.
    least : float
        Smallest value that the metric can have.
    whole_stretches : bool
        Whether blocks are whole stretches of a file that changes as from one recording to the next.
    portfolio_order : bool
        Whether the order of the portfolio decides among candidates that are about as good.
    max_time_s : float
        Time that one call of the library may take, by default.
    """

    name: ClassVar[str]
    public: ClassVar[tuple[str, ...]]
    measured: ClassVar[Mapping[str, str]]
    includes: ClassVar[tuple[str, ...]] = ("stdint.h",)
    exports: ClassVar[tuple[str, ...]]
    has_classes: ClassVar[bool] = True
    stressed: ClassVar[bool] = True
    metric: ClassVar[str] = "balanced_accuracy"
    least: ClassVar[float] = 0.0
    whole_stretches: ClassVar[bool] = True
    portfolio_order: ClassVar[bool] = False
    max_time_s: ClassVar[float] = 0.020

    def with_settings(self, **settings: Any) -> Task:
        """The project type as a user wants it.

        Raises
        ------
        InputError
            For a setting that it does not have.
        """
        for name in settings:
            option = "no-clip" if name == "clip" else name.replace("_", "-")
            raise InputError(f"--{option} is not for {self.name}: leave it out")
        return self

    def check(self, data: Labelled) -> None:
        """Refuse data that were labelled for another project type.

        Raises
        ------
        InputError
            Names the function that reads the right ones.
        """
        if not data.classes:
            raise InputError(f"{self.name} needs classes, not targets: see kinglet.read_classes")

    def splits(self, data: Labelled, seed: int, folds: int = 5) -> list[Split]:
        """Training and held-out lines, so many folds of each kind; a stream is not shuffled."""
        signals = data.signals
        kind = data.label + (data.label.max() + 1) * data.machine
        stretch = name_stretches(data) if self.whole_stretches else None
        splits = make_splits(kind, signals.group, signals.line, stretch, folds=folds, seed=seed)
        return [split for split in splits if signals.length > 1 or split.kind != "random"]

    def learned(self, label: np.ndarray) -> np.ndarray:
        """Which lines scaling and model may see, bool (n,): all of the training lines."""
        return np.ones(len(label), dtype=bool)

    def target(self, label: np.ndarray) -> tuple[np.ndarray, Output | None]:
        """What selection and model are fitted to, and what the library does to the model's output.

        Parameters
        ----------
        label : ndarray, shape (n,)
            Of training lines.
        """
        return label, None

    def standard_error(self, mean: float, n_signals: int) -> float:
        """Standard error of the mean metric over lines: that of a share, drawn to the middle."""
        p = (n_signals * mean + 1) / (n_signals + 2)
        return float(np.sqrt(p * (1 - p) / n_signals))

    def split_metric(
        self,
        label: np.ndarray,
        outputs: np.ndarray,
        machine: np.ndarray,
        *,
        imitated: bool = False,
    ) -> float:
        """The metric that a split is judged by, 0 to 1, higher is better; or a bound above it.

        Parameters
        ----------
        label : ndarray of int, shape (n,)
        outputs : ndarray of float32, shape (n, n_outputs)
        machine : ndarray of int, shape (n,)
            Lines of different machines are judged apart and the worst counts.
        imitated : bool
            Whether the abnormal signals are imitations.
        """
        raise NotImplementedError

    def accuracy(self, label: np.ndarray, outputs: np.ndarray) -> float:
        """The task's metric of settled outputs."""
        return self.split_metric(label, outputs, np.zeros_like(label))

    def natural(self, label: np.ndarray, *, imitated: bool) -> np.ndarray:
        """Which lines tell what new data will show, bool (n,).

        Beside imitations only the normal ones do, of which `accuracy` is the share that pass: what
        is said of imitations is no promise for real abnormal signals.
        """
        return label == NORMAL if imitated else np.ones(len(label), dtype=bool)

    def metric_name(self, *, imitated: bool) -> str:
        """What `accuracy` of the natural lines is: a key of ``result.json``."""
        return "normal_recall" if imitated else self.metric

    def settle(
        self,
        label: np.ndarray,
        machine: np.ndarray,
        splits: Sequence[Split],
        outputs: list[np.ndarray],
        *,
        fixed: bool = False,
        imitated: bool = False,
    ) -> Settled:
        """Judge all splits together.

        Parameters
        ----------
        label, machine : ndarray of int, shape (n,)
            Of all lines.
        splits : sequence of Split
        outputs : list of ndarray
            What was said of the held-out lines of each.
        fixed : bool
            Whether the limit of a model that learns on the device stays what it is.
        imitated : bool
            Whether the abnormal signals are imitations; the limit stays what it is then too.
        """
        scores = [
            self.split_metric(label[split.test], result, machine[split.test])
            for split, result in zip(splits, outputs, strict=True)
        ]
        return Settled(scores, outputs)

    def summary(self, data: Labelled, outputs: np.ndarray) -> dict[str, Any]:
        """Every metric of out-of-fold outputs, for ``result.json``."""
        raise NotImplementedError

    def rows(
        self, outputs: np.ndarray, label: np.ndarray | None, classes: Sequence[str]
    ) -> list[dict[str, Any]]:
        """Out-of-fold outputs of each signal as JSON."""
        raise NotImplementedError

    def answers(
        self, emulation: Emulation, options: Mapping[str, Any], classes: Sequence[str]
    ) -> tuple[list[dict[str, Any]], dict[str, Any]]:
        """What a library said of each signal, and a summary, as JSON.

        Signals that it refused have an empty entry.
        """
        raise NotImplementedError

    def predicted(self, outputs: np.ndarray, classes: Sequence[str]) -> np.ndarray:
        """The answer to each signal, shape (n,), from what the library said.

        Raises
        ------
        InputError
            Where there is none without signals that were learned on the device first.
        """
        raise InputError(f"a library for {self.name} learns before it answers: use emulate")

    def macros(self, fitted: Trained) -> dict[str, Any]:
        """Macros of the header beside the common ones."""
        return {}

    def declarations(self, fitted: Trained, names: Names) -> str:
        """Declarations of the C API, a comment above each."""
        raise NotImplementedError

    def glue(self, plan: Plan | None, fitted: Trained, names: Names) -> str:
        """C of the public functions, over what `kinglet.library.body` wrote."""
        raise NotImplementedError

    def example(self, fitted: Trained, names: Names) -> str:
        """A ``main.c`` that uses the library."""
        raise NotImplementedError

    def emulator(self, fitted: Trained, names: Names) -> str:
        """C appended for the WebAssembly emulator: the functions `exports`."""
        raise NotImplementedError

    def emulate(
        self, library: Emulated, values: np.ndarray, options: Mapping[str, Any]
    ) -> Emulation:
        """Run a library over signals."""
        raise NotImplementedError

    def harness(self, fitted: Trained, names: Names) -> str:
        """C that an emulated core runs."""
        raise NotImplementedError

    def harness_bytes(self, fitted: Trained) -> int:
        """Bytes that the harness leaves in its output buffer."""
        raise NotImplementedError
