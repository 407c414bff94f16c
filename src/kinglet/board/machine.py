"""One emulated core with an image in its memory: call its functions, count what they do."""

import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import unicorn
from elftools.elf.elffile import ELFFile
from elftools.elf.sections import SymbolTableSection
from unicorn import arm_const, riscv_const

from kinglet.board.memory_map import (
    FLASH_SIZE,
    FLASH_START,
    RAM_SIZE,
    RAM_START,
    RETURN_ADDRESS,
    STACK_SIZE,
    STACK_START,
)

_PAINT = b"\xa5"
_STACK_TOP = STACK_START + STACK_SIZE
_ACCESS = {
    unicorn.UC_MEM_READ_UNMAPPED: "reads",
    unicorn.UC_MEM_WRITE_UNMAPPED: "writes",
    unicorn.UC_MEM_FETCH_UNMAPPED: "jumps to",
    unicorn.UC_MEM_READ_PROT: "reads",
    unicorn.UC_MEM_WRITE_PROT: "writes",
    unicorn.UC_MEM_FETCH_PROT: "jumps to",
}


class BoardError(Exception):
    """The code did what it must not; the message says what and where."""


@dataclass(frozen=True)
class Registers:
    """The emulator's numbers of the registers that calls need."""

    stack: int
    link: int
    result: int
    counter: int


_REGISTERS = {
    "arm": Registers(
        arm_const.UC_ARM_REG_SP,
        arm_const.UC_ARM_REG_LR,
        arm_const.UC_ARM_REG_R0,
        arm_const.UC_ARM_REG_PC,
    ),
    "riscv": Registers(
        riscv_const.UC_RISCV_REG_SP,
        riscv_const.UC_RISCV_REG_RA,
        riscv_const.UC_RISCV_REG_A0,
        riscv_const.UC_RISCV_REG_PC,
    ),
}


