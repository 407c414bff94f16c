"""Compile C source to objects, archives, host libraries, WebAssembly and test images.

Everything runs in a temporary folder that is removed afterwards. The same input gives the same
bytes, in whatever folder and process.
"""

import platform
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import resources
from pathlib import Path

from kinglet.errors import InputError
from kinglet.toolchain.cores import Abi, Core
from kinglet.toolchain.inspect import inspect_object
from kinglet.toolchain.zig import COMMON_FLAGS, OPTIMISE_FLAGS, Optimise, run_zig

_SUPPORT_SOURCE = resources.files("kinglet.toolchain").joinpath("support.c").read_text("utf-8")
_HOST_SYSTEMS = {
    "linux": ("linux-none", "so"),
    "win32": ("windows-gnu", "dll"),
    "darwin": ("macos", "dylib"),
}
_HOST_MACHINES = {"x86_64": "x86_64", "amd64": "x86_64", "aarch64": "aarch64", "arm64": "aarch64"}


@contextmanager
def _folder(files: Mapping[str, str | bytes]) -> Iterator[Path]:
    """Make a temporary folder with `files` in it."""
    with tempfile.TemporaryDirectory(prefix="kinglet-") as name:
        folder = Path(name)
        for file, content in files.items():
            path = folder / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        yield folder


def compile_object(
    source: str,
    core: Core,
    *,
    optimise: Optimise = "size",
    abi: Abi | None = None,
    headers: Mapping[str, str] | None = None,
    name: str = "neai",
    flags: Sequence[str] = (),
) -> bytes:
    """Compile one C file for a core.

    Parameters
    ----------
    source : str
        The C file.
    core : Core
        What to compile for.
    optimise : {'size', 'speed'}
        Aim of the compiler; the results are the same bits.
    abi : {'hard', 'softfp', 'soft'}, optional
        Calling convention, by default the usual one of the core.
    headers : mapping of str to str, optional
        Files that `source` includes, by name; a name may hold folders.
    name : str
        Name of the file without ``.c``; it stays in the object.
    flags : sequence of str
        More compiler flags, such as `kinglet.toolchain.WARNING_FLAGS`.

    Returns
    -------
    bytes
        An ELF object with one section per function and ``.stack_sizes``.

    Raises
    ------
    ToolchainError
        With the compiler's message.
    """
    with _folder({**(headers or {}), f"{name}.c": source}) as folder:
        command = ["cc", *core.compile_flags(abi), OPTIMISE_FLAGS[optimise], *COMMON_FLAGS]
        command += ["-fstack-size-section", *flags, "-I.", "-c", f"{name}.c", "-o", f"{name}.o"]
        run_zig(command, folder)
        return (folder / f"{name}.o").read_bytes()


def archive(objects: Mapping[str, bytes]) -> bytes:
    """Pack objects into a static library, without dates or owners.

    Parameters
    ----------
    objects : mapping of str to bytes
        Objects by file name such as ``neai.o``, in the order they shall have.

    Returns
    -------
    bytes
        Content of ``libneai.a``.
    """
    with _folder(objects) as folder:
        run_zig(["ar", "rcsD", "lib.a", *objects], folder)
        return (folder / "lib.a").read_bytes()


def host_suffix() -> str:
    """Return the suffix of a shared library on this system: ``.so``, ``.dll`` or ``.dylib``."""
    return "." + _host_target()[1]


def _host_target() -> tuple[str, str]:
    """Return the compiler's triple of this machine and the suffix of its shared libraries."""
    machine = _HOST_MACHINES.get(platform.machine().lower())
    system = _HOST_SYSTEMS.get(sys.platform)
    if machine is None or system is None:
        raise InputError(
            f"Kinglet does not run on {sys.platform} {platform.machine()}: "
            "use Linux, Windows or macOS on x86-64 or Arm64"
        )
    return f"{machine}-{system[0]}", system[1]


