"""One process at a time works in the folder of a search."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from io import BufferedRandom
from pathlib import Path

from kinglet.errors import InputError
from kinglet.files import parse_json

NAME = "pid"
_TRIES = 5  # somebody may be looking who is there at this very moment
_PAUSE = 0.02  # seconds
_FAR = 1 << 30  # Windows locks a stretch of bytes; this one is read by nobody

if sys.platform == "win32":
    import msvcrt

    def _lock(file: BufferedRandom, *, shared: bool) -> None:
        file.seek(_FAR)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(file: BufferedRandom, *, shared: bool) -> None:
        fcntl.flock(file, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)


@dataclass(frozen=True)
class Owner:
    """Who works in a folder.

    Parameters
    ----------
    pid : int
        0 where it is not known.
    start : str
        Date and time, local.
    """

    pid: int
    start: str


@contextlib.contextmanager
def claim(folder: Path) -> Iterator[None]:
    """Work in a folder, alone.

    The file is locked by the operating system, which lets go of it when the process ends, however
    that comes about; the number in it is for people.

    Raises
    ------
    InputError
        If another search is running there, or nothing can be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file = (folder / NAME).open("a+b")
    except OSError as error:
        raise InputError(
            f"{folder}: nothing can be written there ({error.strerror}); name another folder"
        ) from None
    with file:
        if not _held(file, shared=False):
            found = _read(file)
            raise InputError(
                f"{folder.parent}: a search is running there (process {found.pid}, since "
                f"{found.start}); wait for it, end it with 'kinglet stop {folder.parent}', or name "
                "another folder"
            )
        now = datetime.now().isoformat(" ", "seconds")
        file.truncate(0)
        file.write(json.dumps({"pid": os.getpid(), "start": now}).encode())
        file.flush()
        yield


def owner(folder: Path) -> Owner | None:
    """Who works in a folder; None where nobody does."""
    try:
        with (folder / NAME).open("r+b") as file:
            return None if _held(file, shared=True) else _read(file)
    except OSError:
        return None


def _held(file: BufferedRandom, *, shared: bool) -> bool:
    """Whether the lock was to be had; a file system that knows no locks gives it to all."""
    for _ in range(_TRIES):
        try:
            _lock(file, shared=shared)
            return True
        except OSError as error:
            if error.errno not in (errno.EAGAIN, errno.EACCES, errno.EDEADLK):
                return True
            time.sleep(_PAUSE)
    return False


def _read(file: BufferedRandom) -> Owner:
    file.seek(0)
    try:
        data = parse_json(file.read())
        return Owner(int(data["pid"]), str(data["start"]))
    except (ValueError, KeyError, TypeError, OverflowError):
        return Owner(0, "just now")
