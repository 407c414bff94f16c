"""The compiler: C source in; objects, archives, host libraries and WebAssembly out."""

from kinglet.toolchain.build import (
    archive,
    compile_host_library,
    compile_object,
    compile_wasm,
    host_suffix,
    link_elf,
)
from kinglet.toolchain.check import check_library
from kinglet.toolchain.cores import CORES, Abi, Core, core_for
from kinglet.toolchain.inspect import ObjectFacts, inspect_object
from kinglet.toolchain.zig import (
    COMMON_FLAGS,
    WARNING_FLAGS,
    Optimise,
    cache_directory,
    compiler_version,
    run_zig,
)

__all__ = [
    "COMMON_FLAGS",
    "CORES",
    "WARNING_FLAGS",
    "Abi",
    "Core",
    "ObjectFacts",
    "Optimise",
    "archive",
    "cache_directory",
    "check_library",
    "compile_host_library",
    "compile_object",
    "compile_wasm",
    "compiler_version",
    "core_for",
    "host_suffix",
    "inspect_object",
    "link_elf",
    "run_zig",
]
