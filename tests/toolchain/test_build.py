import ctypes
import struct
import tempfile
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import wasmtime

from kinglet.errors import InputError, ToolchainError
from kinglet.toolchain import (
    CORES,
    WARNING_FLAGS,
    archive,
    compile_host_library,
    compile_object,
    compile_wasm,
    host_suffix,
    inspect_object,
    link_elf,
)
from kinglet.toolchain.build import _SUPPORT_SOURCE

M4F = CORES["cortex-m4f"]
# Clears, copies and a struct that clang turns into calls of memset and memcpy.
BLOCKS = """
#include <stdint.h>
#include "sizes.h"
#ifndef KN_EXPORT
#define KN_EXPORT
#endif
typedef struct { float values[LENGTH]; } block;
static block kept;
KN_EXPORT float *input(void) { return kept.values; }
KN_EXPORT float sum_of_copy(uint32_t start)
{
    static block copy;
    copy = kept;
    for (uint32_t i = 0u; i < start; i++) { copy.values[i] = 0.0f; }
    float sum = 0.0f;
    for (uint32_t i = 0u; i < LENGTH; i++) { sum += copy.values[i]; }
    return sum;
}
KN_EXPORT void clear(void)
{
    const block zero = {{0.0f}};
    kept = zero;
}
float hidden(void) { return 1.0f; }
"""
HEADERS = {"sizes.h": "#define LENGTH 300u\n"}


def load(library: bytes, folder) -> ctypes.CDLL:
    path = folder / f"library{host_suffix()}"
    path.write_bytes(library)
    return ctypes.CDLL(str(path))


def test_object_holds_no_path_and_no_date(tmp_path, monkeypatch):
    first = compile_object(BLOCKS, M4F, headers=HEADERS)
    other = tmp_path / "another folder"
    other.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(other))
    monkeypatch.setenv("KINGLET_CACHE_DIR", str(tmp_path / "cache"))
    assert compile_object(BLOCKS, M4F, headers=HEADERS) == first
    assert b"tmp" not in first


@pytest.mark.parametrize("works", [True, False])
def test_nothing_is_left_behind(works, tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    if works:
        compile_object(BLOCKS, M4F, headers=HEADERS)
        compile_host_library(BLOCKS, HEADERS)
    else:
        with pytest.raises(ToolchainError):
            compile_object(BLOCKS, M4F)
    assert list(tmp_path.iterdir()) == []


def test_size_is_smaller_than_speed():
    size = inspect_object(compile_object(BLOCKS, M4F, headers=HEADERS, optimise="size"))
    speed = inspect_object(compile_object(BLOCKS, M4F, headers=HEADERS, optimise="speed"))
    assert size.text < speed.text


def test_more_flags_reach_the_compiler():
    with pytest.raises(ToolchainError, match=r"-Wconversion|implicit conversion"):
        compile_object("int f(float x) { return x; }", M4F, flags=WARNING_FLAGS)


def test_parallel_compilers_share_an_empty_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("KINGLET_CACHE_DIR", str(tmp_path))
    sources = [f"int f(int x) {{ return x * {1 + i // 2}; }}" for i in range(8)]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda source: compile_object(source, M4F), sources))
    assert together[0::2] == together[1::2]
    assert len(set(together)) == 4


def test_archive_is_deterministic_and_holds_its_members():
    members = {
        "neai.o": compile_object("int f(void) { return 1; }", M4F),
        "more.o": compile_object("int g(void) { return 2; }", M4F),
    }
    library = archive(members)
    assert library == archive(members)
    assert library.startswith(b"!<arch>\n")
    for name, content in members.items():
        assert name.encode() in library
        assert content in library


def test_host_library_exports_what_it_marks_and_needs_no_other(tmp_path):
    library = load(compile_host_library(BLOCKS, HEADERS), tmp_path)
    library.input.restype = ctypes.POINTER(ctypes.c_float)
    library.sum_of_copy.restype = ctypes.c_float
    values = np.arange(300, dtype=np.float32)
    ctypes.memmove(library.input(), values.ctypes.data, values.nbytes)
    assert library.sum_of_copy(200) == values[200:].sum()
    library.clear()
    assert library.sum_of_copy(0) == 0.0
    with pytest.raises(AttributeError):
        library.hidden  # noqa: B018
    with pytest.raises(ToolchainError, match="elsewhere"):
        compile_host_library("int elsewhere(void); KN_EXPORT int f(void) { return elsewhere(); }")


