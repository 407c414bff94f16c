"""The zip that a user takes away."""

from __future__ import annotations

import io
import json
import tempfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kinglet import __version__
from kinglet.files import write_whole
from kinglet.library import micropython
from kinglet.library.emulator import METADATA, WASM

if TYPE_CHECKING:
    from kinglet.library.build import Library

_DATE = (1980, 1, 1, 0, 0, 0)  # fixed, so that equal libraries are equal files


def metadata(library: Library) -> dict[str, Any]:
    """Content of ``metadata.json``."""
    trained = library.trained
    return {
        "schema": 1,
        "generator": f"Kinglet {__version__}",
        "id": library.sources.identifier,
        "task": library.task.name,
        "api": "v5",
        "classes": list(trained.classes),
        "length": trained.shape.length,
        "axes": trained.shape.axes,
        "rate_hz": library.rate,
        "core": library.core.name,
        "float_abi": library.abi,
        "optimise": library.optimise,
        "minimum_learning": trained.knowledge.minimum if trained.knowledge else None,
        **library.program.facts,
        **library.sizes(),
    }


def _readme(library: Library) -> str:
    names = library.sources.names
    return f"""A machine-learning library made by Kinglet {__version__}.

{names.archive}  the library for {library.core.label}, float ABI {library.abi}
{names.header}  its header: add it to your include path and the archive to your linker's inputs
main.c  how to use it
{names.stem}.c  the source, for GCC, Clang and their kin: -std=c99 -ffp-contract=off keeps the very
  bits, -fno-math-errno keeps the square root an instruction
emulator/neai.wasm  the same library as WebAssembly: kinglet emulate library.zip signals.csv
pipeline/  what it was made from: kinglet can build it again for another core
metadata.json  shape, classes, sizes and time
{_learning(library)}
{_signal(library)}
Firmware that turns the flush-to-zero mode of the floating-point unit on may get other results
for signals smaller than 1e-10, whose squares and powers come near the smallest floats.
The library keeps its memory in static variables: call it from one task only, not from an
interrupt beside it.

Everything here is under the licence MIT-0: use it as you like, you owe nothing.
"""


def _signal(library: Library) -> str:
    """What the library takes, in a sentence or two."""
    shape = library.trained.shape
    length, axes = shape
    if not shape.is_sample:
        return f"One signal is {length} samples of {axes} axes, interleaved, axis fastest."
    return f"""One signal is one sample of {axes} variables. Give every sample, in order and at a
steady rate: the library remembers the latest ones, whether they are learned or judged."""


def _learning(library: Library) -> str:
    """More for a library that learns on the device."""
    knowledge, plan = library.trained.knowledge, library.program.plan
    if knowledge is None or plan is None:
        return ""
    where = library.sources.names.function("neai_anomalydetection_get_knowledge")
    module = micropython.module(plan)
    also = (
        f"{micropython.FILE}  the same detector in pure Python, for MicroPython\n" if module else ""
    )
    return f"""{also}
It learns on the device: let it learn {knowledge.minimum} nominal signals or more, in all regimes
of the machine. What it knows lies in the section .neai, {plan.knowledge_bytes} bytes that you can
copy to flash and back. {where} tells where; or put this line into
the linker script, right after .bss and before the heap, and they are those from _sneai_knowledge to
_eneai_knowledge:
  .neai (NOLOAD) : {{
    . = ALIGN(8); _sneai_knowledge = .; KEEP(*(.neai)) _eneai_knowledge = .;
  }} > RAM
(Where you compile the source yourself: with -fno-lto, for the section.)
"""


def files(library: Library) -> dict[str, bytes]:
    """Every file of the zip by name."""
    names = library.sources.names
    with tempfile.TemporaryDirectory() as folder:
        library.trained.save(Path(folder))
        pipeline = {f"pipeline/{p.name}": p.read_bytes() for p in sorted(Path(folder).iterdir())}
    plan = library.program.plan
    module = micropython.module(plan) if plan else None
    extra = {} if module is None else {micropython.FILE: module.encode()}
    return {
        "README.txt": _readme(library).encode(),
        names.archive: library.archive(),
        names.header: library.sources.header.encode(),
        f"{names.stem}.c": library.sources.source.encode(),
        "main.c": library.sources.example.encode(),
        METADATA: json.dumps(metadata(library), indent=1).encode(),
        WASM: library.wasm,
        **pipeline,
        **extra,
    }


def write(library: Library, path: Path) -> Path:
    """Write the zip beside its place, then move it there."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in files(library).items():
            entry = zipfile.ZipInfo(name, _DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            file.writestr(entry, content)
    return write_whole(path, buffer.getvalue())
