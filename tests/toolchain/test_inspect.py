import pytest

from kinglet.errors import ToolchainError
from kinglet.toolchain import CORES, compile_object, inspect_object

M0, M4F = CORES["cortex-m0"], CORES["cortex-m4f"]
BOTH = pytest.mark.parametrize("core", [M0, M4F, CORES["rv32imafc"]], ids=lambda core: core.name)

PARTS = """
#include <stdint.h>
const float table[50] = {1.0f, 2.0f};
float gains[20] = {3.0f};
float state[30];
extern uint8_t knowledge[];
#if defined(__riscv)
__asm__(".pushsection .neai,\\"aw\\",@nobits");
#else
__asm__(".pushsection .neai,\\"aw\\",%nobits");
#endif
__asm__(".globl knowledge\\nknowledge:\\n.space 240\\n.popsection");
float read(uint32_t i) { return table[i] + gains[i] + state[i] + (float)knowledge[i]; }
"""


@BOTH
def test_sections_are_summed_by_kind(core):
    facts = inspect_object(compile_object(PARTS, core))
    assert (facts.rodata, facts.data, facts.bss, facts.neai) == (200, 80, 120, 240)
    assert facts.flash_bytes == facts.text + 200 + 80
    assert facts.ram_bytes == 80 + 120 + 240
    assert facts.text == sum(facts.functions.values()) > 20
    assert facts.objects["table"] == 200
    assert facts.objects["state"] == 120
    assert facts.exported == ("gains", "knowledge", "read", "state", "table")


NESTED = """
#define APART __attribute__((noinline))
APART static int leaf(int x) { volatile int a[100]; a[x] = x; return a[x + 1]; }
APART static int short_leaf(int x) { volatile int a[10]; a[x] = x; return a[x + 1]; }
APART static int middle(int x) { volatile int a[50]; a[x] = leaf(x); return a[x + 1]; }
int entry(int x) { return middle(x) + short_leaf(x); }
"""


@BOTH
def test_worst_stack_follows_the_deepest_path(core):
    facts = inspect_object(compile_object(NESTED, core))
    sizes = facts.stack_sizes
    assert 400 <= sizes["leaf"] < 440
    assert facts.calls["entry"] == {"middle", "short_leaf"}
    assert facts.worst_stack("entry") == sizes["entry"] + sizes["middle"] + sizes["leaf"]
    with pytest.raises(ToolchainError, match="no function nothere"):
        facts.worst_stack("nothere")


@BOTH
def test_worst_stack_follows_tables_of_functions(core):
    source = """
    static int small(int x) { return x; }
    static int large(int x) { volatile int a[100]; a[x] = x; return a[x + 1]; }
    int (*const steps[2])(int) = {small, large};
    int entry(int i) { return steps[i](i) + 1; }
    """
    facts = inspect_object(compile_object(source, core))
    assert facts.calls["entry"] == {"small", "large"}
    assert facts.worst_stack("entry") == sum(facts.stack_sizes[f] for f in ("entry", "large"))


@BOTH
def test_recursion_has_no_bound(core):
    source = """
    int odd(int x);
    int even(int x) { return x == 0 ? 1 : odd(x - 1) * 3; }
    int odd(int x) { return x == 0 ? 0 : even(x - 1) * 5; }
    """
    with pytest.raises(
        ToolchainError, match=r"recursion: (even -> odd -> even|odd -> even -> odd)"
    ):
        inspect_object(compile_object(source, core, flags=("-fno-inline",))).worst_stack("odd")
