"""Every evaluation as a line of JSON, written before the next is waited for."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from kinglet.search.evaluate import Evaluation


def entry(number: int, evaluation: Evaluation) -> dict[str, Any]:
    """One evaluation as plain data."""
    sizes = evaluation.sizes
    return {
        "schema": 1,
        "number": number,
        "key": evaluation.pipeline.key(),
        "complete": evaluation.complete,
        "refused": evaluation.refused or None,
        "score": evaluation.score if evaluation.complete else None,
        "split_scores": list(evaluation.split_scores),
        "flash_bytes": sizes.flash_bytes if sizes else None,
        "ram_bytes": sizes.ram_bytes if sizes else None,
        "cycles": sizes.cycles if sizes else None,
        "seconds": evaluation.seconds,
        "pipeline": evaluation.pipeline.to_json(),
    }


class Journal:
    """Append-only file, begun anew by each search; nowhere where no path is given.

    Parameters
    ----------
    path : Path, optional
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("", encoding="utf-8")

    def add(self, number: int, evaluation: Evaluation) -> None:
        """Write one evaluation and hand it to the operating system."""
        if self._path is None:
            return
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(entry(number, evaluation)) + "\n")
