import ctypes
import re

import numpy as np
import pytest

from kinglet import board
from kinglet.errors import InputError, ToolchainError
from kinglet.toolchain import (
    CORES,
    check_library,
    compile_host_library,
    compile_object,
    host_suffix,
    inspect_object,
)

pytestmark = [
    pytest.mark.target,
    pytest.mark.skipif(
        board.unavailable_reason() is not None, reason=str(board.unavailable_reason())
    ),
]

M4F = CORES["cortex-m4f"]
EMULATED = [core for core in CORES.values() if core.unicorn is not None]
SHORT = ("cortex-m0", "cortex-m4f", "cortex-m7fd", "cortex-m33f", "rv32imc", "rv32imafc")
SOME_CORES = pytest.mark.parametrize(
    "core", [CORES[name] for name in ("cortex-m0", "cortex-m4f", "rv32imc")], ids=lambda c: c.name
)
EVERY_CORE = pytest.mark.parametrize(
    "core",
    [
        pytest.param(core, id=core.name, marks=() if core.name in SHORT else pytest.mark.slow)
        for core in EMULATED
    ],
)

# Every operation on floats that the generated C uses, and a sum whose order matters.
ARITHMETIC = """
#include <stdint.h>
#ifndef KN_EXPORT
#define KN_EXPORT
#endif
KN_EXPORT void arithmetic(const float *in, float *out)
{
    const float a = in[0], b = in[1];
    out[0] = a + b;
    out[1] = a - b;
    out[2] = a * b;
    out[3] = b == 0.0f ? 0.0f : a / b;
    out[4] = a < b ? 1.0f : 0.0f;
    out[5] = a == b ? 1.0f : 0.0f;
    out[6] = a > -2e9f && a < 2e9f ? (float)(int32_t)a : 0.0f;
    out[7] = b >= 0.0f && b < 4e9f ? (float)(uint32_t)b : 0.0f;
    out[8] = a * a + b * b - a;
    float sum = 0.0f;
    for (uint32_t i = 0u; i < 8u; i++) { sum += in[i] * in[7u - i]; }
    out[9] = sum;
}
"""
ARITHMETIC_HARNESS = """
void arithmetic(const float *in, float *out);
float board_input[8];
float board_output[10];
int board_run(void) { arithmetic(board_input, board_output); return -7; }
"""


def random_inputs(count: int) -> np.ndarray:
    """Floats of all sizes and signs, half of them subnormal or close to it."""
    random = np.random.default_rng(1)
    bits = random.integers(0, 2**32, (count, 8), dtype=np.uint32)
    near_zero = (bits & 0x807FFFFF) | (random.integers(0, 26, bits.shape, dtype=np.uint32) << 23)
    bits = np.where(random.random(bits.shape) < 0.5, near_zero, bits).astype(np.uint32)
    values = bits.view(np.float32)
    values[~(np.abs(values) < 1e12)] = 1.0
    edges = np.array([0.0, -0.0, 1e-45, -1e-45, 1.1754942e-38, 1.1754944e-38, 1.0], np.float32)
    pairs = np.array(np.meshgrid(edges, edges), np.float32).reshape(2, -1).T
    values[: len(pairs), :2] = pairs
    return values


@pytest.fixture(scope="module")
def host_bits(tmp_path_factory):
    path = tmp_path_factory.mktemp("host") / f"host{host_suffix()}"
    path.write_bytes(compile_host_library(ARITHMETIC))
    function = ctypes.CDLL(str(path)).arithmetic
    inputs = random_inputs(2000)
    outputs = np.empty((len(inputs), 10), np.float32)
    for row_in, row_out in zip(inputs, outputs, strict=True):
        function(ctypes.c_void_p(row_in.ctypes.data), ctypes.c_void_p(row_out.ctypes.data))
    return inputs, outputs.view(np.uint32)


@EVERY_CORE
@pytest.mark.parametrize("optimise", ["size", "speed"])
def test_float_results_have_the_bits_of_the_host(core, optimise, host_bits):
    inputs, expected = host_bits
    library = compile_object(ARITHMETIC, core, optimise=optimise)
    check_library(library, core, None, ["arithmetic"])
    image = board.link_image({"neai.o": library}, ARITHMETIC_HARNESS, core)
    done = board.run(
        image, core, function="board_run", inputs=inputs, output_size=40, measure_cycles=False
    )
    assert set(done.returns) == {-7}
    assert done.instructions is None
    assert done.cycles is None
    np.testing.assert_array_equal(np.frombuffer(b"".join(done.outputs), np.uint32), expected.flat)


@pytest.mark.parametrize("abi", ["softfp", "soft"])
def test_other_calling_conventions_give_the_same_bits(abi, host_bits):
    inputs, expected = host_bits
    library = compile_object(ARITHMETIC, M4F, abi=abi)
    image = board.link_image({"neai.o": library}, ARITHMETIC_HARNESS, M4F, abi=abi)
    done = board.run(
        image, M4F, function="board_run", inputs=inputs[:200], output_size=40, measure_cycles=False
    )
    np.testing.assert_array_equal(
        np.frombuffer(b"".join(done.outputs), np.uint32), expected[:200].flat
    )


