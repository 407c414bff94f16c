"""Files that appear whole or not at all, and JSON from files that anybody may have changed."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from kinglet.errors import InputError


@contextlib.contextmanager
def whole(path: Path) -> Iterator[BinaryIO]:
    """Open a file beside its place to be written, then move it there.

    Raises
    ------
    InputError
        If nothing can be written there.
    """
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with partial.open("wb") as file:
            yield file
        partial.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            partial.unlink()
        raise InputError(f"{path}: it cannot be written ({error.strerror})") from None


def write_whole(path: Path, content: bytes) -> Path:
    """Write some bytes to a file; see `whole`."""
    with whole(path) as file:
        file.write(content)
    return path


def parse_json(content: bytes) -> Any:
    """Read JSON.

    Raises
    ------
    ValueError
        For anything else, and for what is nested too deep.
    """
    try:
        return json.loads(content)
    except RecursionError:
        raise ValueError("it is nested too deep") from None


def read_json(path: Path) -> Any:
    """Read a file of JSON; None where there is none, or it is something else."""
    try:
        return parse_json(path.read_bytes())
    except (OSError, ValueError):
        return None
