"""The library as WebAssembly: sandboxed, the same file on every system and in the browser."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import wasmtime

from kinglet.errors import InputError
from kinglet.signals import read_signals
from kinglet.tasks import TASKS

WASM = "emulator/neai.wasm"
METADATA = "metadata.json"
_MEMORY_LIMIT = 16 << 20


class Emulator:
    """Run a library over signals; a module from a stranger reaches nothing but its own memory.

    Parameters
    ----------
    wasm : bytes
        The module.
    metadata : dict
        Content of ``metadata.json``: classes, length, axes.
    """

    def __init__(self, wasm: bytes, metadata: dict[str, Any]) -> None:
        self.metadata = metadata
        self.length, self.axes = int(metadata["length"]), int(metadata["axes"])
        self.classes: tuple[str, ...] = tuple(metadata["classes"])
        self._store = wasmtime.Store()
        self._store.set_limits(memory_size=_MEMORY_LIMIT)
        try:
            module = wasmtime.Module(self._store.engine, wasm)
            exports = wasmtime.Instance(self._store, module, []).exports(self._store)
        except wasmtime.WasmtimeError as error:
            raise InputError(f"the emulator in this library cannot be loaded: {error}") from None
        self._exports: Any = exports
        self._memory: Any = exports["memory"]
        self._input = self._call("emulator_input")
        self._output = self._call("emulator_output")

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
                return Emulator(file.read(WASM), json.loads(file.read(METADATA)))
        except FileNotFoundError:
            raise InputError(f"{path}: there is no such file") from None
        except (zipfile.BadZipFile, KeyError, ValueError, OSError) as error:
            raise InputError(
                f"{path}: this is not a library made by Kinglet ({error}); "
                "give the library.zip that 'kinglet make' wrote"
            ) from None

    def _call(self, name: str) -> int:
        return int(self._exports[name](self._store))

    def run(self, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Classify signals.

        Parameters
        ----------
        values : ndarray of float32, shape (n, length, axes)

        Returns
        -------
        tuple of ndarray
            Return code of each call, int (n,); probabilities, float32 (n, n_classes), NaN where
            the call was refused.
        """
        flat = np.ascontiguousarray(values, dtype="<f4").reshape(len(values), -1)
        if flat.shape[1] != self.length * self.axes:
            raise InputError(
                f"the library takes {self.length} samples of {self.axes} axes a signal, "
                f"{self.length * self.axes} values; these signals have {flat.shape[1]}"
            )
        size = 4 * len(self.classes)
        states = np.empty(len(flat), dtype=np.int64)
        outputs = np.full((len(flat), len(self.classes)), np.nan, dtype=np.float32)
        self._call("emulator_init")
        for index, signal in enumerate(flat):
            self._memory.write(self._store, signal.tobytes(), self._input)
            states[index] = self._call("emulator_run")
            if states[index] == 0:
                raw = self._memory.read(self._store, self._output, self._output + size)
                outputs[index] = np.frombuffer(raw, dtype="<f4")
        return states, outputs


STATES = (
    "NEAI_OK",
    "NEAI_ERROR",
    "NEAI_NOT_INITIALIZED",
    "NEAI_INVALID_PARAM",
    "NEAI_NOT_SUPPORTED",
    "NEAI_LEARNING_DONE",
    "NEAI_LEARNING_IN_PROGRESS",
)


def emulate_file(
    emulator: Emulator, path: str | Path, first: int = 1, last: int | None = None
) -> dict[str, Any]:
    """Run a library over lines of a file.

    Parameters
    ----------
    emulator : Emulator
    path : path
        Signals, one per line.
    first, last : int
        Lines, from 1, both included; to the end by default.

    Returns
    -------
    dict
        JSON document: one entry per signal and a summary.
    """
    signals = read_signals(path, emulator.axes, min_lines=1)
    chosen = signals.take(slice(first - 1, last))
    if not len(chosen):
        raise InputError(f"{path}: there is no line {first}, the file has {len(signals)} signals")
    states, outputs = emulator.run(chosen.values)
    rows = TASKS[emulator.metadata["task"]].rows(outputs, None, emulator.classes)
    entries: list[dict[str, Any]] = []
    for index, (state, row) in enumerate(zip(states, rows, strict=True)):
        place = {"signal": index, "line": int(chosen.line[index]), "state": STATES[state]}
        entries.append(place | (row if state == 0 else {}))
    known = [entry["class"] for entry in entries if "class" in entry]
    return {
        "schema": 1,
        "library_id": emulator.metadata["id"],
        "file": str(path),
        "classes": list(emulator.classes),
        "signals": entries,
        "summary": {
            "n_signals": len(entries),
            "counts": {name: known.count(name) for name in emulator.classes},
        },
    }
