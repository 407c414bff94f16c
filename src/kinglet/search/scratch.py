"""The temporary folder of a search, and the end of those that killed searches left behind."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from kinglet.search import claim

_PREFIX = "kinglet-search-"
_YOUNGEST = 60.0  # seconds; a folder that was just made may not be locked yet


@contextlib.contextmanager
def scratch() -> Iterator[Path]:
    """A folder for what a search computes, removed at its end.

    One that is killed leaves its folder behind; the next search removes it.
    """
    with tempfile.TemporaryDirectory(prefix=_PREFIX, ignore_cleanup_errors=True) as name:
        folder = Path(name)
        with claim.claim(folder):
            if claim.owner(folder) is not None:  # else this file system knows no locks
                _sweep()
            yield folder


def _sweep() -> None:
    """Remove the folders of searches that live no more, as far as the system lets us."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        with contextlib.suppress(OSError):
            made = (folder / claim.NAME).stat().st_mtime
            if time.time() - made > _YOUNGEST and claim.owner(folder) is None:
                shutil.rmtree(folder, ignore_errors=True)
