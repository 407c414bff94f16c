"""The library as WebAssembly: sandboxed, the same file on every system and in the browser."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import wasmtime

from kinglet.errors import InputError
from kinglet.record import EXTRAPOLATION
from kinglet.signals import Signals, read_for, read_signals
from kinglet.tasks import TASKS, Emulation

WASM = "emulator/neai.wasm"
METADATA = "metadata.json"
_MEMORY_LIMIT = 16 << 20
_MEMBER_LIMIT = 16 << 20
_FUEL = 10**9  # instructions of one call: some seconds at most, a library needs a thousandth
STATES = (
    "NEAI_OK",
    "NEAI_ERROR",
    "NEAI_NOT_INITIALIZED",
    "NEAI_INVALID_PARAM",
    "NEAI_NOT_SUPPORTED",
    "NEAI_LEARNING_DONE",
    "NEAI_LEARNING_IN_PROGRESS",
)


class Emulator:
    """Run a library over signals; a module from a stranger reaches nothing but its own memory.

    Parameters
    ----------
    wasm : bytes
        The module.
    metadata : dict
        Content of ``metadata.json``: id, task, classes, length, axes.

    Raises
    ------
    InputError
        If the metadata are not what Kinglet writes, or the module cannot be loaded.
    """

    def __init__(self, wasm: bytes, metadata: dict[str, Any]) -> None:
        self.metadata = _checked(metadata)
        self.length, self.axes = metadata["length"], metadata["axes"]
        self.classes: tuple[str, ...] = tuple(metadata["classes"])
        config = wasmtime.Config()
        config.consume_fuel = True
        self._store = wasmtime.Store(wasmtime.Engine(config))
        self._store.set_limits(memory_size=_MEMORY_LIMIT)
        try:
            self._store.set_fuel(_FUEL)
            module = wasmtime.Module(self._store.engine, wasm)
            exports: Any = wasmtime.Instance(self._store, module, []).exports(self._store)
            self._exports = exports
            self._memory = exports["memory"]
            self._input = int(self.call("emulator_input"))
        except (wasmtime.WasmtimeError, wasmtime.Trap, KeyError) as error:
            raise InputError(f"the emulator in this library cannot be loaded: {error}") from None

    @staticmethod
    def open(path: str | Path) -> Emulator:
        """Open a library zip.

        Raises
        ------
        InputError
            If the file is not a library of Kinglet.
        """
        try:
            with zipfile.ZipFile(path) as file:
                wasm, metadata = (_read(file, name) for name in (WASM, METADATA))
                return Emulator(wasm, json.loads(metadata))
        except FileNotFoundError:
            raise InputError(f"{path}: there is no such file") from None
        except InputError as error:
            raise InputError(f"{path}: {error}") from None
        except (zipfile.BadZipFile, KeyError, ValueError, OSError, RuntimeError) as error:
            raise InputError(
                f"{path}: this is not a library made by Kinglet ({error}); "
                "give the library.zip that 'kinglet make' wrote"
            ) from None

    def call(self, name: str, *arguments: float) -> float:
        """Call a function of the module; it may run a few seconds at most."""
        self._store.set_fuel(_FUEL)
        result: float = self._exports[name](self._store, *arguments)
        return result

    def put(self, signal: np.ndarray) -> None:
        """Write a signal to the input buffer, float32 of shape (length, axes)."""
        self.write(self._input, np.ascontiguousarray(signal, dtype="<f4").tobytes())

    def read(self, address: int, size: int) -> bytes:
        """Read memory of the module."""
        return bytes(self._memory.read(self._store, address, address + size))

    def write(self, address: int, content: bytes) -> None:
        """Write memory of the module."""
        self._memory.write(self._store, content, address)

    def run(self, values: np.ndarray, **options: Any) -> Emulation:
        """Run the library over signals.

        Parameters
        ----------
        values : ndarray of float32, shape (n, length, axes)
        **options
            Of the task; ``learn`` holds signals too.

        Raises
        ------
        InputError
            If the signals have another shape, or the module does not behave as one of Kinglet's.
        """
        wanted = self.length * self.axes
        for signals in (values, options.get("learn")):
            count = wanted if signals is None or not len(signals) else np.size(signals[0])
            if count != wanted:
                raise InputError(
                    f"the library takes {self.length} samples of {self.axes} axes a signal, "
                    f"{wanted} values; these signals have {count}"
                )
        try:
            result = TASKS[self.metadata["task"]].emulate(self, values, options)
        except InputError:
            raise
        except (wasmtime.WasmtimeError, wasmtime.Trap, KeyError, IndexError, ValueError) as error:
            raise InputError(f"the emulator in this library failed: {error}") from None
        if not ((result.states >= 0) & (result.states < len(STATES))).all():
            raise InputError("the emulator in this library gives answers that make no sense")
        return result


def _read(file: zipfile.ZipFile, name: str) -> bytes:
    """Read a member of a zip that may come from a stranger: no more than a library can be."""
    if file.getinfo(name).file_size > _MEMBER_LIMIT:
        raise ValueError(f"{name} is too large")
    return file.read(name)


def _checked(metadata: Any) -> dict[str, Any]:
    """Refuse metadata that are not those of a library."""
    kinds = {"id": str, "task": str, "classes": list, "length": int, "axes": int}
    good = isinstance(metadata, dict) and all(
        type(metadata.get(name)) is kind for name, kind in kinds.items()
    )
    if (
        not good
        or metadata["task"] not in TASKS
        or not _least_classes(metadata["task"]) <= len(metadata["classes"]) <= 1000
        or not all(isinstance(name, str) for name in metadata["classes"])
        or not (metadata["length"] > 0 < metadata["axes"])
        or not 0 <= (metadata.get("knowledge_bytes") or 0) <= _MEMORY_LIMIT
    ):
        raise InputError(f"{METADATA} in it is not that of a library made by Kinglet")
    return dict(metadata)


def _least_classes(task: str) -> int:
    return 2 if TASKS[task].has_classes else 0


def emulate_file(
    emulator: Emulator,
    path: str | Path,
    first: int = 1,
    last: int | None = None,
    *,
    with_target: bool = False,
    **options: Any,
) -> tuple[dict[str, Any], Mapping[str, Any]]:
    """Run a library over lines of a file.

    Parameters
    ----------
    emulator : Emulator
    path : path
        Signals, one per line.
    first, last : int
        Lines, from 1, both included; to the end by default.
    with_target : bool
        Whether a target stands first on each line, of a library that predicts it.
    **options
        Of the task; see `Emulator.run`.

    Returns
    -------
    tuple of (dict, mapping)
        JSON document, with one entry per signal and a summary; and what else the task tells, such
        as the bytes of the knowledge at the end.
    """
    chosen = read_lines(emulator, path, first, last, with_target=with_target)
    if chosen.target is not None:
        options["target"] = chosen.target
    emulation = emulator.run(chosen.values, **options)
    task = TASKS[emulator.metadata["task"]]
    rows, summary = task.answers(emulation, options, emulator.classes)
    entries = [
        {"signal": index, "line": int(line), "state": STATES[state], **row}
        for index, (line, state, row) in enumerate(
            zip(chosen.line, emulation.states, rows, strict=True)
        )
    ]
    document = {
        "schema": 1,
        "library_id": emulator.metadata["id"],
        "task": task.name,
        "file": str(path),
        "classes": list(emulator.classes),
        "signals": entries,
        "summary": {"n_signals": len(entries), **summary},
    }
    return document, emulation.extra


def read_lines(
    emulator: Emulator,
    path: str | Path,
    first: int = 1,
    last: int | None = None,
    *,
    with_target: bool = False,
) -> Signals:
    """Read lines of a file, from 1, both included, for a library."""
    if emulator.metadata["task"] == EXTRAPOLATION:
        signals = read_for(path, emulator.length, emulator.axes, with_target=with_target)
    else:
        # Whether the length is right, `Emulator.run` says, which knows it.
        signals = read_signals(path, emulator.axes, min_lines=1, require_power_of_two=False)
    chosen = signals.take(slice(first - 1, last))
    if not len(chosen):
        raise InputError(f"{path}: there is no line {first}, the file has {len(signals)} signals")
    return chosen
