"""Files that appear whole or not at all."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

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
