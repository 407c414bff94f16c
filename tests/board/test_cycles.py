import io

import pytest
from elftools.elf.elffile import ELFFile

from kinglet.toolchain import CORES, compile_object

cycles = pytest.importorskip("kinglet.board.cycles", reason="capstone is not installed")


def assembled(instructions: str, core: str = "cortex-m4f") -> bytes:
    source = f'__attribute__((naked)) void f(void) {{ __asm__("{instructions}"); }}'
    elf = ELFFile(io.BytesIO(compile_object(source, CORES[core])))
    return elf.get_section_by_name(".text.f").data()


@pytest.mark.parametrize(
    ("instructions", "expected"),
    [
        ("adds r0, #1; mul r0, r1, r2; mla r0, r1, r2, r3; uxtb r0, r1", 4),
        ("sdiv r0, r1, r2", 7),
        ("udiv r0, r1, r2", 7),
        ("ldr r0, [r1]", 2),
        ("ldr r0, [r1]; ldrb r2, [r1]; ldrsh.w r3, [r1]", 2 + 1 + 1),
        ("str r0, [r1]; strh r2, [r1]; ldr r3, [r1]", 1 + 1 + 1),
        ("ldr r0, [r1]; adds r0, #1; ldr r0, [r1]", 2 + 1 + 2),
        ("ldrd r0, r1, [r2]; strd r0, r1, [r2]", 3 + 3),
        ("push {r4-r6, lr}; pop {r4-r6, pc}", 5 + 5),
        ("ldm r0, {r1-r3}; stm r0!, {r1, r2}", 4 + 3),
        ("tbb [pc, r0]", 2),
        ("vldr s0, [r0]; vldr s1, [r0]; vstr s0, [r0]", 2 + 1 + 1),
        ("vpush {d8, d9}; vpop {d8, d9}", 5 + 5),
        ("vldm r0!, {s0-s2}", 4),
        ("vadd.f32 s0, s1, s2; vmul.f32 s3, s1, s2", 1 + 1),
        ("vadd.f32 s0, s1, s2; vmul.f32 s3, s0, s2", 1 + 1 + 1),
        ("vadd.f32 s0, s1, s2; nop; vmul.f32 s3, s0, s2", 1 + 1 + 1),
        ("vmul.f32 s0, s1, s2; vstr s0, [r0]", 1 + 1 + 1),
        ("vcmp.f32 s0, s1; vmrs apsr_nzcv, fpscr", 1 + 1 + 1),
        ("vcvt.s32.f32 s0, s1; vmov r0, s0", 1 + 1 + 1),
        ("vfma.f32 s0, s1, s2; vmls.f32 s3, s1, s2", 3 + 3),
        ("vdiv.f32 s0, s1, s2; vsqrt.f32 s3, s1", 14 + 14),
    ],
)
def test_cycles_of_a_block(instructions, expected):
    assert cycles.CortexM4Cycles().of_block(assembled(instructions), 0x1000) == expected


def test_data_between_instructions_is_not_guessed():
    with pytest.raises(ValueError, match="0x1002 cannot be decoded"):
        cycles.CortexM4Cycles().of_block(assembled("nop; .short 0xffff, 0xffff"), 0x1000)


@pytest.mark.parametrize(
    ("core", "instructions", "expected"),
    [
        ("cortex-m4f", "nop; movw r0, #4660; vadd.f32 s0, s1, s2; bx lr", 4),
        ("cortex-m0", "nop; bl f; push {r4, lr}; dsb", 4),
        ("rv32imc", "nop; lui a0, 0x12345; addi a0, a0, 1; ret", 4),
    ],
)
def test_instructions_of_both_lengths_are_counted(core, instructions, expected):
    code = assembled(instructions, core)
    assert cycles.count_instructions(code, CORES[core].family) == expected
