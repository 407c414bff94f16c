"""Every evaluation as a line of JSON, written before the next is waited for, and read back.

The first line says what was searched; a search that is resumed must be the same in all of it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from kinglet.costs import Sizes
from kinglet.errors import InputError
from kinglet.files import write_whole
from kinglet.pipeline import Pipeline
from kinglet.search.evaluate import Evaluation

SCHEMA = 2


def to_json(entry: Evaluation) -> dict[str, Any]:
    """One evaluation as plain data, without arrays."""
    sizes = entry.sizes
    return {
        "number": entry.number,
        "key": entry.pipeline.key(),
        "complete": entry.complete,
        "refused": entry.refused or None,
        "score": entry.score if entry.complete else None,
        "split_scores": list(entry.split_scores),
        "margin": entry.margin,
        "thrift": entry.thrift,
        "flash_bytes": sizes.flash_bytes if sizes else None,
        "ram_bytes": sizes.ram_bytes if sizes else None,
        "cycles": sizes.cycles if sizes else None,
        "knowledge_bytes": sizes.knowledge_bytes if sizes else None,
        "known": entry.known,
        "seconds": entry.seconds,
        "pipeline": entry.pipeline.to_json(),
    }


def from_json(data: Mapping[str, Any]) -> Evaluation:
    """What `to_json` wrote.

    Raises
    ------
    ValueError, KeyError, TypeError
        For anything else.
    """
    sizes = None
    if data["flash_bytes"] is not None:
        cycles = None if data["cycles"] is None else float(data["cycles"])
        sizes = Sizes(
            int(data["ram_bytes"]), int(data["flash_bytes"]), cycles, int(data["knowledge_bytes"])
        )
    scores = [None if score is None else float(score) for score in data["split_scores"]]
    return Evaluation(
        pipeline=Pipeline.from_json(data["pipeline"]),
        split_scores=tuple(scores),
        complete=bool(data["complete"]),
        refused=str(data["refused"] or ""),
        sizes=sizes,
        margin=float(data["margin"]),
        thrift=float(data["thrift"]),
        known=bool(data["known"]),
        number=int(data["number"]),
        seconds=float(data["seconds"]),
    )


def read(path: Path) -> tuple[dict[str, Any], list[Evaluation]]:
    """Read a journal: what was searched, and the evaluations by number.

    A line that is torn, by a process that was killed or a power that failed, does not count.

    Raises
    ------
    InputError
        If it is not a journal of this version.
    """
    whole = _whole_lines(path)
    try:
        header: dict[str, Any] = json.loads(whole[0]) if whole else {}
        if header.get("schema") != SCHEMA:
            raise ValueError
    except (ValueError, AttributeError):
        raise InputError(
            f"{path}: this is not the journal of a search of this version; search anew"
        ) from None
    found: dict[int, Evaluation] = {}
    for line in whole[1:]:
        try:
            entry = from_json(json.loads(line))
        except (ValueError, KeyError, TypeError, AttributeError):
            continue
        found.setdefault(entry.number, entry)
    return header, [found[number] for number in sorted(found)]


def _whole_lines(path: Path) -> list[bytes]:
    """Lines that were written to their end."""
    try:
        return path.read_bytes().split(b"\n")[:-1]
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from None


class Journal:
    """Append-only file; nowhere where no path is given.

    Parameters
    ----------
    path : Path, optional
    header : mapping, optional
        What is searched.
    resume : bool
        Go on with the evaluations that are there; begin anew otherwise.

    Raises
    ------
    InputError
        If another search than this one is to be resumed.
    """

    def __init__(
        self, path: Path | None, header: Mapping[str, Any] | None = None, *, resume: bool = False
    ) -> None:
        self._path = path
        self._stored: dict[int, Evaluation] = {}
        header = {"schema": SCHEMA, **(header or {})}
        if path is None:
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        if resume and path.exists() and _whole_lines(path):
            before, entries = read(path)
            for name, value in header.items():
                if before.get(name) != value:
                    raise InputError(
                        f"{path}: this search had another {name}: it cannot be gone on with; "
                        "search anew with 'kinglet make'"
                    )
            self._stored = {entry.number: entry for entry in entries}
            lines = [json.dumps(data) for data in (before, *map(to_json, entries))]
            write_whole(path, "".join(line + "\n" for line in lines).encode())
        else:
            write_whole(path, (json.dumps(header) + "\n").encode())

    def reaches(self, number: int) -> bool:
        """Whether a candidate of this number, or a higher one, was there at the beginning."""
        return max(self._stored, default=-1) >= number

    def stored(self, first: int, pipelines: Sequence[Pipeline]) -> list[Evaluation] | None:
        """The evaluations of a batch, where all of them are there.

        Parameters
        ----------
        first : int
            Number of the first candidate.
        """
        found = [self._stored.get(first + place) for place in range(len(pipelines))]
        entries = [entry for entry in found if entry is not None]
        if len(entries) < len(pipelines):
            return None
        same = all(e.pipeline == p for e, p in zip(entries, pipelines, strict=True))
        return entries if same else None

    def add(self, entry: Evaluation) -> None:
        """Write one evaluation and hand it to the operating system."""
        if self._path is None or entry.number in self._stored:
            return
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(to_json(entry)) + "\n")
