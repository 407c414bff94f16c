import pytest

from kinglet.errors import ToolchainError
from kinglet.toolchain import CORES, check_library, compile_object

M0, M4F = CORES["cortex-m0"], CORES["cortex-m4f"]

GOOD = """
#include <stdint.h>
void *memcpy(void *to, const void *from, __SIZE_TYPE__ n);
enum state { OK, BAD };
struct result { enum state state; };
struct result last;
static float kept[64];
enum state detect(const float *in) { memcpy(kept, in, sizeof kept); return OK; }
uint64_t share(uint64_t x) { return x / 7u; }
float ratio(float a, float b) { return a < b ? a / b : (float)(int32_t)a; }
"""
NAMES = ("detect", "share", "ratio", "last")
EVERY_VARIANT = [(name, abi) for name, core in CORES.items() for abi in core.abis]


@pytest.mark.parametrize(("name", "abi"), EVERY_VARIANT)
def test_library_that_keeps_its_promises_passes(name, abi):
    core = CORES[name]
    check_library(compile_object(GOOD, core, abi=abi), core, abi, NAMES)


@pytest.mark.parametrize("core", ["cortex-m4f", "rv32imafc"])
@pytest.mark.parametrize(
    ("compiled", "promised", "sentence"),
    [
        ("soft", "hard", "in software, not in the unit"),
        ("soft", "softfp", "in software, not in the unit"),
        ("hard", "soft", "uses a floating-point unit, which it must not"),
        ("softfp", "hard", "passes floats in integer registers"),
        ("hard", "softfp", "passes floats in floating-point registers"),
    ],
)
def test_wrong_use_of_the_floating_point_unit_is_refused(core, compiled, promised, sentence):
    elf = compile_object(GOOD, CORES[core], abi=compiled)
    with pytest.raises(ToolchainError, match=sentence):
        check_library(elf, CORES[core], promised, NAMES)


def test_compiler_name_without_unit_is_refused():
    # The trap: hard-float calling convention, but every operation in software.
    elf = compile_object(GOOD, M4F, flags=("-mcpu=cortex_m4",))
    with pytest.raises(ToolchainError, match="in software, not in the unit"):
        check_library(elf, M4F, "hard", NAMES)


def test_large_enumerations_are_refused():
    elf = compile_object(GOOD, M4F, flags=("-fno-short-enums",))
    with pytest.raises(ToolchainError, match="-fshort-enums"):
        check_library(elf, M4F, None, NAMES)


@pytest.mark.parametrize("core", [M0, M4F, CORES["rv32imc"]], ids=lambda core: core.name)
@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        ("double f(double a, double b) { return a * b; }", "double arithmetic is slow"),
        ("float f(float a) { return (float)(a * 0.1); }", "double arithmetic is slow"),
        ("double f(int a) { return a; }", "double arithmetic is slow"),
        ("int f(double a, double b) { return a < b; }", "double arithmetic is slow"),
        ("void *malloc(unsigned n); void *f(void) { return malloc(8u); }", "must not allocate"),
        ("float sqrtf(float x); float f(float x) { return sqrtf(x); }", "need not have"),
        ("int other(void); int f(void) { return other(); }", "needs other: firmware need not"),
        ("int f(void) { return 1; } int g(void) { return 2; }", "exports g, which is not public"),
        ("float table[3] = {1.0f}; float f(void) { return table[1]; }", "exports table"),
        ("static int f(void) { return 1; } int (*g)(void) = f;", "exports g"),
        ("typedef int nothing;", "does not define f"),
    ],
)
def test_library_that_would_trouble_firmware_is_refused(core, source, sentence):
    elf = compile_object(source, core, flags=("-fno-builtin",))
    with pytest.raises(ToolchainError, match=sentence):
        check_library(elf, core, None, ["f"])


def test_float_in_software_is_refused_beside_a_unit_only():
    # Conversions between floats and 64-bit integers have no instruction on a single-precision unit.
    source = "#include <stdint.h>\nfloat f(uint64_t x) { return (float)x; }"
    check_library(compile_object(source, M0), M0, None, ["f"])
    with pytest.raises(ToolchainError, match="__aeabi_ul2f: a float operation is done in software"):
        check_library(compile_object(source, M4F), M4F, None, ["f"])


@pytest.mark.parametrize(
    ("compiled", "claimed"),
    [
        ("cortex-m7fd", "cortex-m7f"),
        ("cortex-m3", "cortex-m0"),
        ("cortex-m55", "cortex-m4f"),
        ("rv32imac", "rv32imc"),
    ],
)
def test_an_object_for_another_core_is_refused(compiled, claimed):
    core = CORES[compiled]
    source = "float f(float x);\nfloat f(float x) { return x; }\n"
    elf = compile_object(source, core)
    check_library(elf, core, None, ["f"])
    with pytest.raises(ToolchainError):
        check_library(elf, CORES[claimed], None, ["f"])