# 2 + 20 + 3 instructions: push, movs; ten times subs, bne; two loads, pop.
ARM_LOOP = """
__attribute__((naked)) int loop(void)
{
    __asm__("push {r4, lr}\\n movs r0, #10\\n 1: subs r0, #1\\n bne 1b\\n"
            "ldr r1, [sp]\\n ldr r2, [sp]\\n pop {r4, pc}");
}
"""
RISCV_LOOP = """
__attribute__((naked)) int loop(void)
{
    __asm__("addi sp, sp, -16\\n li a0, 10\\n 1: addi a0, a0, -1\\n bnez a0, 1b\\n"
            "lw a1, 0(sp)\\n addi sp, sp, 16\\n ret");
}
"""
LOOP_HARNESS = """
int loop(void);
int twice(void) { int sum = loop(); for (volatile int i = 0; i < 5; i++) {} return sum + loop(); }
int never(void) { return 5; }
"""


@EVERY_CORE
def test_instructions_are_counted_from_entry_to_return(core):
    source = ARM_LOOP if core.family == "arm" else RISCV_LOOP
    image = board.link_image({"neai.o": compile_object(source, core)}, LOOP_HARNESS, core)
    done = board.run(image, core, function="twice", inputs=[b""] * 3, output_size=0, measure="loop")
    assert done.returns == [0, 0, 0]
    assert done.instructions.tolist() == [50, 50, 50]


def test_function_under_test_is_measured_itself_by_default():
    image = board.link_image({"neai.o": compile_object(ARM_LOOP, M4F)}, LOOP_HARNESS, M4F)
    done = board.run(image, M4F, function="loop", inputs=[b""] * 2, output_size=0)
    assert done.instructions.tolist() == [25, 25]
    assert done.outputs == [b"", b""]
    assert done.stack_bytes == 8


def test_function_that_never_runs_costs_nothing():
    image = board.link_image({"neai.o": compile_object(ARM_LOOP, M4F)}, LOOP_HARNESS, M4F)
    done = board.run(image, M4F, function="never", inputs=[b""], output_size=0, measure="loop")
    assert done.returns == [5]
    assert done.instructions.tolist() == [0]
    assert done.stack_bytes == 0


@pytest.mark.parametrize("name", ["cortex-m3", "cortex-m4", "cortex-m4f"])
def test_cycles_follow_the_table(name):
    core = CORES[name]
    image = board.link_image({"neai.o": compile_object(ARM_LOOP, core)}, LOOP_HARNESS, core)
    done = board.run(image, core, function="loop", inputs=[b""], output_size=0)
    # push 1+2, movs 1; subs 10, bne 10 and 2 for each of 9 taken; ldr 2, next ldr 1; pop 1+2 and 2.
    assert done.cycles.tolist() == [3 + 1 + 10 + 10 + 18 + 2 + 1 + 5]


def test_cycles_are_not_guessed_without_a_table():
    core = CORES["cortex-m7f"]
    image = board.link_image({"neai.o": compile_object(ARM_LOOP, core)}, LOOP_HARNESS, core)
    assert board.run(image, core, function="loop", inputs=[b""], output_size=0).cycles is None


STACK = """
#define APART __attribute__((noinline))
APART static int leaf(int x)
{
    volatile int a[100];
    for (int i = 0; i < 100; i++) { a[i] = i * x; }
    return a[x];
}
int deep(int x) { volatile int b[20]; b[0] = x; return leaf(b[0]) * 3; }
"""
STACK_HARNESS = """
int deep(int x);
volatile int board_input;
int board_run(void) { volatile int far[50]; far[0] = board_input; return deep(far[0]); }
"""


@SOME_CORES
def test_painted_stack_is_the_static_one_whatever_the_caller_uses(core):
    library = compile_object(STACK, core)
    image = board.link_image({"neai.o": library}, STACK_HARNESS, core)
    done = board.run(
        image,
        core,
        function="board_run",
        inputs=[b"\x03\0\0\0"],
        output_size=0,
        measure="deep",
    )
    static = inspect_object(library).worst_stack("deep")
    # The lowest words of a RISC-V frame are padding that nothing writes to.
    assert static - (8 if core.family == "riscv" else 0) <= done.stack_bytes <= static


STATE_HARNESS = """
#include <stdint.h>
static int32_t total = 100;
static int32_t zeroed;
int32_t board_input;
int32_t board_output[2];
void setup_double(void) { total *= 2; }
void setup_add(void) { total += 5; }
int board_run(void)
{
    total += board_input;
    zeroed++;
    board_output[0] = total;
    board_output[1] = zeroed;
    return 0;
}
"""


