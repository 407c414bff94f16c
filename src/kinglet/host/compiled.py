"""The shared library of all steps and models: compiled once, kept in the cache folder."""

from __future__ import annotations

import ctypes
import hashlib
import os
from functools import cache
from pathlib import Path

from kinglet.host.wrappers import whole_source
from kinglet.toolchain import cache_directory, compile_host_library, compiler_version


def library_path() -> Path:
    """Path of the compiled library; compiles it if this source was not met before.

    The name is the hash of source, compiler and flags, and the file appears by an atomic rename,
    so processes that start together never see half a file.
    """
    source = whole_source()
    key = hashlib.sha256(f"{compiler_version()}\n{source}".encode()).hexdigest()[:24]
    path = cache_directory() / "host" / f"kinglet_{key}.bin"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(f".{os.getpid()}.partial")
        partial.write_bytes(compile_host_library(source))
        partial.replace(path)
    return path


@cache
def library() -> ctypes.CDLL:
    """The loaded library; calls release the interpreter lock."""
    return ctypes.CDLL(str(library_path()))
