"""Files that appear whole or not at all, and JSON from files that anybody may have changed."""

from __future__ import annotations

import contextlib
import json
import os
from pathlib import Path
from typing import Any

from kinglet.errors import InputError


def write_whole(path: Path, content: bytes) -> Path:
    """Write a file beside its place, then move it there.

    Raises
    ------
    InputError
        If nothing can be written there.
    """
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial.write_bytes(content)
        partial.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            partial.unlink()
        raise InputError(f"{path}: it cannot be written ({error.strerror})") from None
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