@SOME_CORES
def test_setup_runs_once_in_order_and_variables_live_on(core):
    image = board.link_image({}, STATE_HARNESS, core)
    inputs = np.array([1, 10, 100], dtype=np.int32)
    done = board.run(
        image,
        core,
        function="board_run",
        inputs=inputs,
        output_size=8,
        setup=["setup_double", "setup_add"],
    )
    outputs = np.frombuffer(b"".join(done.outputs), np.int32).reshape(-1, 2)
    assert outputs.tolist() == [[206, 1], [216, 2], [316, 3]]


BAD_HARNESS = """
#include <stdint.h>
uint8_t board_input[4];
uint8_t board_output[4];
static const uint32_t table[2] = {1u, 2u};
int reads_wild(void) { return *(volatile int *)0x60000000u; }
int writes_flash(void) { *(volatile uint32_t *)(uintptr_t)&table[0] = 5u; return 0; }
int jumps_wild(void) { return ((int (*)(void))0x70000001u)(); }
int hangs(void) { for (;;) { } }
int overflows(void)
{
    volatile uint8_t much[70000];
    for (uint32_t i = 70000u; i > 0u; i--) { much[i - 1u] = 1u; }
    return much[3];
}
int fine(void) { return 0; }
"""


BAD_CODE = {
    "reads_wild": r"reads_wild\(\) reads 0x60000000, .* in reads_wild\+",
    "writes_flash": r"writes_flash\(\) writes 0x0800.*in writes_flash\+",
    "jumps_wild": r"jumps_wild\(\) jumps to 0x7000000",
    "overflows": r"overflows\(\) writes 0x20ff.* in overflows\+",
    "absent": r"the image has no symbol absent",
}


@SOME_CORES
@pytest.mark.parametrize("function", BAD_CODE)
def test_code_that_goes_wrong_is_named(core, function):
    image = board.link_image({}, BAD_HARNESS, core)
    sentence = f"on the emulated {re.escape(core.label)}, {BAD_CODE[function]}"
    with pytest.raises(ToolchainError, match=sentence):
        board.run(image, core, function=function, inputs=[b""], output_size=0)


@pytest.mark.parametrize("count", [True, False])
def test_code_that_hangs_is_stopped(count):
    image = board.link_image({}, BAD_HARNESS, M4F)
    with pytest.raises(ToolchainError, match=r"hangs\(\) did not return within 0.2 s.*in hangs\+"):
        board.run(
            image,
            M4F,
            function="hangs",
            inputs=[b""],
            output_size=0,
            measure_cycles=count,
            call_timeout_s=0.2,
        )


@pytest.mark.parametrize(
    ("compiled_for", "runs_on", "source"),
    [
        ("cortex-m3", "cortex-m0", "volatile int a = 4; int f(void) { a /= a; return 0; }"),
        ("cortex-m4f", "cortex-m3", "volatile float a; int f(void) { a *= a; return 0; }"),
        ("cortex-m7fd", "cortex-m4f", "volatile double a; int f(void) { a *= a; return 0; }"),
    ],
)
def test_instruction_that_the_core_does_not_have_is_named(compiled_for, runs_on, source):
    image = board.link_image({}, source, CORES[compiled_for])
    with pytest.raises(ToolchainError, match=r"f\(\) stops .* in f\+"):
        board.run(image, CORES[runs_on], function="f", inputs=[b""], output_size=0)


def test_buffers_that_are_too_small_are_named():
    image = board.link_image({}, BAD_HARNESS, M4F)
    with pytest.raises(ToolchainError, match="board_input has 4 bytes, 5 are needed"):
        board.run(image, M4F, function="fine", inputs=[b"12345"], output_size=0)
    with pytest.raises(ToolchainError, match="board_output has 4 bytes, 8 are needed"):
        board.run(image, M4F, function="fine", inputs=[b"1234"], output_size=8)


def test_knowledge_section_lies_in_memory_between_its_symbols():
    library = """
    __asm__(".pushsection .neai,\\"aw\\",%nobits\\n.globl knowledge\\nknowledge:\\n.space 240\\n"
            ".popsection");
    """
    harness = """
    #include <stdint.h>
    extern uint8_t _sneai_knowledge[], _eneai_knowledge[], knowledge[];
    int board_run(void)
    {
        knowledge[239] = 7u;
        return knowledge == _sneai_knowledge ? (int)(_eneai_knowledge - _sneai_knowledge) : -1;
    }
    """
    image = board.link_image({"neai.o": compile_object(library, M4F)}, harness, M4F)
    done = board.run(image, M4F, function="board_run", inputs=[b""], output_size=0)
    assert done.returns == [240]


def test_image_is_the_same_in_each_build_and_holds_no_path():
    core = CORES["cortex-m0"]
    library = {"neai.o": compile_object(ARITHMETIC, core)}
    image = board.link_image(library, ARITHMETIC_HARNESS, core)
    assert image == board.link_image(library, ARITHMETIC_HARNESS, core)
    assert b"site-packages" not in image
    assert b"kinglet" not in image


def test_core_without_a_model_is_refused():
    with pytest.raises(InputError, match="no model of Cortex-M55"):
        board.run(b"", CORES["cortex-m55"], function="f", inputs=[], output_size=0)
