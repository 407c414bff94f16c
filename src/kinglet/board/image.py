"""Link a library and a small harness to an image for the emulated board."""

from collections.abc import Mapping
from functools import lru_cache

from kinglet.board.memory_map import FLASH_SIZE, FLASH_START, RAM_SIZE, RAM_START, RETURN_SIZE
from kinglet.toolchain import Abi, Core, Optimise, compile_object, link_elf

# Without startup code: the emulator writes variables with their first values to RAM itself.
_LINKER_SCRIPT = f"""
MEMORY
{{
  FLASH (rx) : ORIGIN = {FLASH_START + RETURN_SIZE:#x}, LENGTH = {FLASH_SIZE - RETURN_SIZE:#x}
  RAM (rw) : ORIGIN = {RAM_START:#x}, LENGTH = {RAM_SIZE:#x}
}}
SECTIONS
{{
  .text : {{ KEEP(*board.o(.text .text.*)) *(.text .text.*) }} > FLASH
  .rodata : {{ *(.rodata .rodata.* .srodata .srodata.*) }} > FLASH
  .ARM.exidx : {{ *(.ARM.exidx .ARM.exidx.*) }} > FLASH
  .data : {{ KEEP(*board.o(.data .data.*)) *(.data .data.* .sdata .sdata.*) }} > RAM
  .neai (NOLOAD) :
  {{
    _sneai_knowledge = .;
    KEEP(*(.neai .neai.*))
    _eneai_knowledge = .;
  }} > RAM
  .bss (NOLOAD) :
  {{
    KEEP(*board.o(.bss .bss.* COMMON))
    *(.bss .bss.* .sbss .sbss.* COMMON)
  }} > RAM
  /DISCARD/ : {{ *(.debug_* .comment .stack_sizes) }}
}}
"""


def link_image(
    objects: Mapping[str, bytes],
    harness: str,
    core: Core,
    *,
    abi: Abi | None = None,
    headers: Mapping[str, str] | None = None,
    optimise: Optimise = "size",
) -> bytes:
    """Compile a harness for a core and link it with the objects of a library.

    Parameters
    ----------
    objects : mapping of str to bytes
        The very objects that ship, by file name such as ``neai.o``.
    harness : str
        C file with the functions that `kinglet.board.run` calls (no arguments, returning int)
        and the buffers it fills and reads, as a rule ``board_input`` and ``board_output``. All
        of it is kept, and of the objects what it uses.
    core, abi
        What the objects were compiled for.
    headers : mapping of str to str, optional
        Files that `harness` includes.
    optimise : {'size', 'speed'}
        Aim of the compiler for the harness.

    Returns
    -------
    bytes
        An ELF image for flash at 0x08000000 (1 MB) and RAM at 0x20000000 (256 KB).

    Raises
    ------
    ToolchainError
        With the message of compiler or linker.
    """
    board = _compile_harness(harness, core, abi, tuple((headers or {}).items()), optimise)
    return link_elf({**objects, "board.o": board}, core, _LINKER_SCRIPT, abi=abi)


@lru_cache(maxsize=16)
def _compile_harness(
    harness: str,
    core: Core,
    abi: Abi | None,
    headers: tuple[tuple[str, str], ...],
    optimise: Optimise,
) -> bytes:
    """Compile a harness; the same one is linked with many a library."""
    return compile_object(
        harness, core, abi=abi, headers=dict(headers), optimise=optimise, name="board"
    )
