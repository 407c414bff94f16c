"""Headers folded into one readable C file: each once, in the order of need, without its guard."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable
from pathlib import Path

from kinglet.ccode.structs import block_typedef
from kinglet.record import Record
from kinglet.runtime import DIRECTORY

_INCLUDE = re.compile(r'^#include "(.+)"$')


def _body(text: str) -> list[str]:
    """Lines of a header without its include guard."""
    lines = text.strip().splitlines()
    start = next(index for index, line in enumerate(lines) if line.startswith("#ifndef KN_"))
    return lines[:start] + lines[start + 2 : -1]


def _unfold(path: Path, seen: set[Path]) -> list[str]:
    """Lines of a header, with what it includes before them."""
    path = path.resolve()
    if path in seen:
        return []
    seen.add(path)
    before: list[str] = []
    own: list[str] = []
    for line in _body(path.read_text(encoding="utf-8")):
        match = _INCLUDE.match(line)
        if match:
            before += _unfold(path.parent / match.group(1), seen)
        elif not line.startswith("#include <"):
            own.append(line)
    return [*before, "", *own]


def fold(records: Iterable[Record], runtime: Iterable[str] = ()) -> str:
    """C of the records and of the runtime that they need; ``<stdint.h>`` is the caller's.

    Parameters
    ----------
    records : iterable of Record
        Steps and models, whose parameter structs are written before them.
    runtime : iterable of str
        Names of more headers of the runtime.
    """
    seen: set[Path] = set()
    lines = _unfold(DIRECTORY / "types.h", seen)
    for name in runtime:
        lines += _unfold(DIRECTORY / name, seen)
    for record in records:
        header = record.header()
        own: set[Path] = set(seen)
        unfolded = _unfold(header, own)
        # The struct goes just before the code that is the record's own.
        body = _body(header.read_text(encoding="utf-8"))
        count = sum(1 for line in body if not line.startswith("#include"))
        source = f": {record.source}" if record.source else ""
        heading = textwrap.fill(
            f"/* ---- {record.title}{source} ---- */", 100, subsequent_indent=" * "
        )
        lines += unfolded[: len(unfolded) - count - 1]
        lines += ["", heading, block_typedef(record)]
        lines += unfolded[len(unfolded) - count - 1 :]
        seen |= own
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip() + "\n"
