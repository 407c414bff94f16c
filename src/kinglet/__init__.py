"""Kinglet: sensor files in, the best tiny C library for a microcontroller out.

import kinglet

data = kinglet.read_classes([("walking", "a.csv"), ("running", "b.csv")], axes=6, rate=10)
result = kinglet.search(data, target="STM32F411RE", budget=60)
library = result.best.build()
library.predict(kinglet.read_signals("new.csv", axes=6))
library.save("library.zip")

Anomaly detection learns on the device; here its emulator does:

data = kinglet.read_machines([("normal", "good.csv"), ("abnormal", "worn.csv")], axes=3)
library = kinglet.search(data, task="anomaly").best.build()
new = kinglet.read_signals("new.csv", axes=3)
similarity, score = library.emulate(new, pretrained=True).outputs.T

A 1-class library gives a score, above 1 for an outlier; one for extrapolation gives the number:

data = kinglet.read_normal([("normal", "good.csv")], axes=3)
library = kinglet.search(data, task="outlier").best.build()
outlier = library.emulate(new).outputs[:, 0] > 1

data = kinglet.read_targets([("data", "speeds.csv")], axes=3)
library = kinglet.search(data, task="extrapolation").best.build()
prediction = library.emulate(new).outputs[:, 0]

A search in a thread of its own can be looked at, paused and built from while it runs:

running = kinglet.start(data, budget="converged")
library = running.best.build()  # the best so far; None before the first candidate
running.pause(), running.resume(), running.stop()
result = running.result()
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from kinglet.convert import convert
    from kinglet.errors import InputError, KingletError, NothingFitsError, ToolchainError
    from kinglet.library import Emulator, Library
    from kinglet.search import Candidate, Progress, Result
    from kinglet.search.running import Running, start
    from kinglet.search.search import search
    from kinglet.signals import (
        Labelled,
        Signals,
        label_machines,
        label_normal,
        label_signals,
        label_targets,
        read_classes,
        read_machines,
        read_normal,
        read_signals,
        read_targets,
    )
    from kinglet.workflow import make

# What the package offers, and the room that each name lives in: imported when first asked for, so
# that `import kinglet` and `kinglet --help` are quick.
_ROOMS = {
    "Candidate": "kinglet.search",
    "Emulator": "kinglet.library",
    "InputError": "kinglet.errors",
    "KingletError": "kinglet.errors",
    "Labelled": "kinglet.signals",
    "Library": "kinglet.library",
    "NothingFitsError": "kinglet.errors",
    "Progress": "kinglet.search",
    "Result": "kinglet.search",
    "Running": "kinglet.search.running",
    "Signals": "kinglet.signals",
    "ToolchainError": "kinglet.errors",
    "convert": "kinglet.convert",
    "label_machines": "kinglet.signals",
    "label_normal": "kinglet.signals",
    "label_signals": "kinglet.signals",
    "label_targets": "kinglet.signals",
    "make": "kinglet.workflow",
    "read_classes": "kinglet.signals",
    "read_machines": "kinglet.signals",
    "read_normal": "kinglet.signals",
    "read_signals": "kinglet.signals",
    "read_targets": "kinglet.signals",
    "search": "kinglet.search",
    "start": "kinglet.search.running",
}

__all__ = [
    "Candidate",
    "Emulator",
    "InputError",
    "KingletError",
    "Labelled",
    "Library",
    "NothingFitsError",
    "Progress",
    "Result",
    "Running",
    "Signals",
    "ToolchainError",
    "convert",
    "label_machines",
    "label_normal",
    "label_signals",
    "label_targets",
    "make",
    "read_classes",
    "read_machines",
    "read_normal",
    "read_signals",
    "read_targets",
    "search",
    "start",
]


def __getattr__(name: str) -> Any:
    if name not in _ROOMS:
        raise AttributeError(f"module 'kinglet' has no attribute {name!r}")
    # Kept in the module, so that a function wins over the room of the same name.
    value = getattr(import_module(_ROOMS[name]), name)
    globals()[name] = value
    return value
