"""Run the C compiler that the ziglang package brings along."""

import importlib.util
import os
import shutil
import subprocess
from collections.abc import Sequence
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Literal

import platformdirs

from kinglet.errors import InputError, ToolchainError

Optimise = Literal["size", "speed"]

OPTIMISE_FLAGS: dict[Optimise, str] = {"size": "-Os", "speed": "-O2"}

# The same for host, browser and every core: this is what makes float results bit-identical.
COMMON_FLAGS = (
    "-std=c99",
    "-ffp-contract=off",
    "-fno-math-errno",  # else sqrtf is a call beside the instruction
    "-fno-sanitize=all",
    "-fno-stack-protector",
    "-fno-unwind-tables",  # else the firmware's linker pulls in an unwinder
    "-fno-asynchronous-unwind-tables",
    "-ffunction-sections",
    "-fdata-sections",
    "-fomit-frame-pointer",
    "-g0",  # else debug information with the paths of this machine
)

WARNING_FLAGS = (
    "-Wall",
    "-Wextra",
    "-Wconversion",
    "-Wdouble-promotion",
    "-pedantic",
    "-Werror",
)

# Variables such as CPATH or CFLAGS would change what is compiled, so only these are passed on.
_KEPT_VARIABLES = ("PATH", "HOME", "TMPDIR", "TEMP", "TMP", "SYSTEMROOT", "USERPROFILE")
_LONGEST_MESSAGE = 4000


def cache_directory() -> Path:
    """Return Kinglet's cache folder, made if it does not exist.

    Returns
    -------
    Path
        ``KINGLET_CACHE_DIR`` where that is set, else the platform's user cache folder.

    Raises
    ------
    InputError
        If the folder cannot be made.
    """
    named = os.environ.get("KINGLET_CACHE_DIR")
    path = Path(named) if named else platformdirs.user_cache_path("kinglet", appauthor=False)
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(
            f"the cache folder {path} cannot be made ({error.strerror}): "
            "set KINGLET_CACHE_DIR to a folder that can be written"
        ) from error
    return path.resolve()


@cache
def zig_executable() -> str:
    """Return the path of the compiler; ToolchainError where the package is not installed."""
    package = importlib.util.find_spec("ziglang")
    if package is not None and package.origin is not None:
        executable = shutil.which("zig", path=Path(package.origin).parent)
        if executable is not None:
            return executable
    raise ToolchainError("the compiler is missing: pip install ziglang==0.16.0")


@cache
def compiler_version() -> str:
    """Return the compiler and the flags that every build shares: part of every cache key."""
    return " ".join(("ziglang", metadata.version("ziglang"), *COMMON_FLAGS))


def run_zig(arguments: Sequence[str], cwd: Path) -> str:
    """Run ``zig`` with `arguments` in the folder `cwd`.

    Safe from several processes at once: the compiler locks what it shares in its cache.

    Returns
    -------
    str
        What the compiler said (warnings), empty as a rule.

    Raises
    ------
    ToolchainError
        With the compiler's own message, if it failed.
    """
    compiler_cache = str(cache_directory() / "zig")
    environment = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
    environment |= {
        "ZIG_GLOBAL_CACHE_DIR": compiler_cache,
        "ZIG_LOCAL_CACHE_DIR": compiler_cache,
    }
    try:
        finished = subprocess.run(
            [zig_executable(), *arguments],
            cwd=cwd,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            errors="replace",
            check=False,
        )
    except OSError as error:
        raise ToolchainError(f"the compiler could not be started: {error}") from error
    if finished.returncode != 0:
        message = finished.stdout.strip()[:_LONGEST_MESSAGE]
        raise ToolchainError(f"zig {arguments[0]} failed:\n{message or 'no message'}")
    return finished.stdout
