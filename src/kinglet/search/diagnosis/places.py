"""Lines by file and number, for people."""

from __future__ import annotations

from typing import Any

import numpy as np

from kinglet.signals import Labelled

_NAMED = 5


def places(data: Labelled, rows: np.ndarray) -> list[dict[str, Any]]:
    """File and line of each row, in the same order."""
    signals = data.signals
    return [
        {"file": signals.files[signals.file[row]], "line": int(signals.line[row])} for row in rows
    ]


def some_words(data: Labelled, rows: np.ndarray) -> str:
    """The first few, and how many more."""
    named = [f"{place['file']} line {place['line']}" for place in places(data, rows[:_NAMED])]
    more = f" and {len(rows) - _NAMED} more" if len(rows) > _NAMED else ""
    return ", ".join(named) + more