class Machine:
    """An emulated core with an image in its memory.

    Parameters
    ----------
    image : Path
        The ELF image.
    family : {'arm', 'riscv'}
        Instruction set family.
    model : str
        The emulator's name of the core, such as ``ARM_CORTEX_M4``.

    Attributes
    ----------
    emulator : unicorn.Uc
        The emulator, for hooks.
    registers : Registers
        The emulator's numbers of the registers that calls need.
    """

    def __init__(self, image: Path, family: str, model: str):
        self.family = family
        self.registers = _REGISTERS[family]
        self._thumb = 1 if family == "arm" else 0
        self.emulator = self._new_emulator(model)
        for start, size, access in (
            (FLASH_START, FLASH_SIZE, unicorn.UC_PROT_READ | unicorn.UC_PROT_EXEC),
            (RAM_START, RAM_SIZE, unicorn.UC_PROT_READ | unicorn.UC_PROT_WRITE),
            (STACK_START, STACK_SIZE, unicorn.UC_PROT_READ | unicorn.UC_PROT_WRITE),
        ):
            self.emulator.mem_map(start, size, access)
        self._symbols: dict[str, tuple[int, int]] = {}
        self._load(image)
        self._deadline: float | None = None
        threading.Thread(target=self._watch, daemon=True).start()
        self._fault = ""
        self.emulator.hook_add(unicorn.UC_HOOK_MEM_INVALID, self._remember_fault)

    def _new_emulator(self, model: str) -> Any:
        if self.family == "riscv":
            emulator = unicorn.Uc(unicorn.UC_ARCH_RISCV, unicorn.UC_MODE_RISCV32)
            emulator.ctl_set_cpu_model(getattr(riscv_const, f"UC_CPU_{model}"))
            floats_on = 0x6000  # mstatus.FS
            emulator.reg_write(riscv_const.UC_RISCV_REG_MSTATUS, floats_on)
            return emulator
        # Not UC_MODE_MCLASS: it would make a Cortex-M33 of every model, without a word.
        emulator = unicorn.Uc(unicorn.UC_ARCH_ARM, unicorn.UC_MODE_THUMB)
        emulator.ctl_set_cpu_model(getattr(arm_const, f"UC_CPU_{model}"))
        return emulator

    def _load(self, image: Path) -> None:
        with image.open("rb") as stream:
            file = ELFFile(stream)
            for segment in file.iter_segments("PT_LOAD"):
                if segment["p_filesz"]:
                    self.emulator.mem_write(segment["p_vaddr"], segment.data())
            table = file.get_section_by_name(".symtab")
            if isinstance(table, SymbolTableSection):
                for symbol in table.iter_symbols():
                    if symbol["st_info"]["type"] in ("STT_FUNC", "STT_OBJECT"):
                        self._symbols[symbol.name] = (symbol["st_value"], symbol["st_size"])

    def address(self, symbol: str, size: int = 0) -> int:
        """Return where a symbol lies; BoardError where it is missing or below `size` bytes."""
        if symbol not in self._symbols:
            raise BoardError(f"the image has no symbol {symbol}")
        address, available = self._symbols[symbol]
        if size > available:
            raise BoardError(f"{symbol} has {available} bytes, {size} are needed")
        return address

    def write(self, symbol: str, data: bytes) -> None:
        """Write `data` to a variable."""
        if data:
            self.emulator.mem_write(self.address(symbol, len(data)), data)

    def read(self, symbol: str, size: int) -> bytes:
        """Read the first `size` bytes of a variable."""
        return bytes(self.emulator.mem_read(self.address(symbol, size), size)) if size else b""

    def call(self, function: str, timeout_s: float) -> int:
        """Call a function without arguments and return its result, a signed 32-bit number.

        Raises
        ------
        BoardError
            If the code leaves its memory, meets what the core cannot do, or takes too long.
        """
        emulator, registers = self.emulator, self.registers
        start = self.address(function)
        emulator.reg_write(registers.stack, _STACK_TOP)
        emulator.reg_write(registers.link, RETURN_ADDRESS | self._thumb)
        self._deadline = time.monotonic() + timeout_s
        try:
            emulator.emu_start(start | self._thumb, RETURN_ADDRESS)
        except unicorn.UcError as error:
            what = self._fault or f"stops ({error})"
            raise BoardError(f"{function}() {what} at {self._place()}") from error
        finally:
            self._deadline = None
        if emulator.reg_read(registers.counter) & ~1 != RETURN_ADDRESS:
            raise BoardError(
                f"{function}() did not return within {timeout_s:g} s, it was at {self._place()}"
            )
        result = emulator.reg_read(registers.result)
        return result - (1 << 32) if result & 1 << 31 else result

    def _watch(self) -> None:
        """Stop calls that take too long; the emulator's own limit costs milliseconds per call."""
        while True:
            time.sleep(0.05)
            deadline = self._deadline
            if deadline is not None and time.monotonic() > deadline:
                self.emulator.emu_stop()

    def _remember_fault(
        self, emulator: Any, access: int, address: int, size: int, value: int, _: Any
    ) -> bool:
        self._fault = f"{_ACCESS[access]} {address:#010x}, which it may not,"
        return False

    def _place(self) -> str:
        counter = self.emulator.reg_read(self.registers.counter) & ~1
        starts = sorted(
            (address & ~1, name)
            for name, (address, size) in self._symbols.items()
            if address & ~1 <= counter < (address & ~1) + size
        )
        name = f" in {starts[-1][1]}+{counter - starts[-1][0]:#x}" if starts else ""
        return f"{counter:#010x}{name}"

    def paint_stack(self) -> None:
        """Fill the stack with a pattern, to see later how deep it was."""
        self.emulator.mem_write(STACK_START, _PAINT * STACK_SIZE)

    def deepest_stack(self) -> int:
        """Return the lowest address of the stack that was written to since it was painted."""
        stack = bytes(self.emulator.mem_read(STACK_START, STACK_SIZE))
        return _STACK_TOP - len(stack.lstrip(_PAINT))
