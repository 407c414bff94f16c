"""Instructions and estimated cycles of a block of straight code.

The cycles follow the classes of the Cortex-M4 technical reference manual (Arm DDI 0439), with
memory that never waits. They are an estimate that was not validated on silicon; instructions of
two blocks never wait for each other.
"""

from typing import Any

import capstone

# What a branch that is taken adds; the manual says 1 to 3, depending on where it leads.
TAKEN_BRANCH_CYCLES = 2

_MULTIPLE = ("ldm", "stm", "push", "pop", "vldm", "vstm", "vpush", "vpop")
_PAIR = ("ldrd", "strd")
_LOAD = ("ldr", "vldr")
_STORE = ("str", "vstr")
_SLOW = {
    ("sdiv", "udiv"): 7,  # the manual says 2 to 12, depending on the operands
    ("vdiv", "vsqrt"): 14,
    ("vfm", "vfnm", "vml", "vnml"): 3,
    ("tbb", "tbh"): 2,
}
# An instruction that uses the result of one of these at once waits for one cycle.
_LATE_RESULT = ("vadd", "vsub", "vmul", "vnmul", "vcvt", "vcmp", "vabs", "vneg")


def count_instructions(code: bytes, family: str) -> int:
    """Count the instructions of a block of Thumb ('arm') or RISC-V code."""
    position = count = 0
    while position < len(code):
        if family == "arm":
            is_long = code[position + 1] >> 3 in (0b11101, 0b11110, 0b11111)
        else:
            is_long = code[position] & 0b11 == 0b11
        position += 4 if is_long else 2
        count += 1
    return count


class CortexM4Cycles:
    """Counts the cycles of blocks of Thumb code."""

    def __init__(self) -> None:
        self._decoder = capstone.Cs(
            capstone.CS_ARCH_ARM, capstone.CS_MODE_THUMB | capstone.CS_MODE_MCLASS
        )
        self._decoder.detail = True

    def of_block(self, code: bytes, address: int) -> int:
        """Return the cycles of a block, without a taken branch at its end.

        Parameters
        ----------
        code : bytes
            Instructions of the block.
        address : int
            Where it lies.

        Returns
        -------
        int
            Cycles.
        """
        total = decoded = 0
        after_memory = False
        late: set[int] = set()
        for instruction in self._decoder.disasm(code, address):
            name = instruction.mnemonic
            read, written = instruction.regs_access()
            total += self._of_instruction(instruction, after_memory)
            total += not late.isdisjoint(read)
            late = set(written) if name.startswith(_LATE_RESULT) else set()
            after_memory = name.startswith((*_LOAD, *_STORE, *_MULTIPLE))
            decoded += instruction.size
        if decoded != len(code):
            raise ValueError(f"the instruction at {address + decoded:#x} cannot be decoded")
        return total

    def _of_instruction(self, instruction: Any, after_memory: bool) -> int:
        name = instruction.mnemonic
        if name.startswith(_MULTIPLE):
            return 1 + self._words(instruction)
        if name.startswith(_PAIR):
            return 3
        if name.startswith(_LOAD):
            return 1 if after_memory else 2
        return next((cycles for names, cycles in _SLOW.items() if name.startswith(names)), 1)

    @staticmethod
    def _words(instruction: Any) -> int:
        """Words that a load or store of several registers moves; d registers hold two."""
        registers = instruction.op_str.partition("{")[2].rstrip("}").split(",")
        return sum(2 if register.strip().startswith("d") else 1 for register in registers)
