"""Build a library: sources, object, checks, emulator, sizes and time."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from kinglet.ccode import Names
from kinglet.errors import InputError
from kinglet.library import footprint, package, timing
from kinglet.library.emulator import Emulator
from kinglet.library.program import Program, program
from kinglet.library.sources import Sources, make_sources
from kinglet.pipeline import FittedPipeline, Trained
from kinglet.record import CLASSIFICATION
from kinglet.tasks import TASKS, Emulation, Task
from kinglet.toolchain import (
    CORES,
    WARNING_FLAGS,
    Abi,
    Core,
    Optimise,
    archive,
    check_library,
    compile_object,
    compile_wasm,
)


@dataclass(frozen=True)
class Library:
    """A compiled library and everything that is known of it.

    Parameters
    ----------
    program : Program
    task : Task
    core : Core
    abi : str
        Calling convention: hard, softfp or soft.
    optimise : str
    clock_hz : float
        The clock that ``time_ms`` is told for.
    rate : float or None
        Sampling rate of the signals in Hz.
    sources : Sources
    compiled : bytes
        The object in the archive.
    wasm : bytes
        The emulator.
    footprint : Footprint
    timing : Timing
    """

    program: Program
    task: Task
    core: Core
    abi: Abi
    optimise: Optimise
    clock_hz: float
    rate: float | None
    sources: Sources
    compiled: bytes
    wasm: bytes
    footprint: footprint.Footprint
    timing: timing.Timing

    @property
    def trained(self) -> Trained:
        """What it was made from."""
        return self.program.trained

    @cached_property
    def _emulator(self) -> Emulator:
        return Emulator(self.wasm, self.metadata())

    def emulate(self, values: np.ndarray, **options: Any) -> Emulation:
        """Run the library itself, as WebAssembly, over signals.

        Parameters
        ----------
        values : Signals, or ndarray of float32, shape (n, length, axes)
        **options
            Of the task; see `kinglet.tasks.Anomaly.emulate`.
        """
        return self._emulator.run(np.asarray(getattr(values, "values", values)), **options)

    def predict_proba(self, values: np.ndarray) -> np.ndarray:
        """Probabilities by the library itself, run as WebAssembly.

        Parameters
        ----------
        values : Signals, or ndarray of float32, shape (n, length, axes)

        Returns
        -------
        ndarray of float32, shape (n, n_classes)
            NaN for a signal that the library refuses (not finite, or 1e12 and more).

        Raises
        ------
        InputError
            If the library is not one for classification.
        """
        if self.task.name != CLASSIFICATION:
            raise InputError(f"a library for {self.task.name} gives no classes: use emulate")
        return self.emulate(values).outputs

    def predict(self, values: np.ndarray) -> np.ndarray:
        """Answers by the library itself, an array of shape (n,).

        Class names; 1 for an outlier and 0 for a normal signal; or the numbers of an extrapolation.

        Raises
        ------
        InputError
            For a signal that the library refuses, the message tells which; or if the library
            learns on the device.
        """
        emulation = self.emulate(values)
        refused = np.flatnonzero(emulation.states)
        if len(refused) and self.trained.knowledge is None:
            raise InputError(
                f"signal {refused[0]} (from 0) holds a value that is not finite or is 1e12 or "
                "more: leave it out, or see emulate"
            )
        return self.task.predicted(emulation.outputs, self.trained.classes)

    def archive(self) -> bytes:
        """Content of ``libneai.a``."""
        return archive({f"{self.sources.names.stem}.o": self.compiled})

    def sizes(self) -> dict[str, Any]:
        """Measured sizes and time, with units in the names."""
        stack = max(self.footprint.stack_bytes, self.timing.stack_bytes or 0)
        shape = self.trained.shape
        return {
            "ram_bytes": self.footprint.ram_bytes,
            "flash_bytes": self.footprint.flash_bytes,
            "soft_float_bytes": self.footprint.soft_float_bytes,
            "knowledge_bytes": self.program.knowledge_bytes or None,
            "stack_bytes": stack,
            "input_buffer_bytes": 4 * shape.length * shape.axes,
            "instructions": self.timing.instructions,
            "cycles": self.timing.cycles,
            "time_ms": self.timing.time_ms(self.clock_hz),
            "calls": self.timing.calls(self.clock_hz),
            "clock_hz": self.clock_hz,
            "cycles_reason": self.timing.reason or None,
        }

    def metadata(self) -> dict[str, Any]:
        """What ``metadata.json`` says; no name of a user and no path."""
        return package.metadata(self)

    def save(self, path: str | Path) -> Path:
        """Write the zip; the file appears whole or not at all."""
        return package.write(self, Path(path))


def compile_sources(sources: Sources, core: Core, abi: Abi | None, optimise: Optimise) -> bytes:
    """Compile the one C file of a library; every warning is an error."""
    return compile_object(
        sources.source,
        core,
        optimise=optimise,
        abi=abi,
        headers={sources.names.header: sources.header},
        name=sources.names.stem,
        flags=[*WARNING_FLAGS, "-Werror"],
    )


def measure_footprint(
    fitted: FittedPipeline, task: Task, core: Core, optimise: Optimise
) -> footprint.Footprint:
    """Compile and link a candidate to know its sizes, without building all of a library."""
    sources = make_sources(program(fitted), task, Names())
    compiled = compile_sources(sources, core, None, optimise)
    return footprint.measure(compiled, sources, core, None)


def build(
    model: FittedPipeline | Program,
    *,
    task: Task | None = None,
    core: Core | str = "cortex-m4f",
    abi: Abi | None = None,
    optimise: Optimise = "size",
    suffix: str = "",
    clock_hz: float = 80e6,
    rate: float | None = None,
    signals: np.ndarray | None = None,
) -> Library:
    """Compile something trained for a core, check what came out, and measure it.

    Parameters
    ----------
    model : FittedPipeline or Program
    core : Core or str
    abi : {"hard", "softfp", "soft"}, optional
        The core's usual one by default.
    optimise : {"size", "speed"}
        The results are the same bits.
    suffix : str
        Tells several libraries in one firmware apart.
    clock_hz : float
    rate : float, optional
        Sampling rate, for the metadata.
    signals : ndarray of float32, shape (n, length, axes), optional
        Real signals to measure the time with; noise where absent.

    Raises
    ------
    ToolchainError
        If the object is not what firmware needs; see `kinglet.toolchain.check_library`.
    """
    task = task or TASKS[CLASSIFICATION]
    core = CORES[core] if isinstance(core, str) else core
    chosen = abi or core.abis[0]
    made = program(model) if isinstance(model, FittedPipeline) else model
    trained = made.trained
    sources = make_sources(made, task, Names(suffix))
    compiled = compile_sources(sources, core, chosen, optimise)
    check_library(compiled, core, chosen, sources.public)
    headers = {sources.names.header: sources.header}
    wasm = compile_wasm(sources.source + sources.emulator, headers, list(task.exports))
    if signals is None:
        shape = (4, trained.shape.length, trained.shape.axes)
        signals = np.random.default_rng(0).normal(size=shape).astype(np.float32)
    return Library(
        program=made,
        task=task,
        core=core,
        abi=chosen,
        optimise=optimise,
        clock_hz=clock_hz,
        rate=rate,
        sources=sources,
        compiled=compiled,
        wasm=wasm,
        footprint=footprint.measure(compiled, sources, core, chosen),
        timing=timing.measure(compiled, sources, trained, task, core, chosen, signals),
    )
