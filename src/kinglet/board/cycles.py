"""Instructions and estimated cycles of a block of straight code.

Cycles follow the classes of the Cortex-M4 technical reference manual (Arm DDI 0439) with memory
that never waits. They are an estimate: not validated on silicon, and between two blocks no
instruction waits for the other.
"""

from collections.abc import Iterator
from dataclasses import dataclass

_TAKEN_BRANCH = 2  # the manual says 1 to 3, after how the target is aligned
_DIVIDE = 7  # the manual says 2 to 12, after the operands
_CLASSES = {
    "sdiv": _DIVIDE,
    "udiv": _DIVIDE,
    "vdiv": 14,
    "vsqrt": 14,
    **dict.fromkeys(("vfma", "vfms", "vfnma", "vfnms", "vmla", "vmls", "vnmla", "vnmls"), 3),
}
_FLOAT_RESULT_WAITS = ("vadd", "vsub", "vmul", "vnmul", "vcvt", "vcmp", "vabs", "vneg")
_MULTIPLE = ("ldm", "stm", "push", "pop", "vldm", "vstm", "vpush", "vpop", "ldrd", "strd")
_STORES = ("str", "vstr")
_LOADS = ("ldr", "vldr")


@dataclass(frozen=True)
class BlockCost:
    """Cost of a block when the next one follows it directly, and where that one would be."""

    instructions: int
    cycles: int
    end: int

    def cycles_to(self, following: int) -> int:
        """Cycles of the block when execution goes on at `following`."""
        return self.cycles + (_TAKEN_BRANCH if following != self.end else 0)


def count_instructions(code: bytes, family: str) -> int:
    """Count the instructions of a block of Thumb or compressed RISC-V code."""
    position = count = 0
    while position < len(code):
        low, high = code[position], code[position + 1]
        if family == "arm":
            is_long = high >> 3 in (0b11101, 0b11110, 0b11111)
        else:
            is_long = low & 0b11 == 0b11
        position += 4 if is_long else 2
        count += 1
    return count


class M4Costs:
    """Decodes blocks for cores that count cycles as the Cortex-M4 does."""

    def __init__(self) -> None:
        import capstone

        self._decoder = capstone.Cs(
            capstone.CS_ARCH_ARM, capstone.CS_MODE_THUMB | capstone.CS_MODE_MCLASS
        )
        self._decoder.detail = True

    def cycles(self, code: bytes, address: int) -> int:
        """Return the cycles of a block, without those of a taken branch at its end."""
        total = 0
        previous_is_memory = False
        waiting: frozenset[int] = frozenset()
        for instruction in self._decoder.disasm(code, address):
            name = instruction.mnemonic.split(".")[0]
            read, written = (frozenset(registers) for registers in instruction.regs_access())
            total += bool(waiting & read)
            waiting = written if name.startswith(_FLOAT_RESULT_WAITS) else frozenset()
            total += self._own_cycles(name, instruction, previous_is_memory)
            previous_is_memory = name.startswith((*_LOADS, *_STORES, *_MULTIPLE))
        return total
