"""Count what a function on the emulated core does, from its entry to its return."""

from typing import Any

import unicorn

from kinglet.board.cycles import TAKEN_BRANCH_CYCLES, CortexM4Cycles, count_instructions
from kinglet.board.machine import Machine
from kinglet.board.memory_map import RETURN_ADDRESS


class StackMeter:
    """Measures the stack of a function from its entry; make it before the first call.

    Parameters
    ----------
    machine : Machine
        The core.
    function : str
        The function.
    """

    def __init__(self, machine: Machine, function: str):
        self._machine = machine
        self._top = 0
        entry = machine.address(function) & ~1
        machine.emulator.hook_add(unicorn.UC_HOOK_CODE, self._on_entry, begin=entry, end=entry)
        machine.paint_stack()

    def _on_entry(self, emulator: Any, address: int, size: int, _: Any) -> None:
        self._top = max(self._top, emulator.reg_read(self._machine.registers.stack))

    def bytes(self) -> int:
        """Return the deepest stack since the meter was made, 0 if the function never ran."""
        return max(0, self._top - self._machine.deepest_stack())


class WorkMeter:
    """Counts the instructions and cycles of a function; make it before the first call.

    Blocks of straight code are counted while they run, and decoded once.

    Parameters
    ----------
    machine : Machine
        The core.
    function : str
        The function; what it calls counts too.
    with_cycles : bool
        Whether the core counts cycles as the Cortex-M4 does.
    """

    def __init__(self, machine: Machine, function: str, *, with_cycles: bool):
        self._machine = machine
        self._decoder = CortexM4Cycles() if with_cycles else None
        self._steps: dict[tuple[int, int], int] = {}
        self._sizes: dict[int, int] = {}
        self._block_costs: dict[int, tuple[int, int]] = {}
        self._previous = 0
        self._entry = machine.address(function) & ~1
        self._return = 0
        machine.emulator.hook_add(unicorn.UC_HOOK_BLOCK, self._on_block)

    def _on_block(self, emulator: Any, address: int, size: int, _: Any) -> None:
        previous = self._previous
        if previous:
            step = previous, address
            steps = self._steps
            if step in steps:
                steps[step] += 1
            else:
                steps[step] = 1
                self._sizes[address] = size
            self._previous = 0 if address == self._return else address
        elif address == self._entry:
            self._return = emulator.reg_read(self._machine.registers.link) & ~1
            self._sizes[address] = size
            self._previous = address

    def take(self) -> tuple[int, int]:
        """Return instructions and cycles since the last `take`; cycles 0 where not counted."""
        if self._previous:
            # The emulator stops before it enters the block at the return address.
            last = self._previous, RETURN_ADDRESS
            self._steps[last] = self._steps.get(last, 0) + 1
            self._previous = 0
        instructions = cycles = 0
        for (block, following), times in self._steps.items():
            if block not in self._block_costs:
                self._block_costs[block] = self._cost(block)
            block_instructions, block_cycles = self._block_costs[block]
            instructions += times * block_instructions
            cycles += times * block_cycles
            if following != block + self._sizes[block]:
                cycles += times * TAKEN_BRANCH_CYCLES
        self._steps.clear()
        return instructions, cycles

    def _cost(self, block: int) -> tuple[int, int]:
        code = bytes(self._machine.emulator.mem_read(block, self._sizes[block]))
        instructions = count_instructions(code, self._machine.family)
        cycles = self._decoder.of_block(code, block) if self._decoder else 0
        return instructions, cycles
