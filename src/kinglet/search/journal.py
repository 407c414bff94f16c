"""Every evaluation as a line of JSON, written before the next is waited for, and read back.

The first line says what was searched; a search that is resumed must be the same in all of it.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from kinglet.costs import Sizes
from kinglet.errors import InputError
from kinglet.files import parse_json, write_whole
from kinglet.pipeline import Pipeline
from kinglet.search.evaluate import Evaluation

SCHEMA = 2
T = TypeVar("T", int, float)
_MOST = 1 << 40  # bytes, cycles, seconds, candidates: what is more is damage


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
    ValueError, KeyError, TypeError, OverflowError
        For anything else.
    """
    sizes, complete = None, bool(data["complete"])
    if data["flash_bytes"] is not None:
        cycles = None if data["cycles"] is None else _sane(float(data["cycles"]))
        ram, flash, knowledge = (
            _sane(int(data[f"{name}_bytes"])) for name in ("ram", "flash", "knowledge")
        )
        sizes = Sizes(ram, flash, cycles, knowledge)
    scores = [None if score is None else float(score) for score in data["split_scores"]]
    if not all(score is None or abs(score) <= _MOST for score in scores):
        raise ValueError("a score is no number")
    if complete and (sizes is None or not scores or None in scores):
        raise ValueError("a complete candidate has sizes and every score")
    margin, thrift = float(data["margin"]), float(data["thrift"])
    if not (math.isfinite(margin) and math.isfinite(thrift)):
        raise ValueError("a part of the score is no number")
    return Evaluation(
        pipeline=Pipeline.from_json(data["pipeline"]),
        split_scores=tuple(scores),
        complete=complete,
        refused=str(data["refused"] or ""),
        sizes=sizes,
        margin=margin,
        thrift=thrift,
        known=bool(data["known"]),
        number=_sane(int(data["number"])),
        seconds=_sane(float(data["seconds"])),
    )


def _sane(value: T) -> T:
    """A number from 0 to what any of them may be."""
    if not 0 <= value <= _MOST:
        raise ValueError(f"{value} is out of range")
    return value


def read(path: Path) -> tuple[dict[str, Any], list[Evaluation]]:
    """Read a journal: what was searched, and the evaluations by number.

    A line that is torn, by a process that was killed or a power that failed, does not count, nor
    one that no search can have written.

    Raises
    ------
    InputError
        If it is not a journal of this version.
    """
    whole = _whole_lines(path)
    try:
        header: dict[str, Any] = parse_json(whole[0]) if whole else {}
        if header.get("schema") != SCHEMA:
            raise ValueError
    except (ValueError, AttributeError):
        raise InputError(
            f"{path}: this is not the journal of a search of this version; search anew"
        ) from None
    found: dict[int, Evaluation] = {}
    for line in whole[1:]:
        try:
            entry = from_json(parse_json(line))
        except (ValueError, KeyError, TypeError, AttributeError, OverflowError):
            continue
        found.setdefault(entry.number, entry)
    return header, [found[number] for number in sorted(found)]


def check_same(path: Path, before: Mapping[str, Any], header: Mapping[str, Any]) -> None:
    """Refuse a journal that does not begin with what is searched.

    Parameters
    ----------
    before : mapping
        How it begins.

    Raises
    ------
    InputError
    """
    for name, value in header.items():
        if before.get(name) != value:
            raise InputError(
                f"{path}: this search had another {name}: it cannot be gone on with; search anew "
                "with 'kinglet make'"
            )


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
        if resume and path.exists() and _whole_lines(path):
            before, entries = read(path)
            check_same(path, before, header)
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
        """Write one evaluation and hand it to the operating system.

        Raises
        ------
        InputError
            If it cannot be written, as where the disk is full.
        """
        if self._path is None or entry.number in self._stored:
            return
        try:
            with self._path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(to_json(entry)) + "\n")
        except OSError as error:
            raise InputError(
                f"{self._path}: it cannot be written ({error.strerror}), and the search ends here; "
                "make room and go on with 'kinglet resume'"
            ) from None