def test_host_library_is_the_same_in_each_build():
    assert compile_host_library(BLOCKS, HEADERS) == compile_host_library(BLOCKS, HEADERS)


@pytest.mark.parametrize(
    ("triple", "suffix", "magic"),
    [
        ("x86_64-linux-none", "so", b"\x7fELF"),
        ("aarch64-linux-none", "so", b"\x7fELF"),
        ("x86_64-windows-gnu", "dll", b"MZ"),
        ("aarch64-windows-gnu", "dll", b"MZ"),
        ("x86_64-macos", "dylib", struct.pack("<I", 0xFEEDFACF)),
        ("aarch64-macos", "dylib", struct.pack("<I", 0xFEEDFACF)),
    ],
)
def test_host_library_links_for_every_system(triple, suffix, magic, monkeypatch):
    monkeypatch.setattr("kinglet.toolchain.build._host_target", lambda: (triple, suffix))
    assert compile_host_library(BLOCKS, HEADERS).startswith(magic)


def test_host_that_is_not_known_is_refused(monkeypatch):
    monkeypatch.setattr("platform.machine", lambda: "s390x")
    with pytest.raises(InputError, match=r"s390x.*use Linux, Windows or macOS"):
        compile_host_library(BLOCKS, HEADERS)


def test_wasm_imports_nothing_and_fits_one_page():
    exports = ["input", "sum_of_copy", "clear"]
    module = compile_wasm(BLOCKS, HEADERS, exports)
    store = wasmtime.Store()
    compiled = wasmtime.Module(store.engine, module)
    assert compiled.imports == []
    instance = wasmtime.Instance(store, compiled, []).exports(store)
    memory = instance["memory"]
    assert memory.size(store) == 1
    values = np.arange(300, dtype=np.float32)
    memory.write(store, values.tobytes(), instance["input"](store))
    assert instance["sum_of_copy"](store, 200) == values[200:].sum()
    assert "hidden" not in [export.name for export in compiled.exports]


def test_wasm_refuses_an_export_that_is_missing():
    with pytest.raises(ToolchainError, match="nothere"):
        compile_wasm("int f(void) { return 1; }", exports=["nothere"])


SCRIPT = """
MEMORY { FLASH (rx) : ORIGIN = 0x1000, LENGTH = 64K  RAM (rw) : ORIGIN = 0x20000000, LENGTH = 8K }
SECTIONS
{
  .text : { *(.text .text.* .rodata .rodata.*) } > FLASH
  .bss (NOLOAD) : { *(.bss .bss.*) } > RAM
  /DISCARD/ : { *(.debug_* .ARM.exidx .ARM.exidx.*) }
}
"""


def test_link_keeps_what_the_entry_needs_only():
    library = "int used(void) { return 41; } int unused(void) { return 4711; }"
    firmware = "int used(void); void start(void) { volatile int x = used(); (void)x; for (;;) {} }"
    objects = {"neai.o": compile_object(library, M4F), "main.o": compile_object(firmware, M4F)}
    image = link_elf(objects, M4F, SCRIPT, entry="start")
    assert image == link_elf(objects, M4F, SCRIPT, entry="start")
    facts = inspect_object(image)
    assert {"used", "start"} <= set(facts.exported)
    assert "unused" not in facts.exported


def test_link_names_a_symbol_that_nobody_has():
    firmware = "int nothere(void); void start(void) { nothere(); }"
    with pytest.raises(ToolchainError, match="nothere"):
        link_elf({"main.o": compile_object(firmware, M4F)}, M4F, SCRIPT, entry="start")


@pytest.mark.parametrize("core", ["cortex-m0", "cortex-m4f", "rv32imc"])
def test_support_source_has_no_warnings(core):
    compile_object(_SUPPORT_SOURCE, CORES[core], flags=WARNING_FLAGS)