def compile_host_library(
    source: str, headers: Mapping[str, str] | None = None, *, optimise: Optimise = "speed"
) -> bytes:
    """Compile one C file to a shared library for this machine, without any C library.

    Parameters
    ----------
    source : str
        The C file. What it marks with ``KN_EXPORT`` (defined on the command line) is exported.
    headers : mapping of str to str, optional
        Files that `source` includes, by name.
    optimise : {'size', 'speed'}
        Aim of the compiler; the results are the same bits.

    Returns
    -------
    bytes
        Content of a ``.so``, ``.dll`` or ``.dylib`` (`host_suffix`), to be loaded with ctypes.

    Raises
    ------
    ToolchainError
        With the compiler's message, also when a function is called that the file does not define.
    """
    triple, suffix = _host_target()
    files = {**(headers or {}), "host.c": source, "support.c": _SUPPORT_SOURCE}
    command = ["cc", "host.c", "support.c", "-target", triple, OPTIMISE_FLAGS[optimise]]
    command += [*COMMON_FLAGS, "-I.", "-shared", "-nostdlib", "-s", "-o", f"host.{suffix}"]
    if suffix == "dll":
        command += ["-DKN_EXPORT=__declspec(dllexport)"]
    else:
        command += ['-DKN_EXPORT=__attribute__((visibility("default")))', "-fvisibility=hidden"]
    if suffix == "so":
        command += ["-fPIC", "-Wl,-z,defs"]
    if suffix == "dylib":
        command += ["-Wl,-install_name,@rpath/host.dylib"]
    with _folder(files) as folder:
        run_zig(command, folder)
        return (folder / f"host.{suffix}").read_bytes()


def compile_wasm(
    source: str,
    headers: Mapping[str, str] | None = None,
    exports: Sequence[str] = (),
    *,
    optimise: Optimise = "size",
    stack_size: int = 8192,
) -> bytes:
    """Compile one C file to a WebAssembly module that imports nothing.

    Parameters
    ----------
    source : str
        The C file.
    headers : mapping of str to str, optional
        Files that `source` includes, by name.
    exports : sequence of str
        Functions that the module offers, beside its ``memory``.
    optimise : {'size', 'speed'}
        Aim of the compiler; the results are the same bits.
    stack_size : int
        Bytes of stack; static data and stack together make the pages of 64 KB.

    Returns
    -------
    bytes
        The module.
    """
    command = ["cc", "neai.c", "-target", "wasm32-freestanding", OPTIMISE_FLAGS[optimise]]
    command += [*COMMON_FLAGS, "-I.", "-nostdlib", "-Wl,--no-entry", "-Wl,--strip-all"]
    command += [f"-Wl,-z,stack-size={stack_size}", *(f"-Wl,--export={name}" for name in exports)]
    with _folder({**(headers or {}), "neai.c": source}) as folder:
        run_zig([*command, "-o", "neai.wasm"], folder)
        return (folder / "neai.wasm").read_bytes()


def link_elf(
    objects: Mapping[str, bytes],
    core: Core,
    linker_script: str,
    *,
    abi: Abi | None = None,
    entry: str = "0",
) -> bytes:
    """Link objects to an image, dropping every section that nothing needs.

    Memory functions and float division in software come from Kinglet, other arithmetic helpers
    from the compiler's runtime, which takes a few seconds when it is first used for a core. It
    brings debug information along, with paths of this machine: the script shall discard it.

    Parameters
    ----------
    objects : mapping of str to bytes
        Objects by file name.
    core, abi
        What they were compiled for.
    linker_script : str
        Placement of the sections.
    entry : str
        The symbol that starts the image; kept are the sections that it reaches and those that
        the script marks with ``KEEP``. By default only these.

    Returns
    -------
    bytes
        The ELF image.
    """
    facts = [inspect_object(content) for content in objects.values()]
    defined = {name for fact in facts for name in fact.exported}
    missing = {name for fact in facts for name in fact.undefined} - defined
    files: dict[str, str | bytes] = {**objects, "image.ld": linker_script}
    inputs = list(objects)
    if missing:
        support = compile_object(_SUPPORT_SOURCE, core, abi=abi, name="support")
        missing -= set(inspect_object(support).exported)
        files["support.o"] = support
        inputs.append("support.o")
    command = ["cc", *core.target_flags(abi), *inputs, "-Os", "-g", "-Wl,-T,image.ld"]
    command += ["-Wl,--gc-sections", f"-Wl,-e,{entry}", "-o", "image.elf"]
    if not missing:
        command.append("-nostdlib")
    with _folder(files) as folder:
        run_zig(command, folder)
        return (folder / "image.elf").read_bytes()
