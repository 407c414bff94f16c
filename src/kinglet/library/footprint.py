"""Flash, RAM and stack of a compiled library, as the linker will place it."""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import cache

from elftools.elf.elffile import ELFFile
from elftools.elf.sections import SymbolTableSection

from kinglet.board import link_image
from kinglet.library.sources import Sources
from kinglet.toolchain import Abi, Core, inspect_object

_ALLOC = 0x2
_UNWIND = ".eh_frame"  # tables of the soft-float helpers, which the library brings none of


@dataclass(frozen=True)
class Footprint:
    """Bytes that a library takes.

    Parameters
    ----------
    ram_bytes : int
        Static memory of the library: data, bss and knowledge.
    flash_bytes : int
        Growth of a firmware that calls every public function, unused sections dropped; without
        the soft-float helpers.
    soft_float_bytes : int
        Arithmetic helpers of the compiler's runtime that come along on a core without
        floating-point unit; firmware that computes with floats has them already.
    stack_bytes : int
        Deepest stack of a call, by the static call graph; helpers of the runtime not included.
    """

    ram_bytes: int
    flash_bytes: int
    soft_float_bytes: int
    stack_bytes: int


def reference_firmware(sources: Sources) -> str:
    """C of a firmware that keeps every public function."""
    declarations = "\n".join(f"extern void {name}(void);" for name in sources.public)
    return f"""{declarations}
void (*board_functions[])(void) = {{
    {", ".join(sources.public)}
}};
int board_main(void) {{ return board_functions[0] != 0; }}
"""


def measure(objects: bytes, sources: Sources, core: Core, abi: Abi | None) -> Footprint:
    """Link the reference firmware with and without the library, and compare."""
    facts = inspect_object(objects)
    name = f"{sources.names.stem}.o"
    whole = link_image({name: objects}, reference_firmware(sources), core, abi=abi)
    helpers = _helper_bytes(whole, set(facts.functions) | {"board_main"})
    pointers = 4 * len(sources.public)  # the reference firmware's own table
    growth = _flash(whole) - _empty_firmware(core, abi) - helpers - pointers
    return Footprint(
        ram_bytes=facts.ram_bytes,
        flash_bytes=growth,
        soft_float_bytes=helpers,
        stack_bytes=max(facts.worst_stack(entry) for entry in sources.public),
    )


@cache
def _empty_firmware(core: Core, abi: Abi | None) -> int:
    """Bytes of flash of the same firmware without a library."""
    return _flash(link_image({}, "int board_main(void) { return 0; }\n", core, abi=abi))


def _flash(elf: bytes) -> int:
    """Bytes of all sections that live in flash, first values of variables included."""
    return sum(
        section["sh_size"]
        for section in ELFFile(io.BytesIO(elf)).iter_sections()
        if section["sh_flags"] & _ALLOC
        and section["sh_type"] != "SHT_NOBITS"
        and not section.name.startswith(_UNWIND)
    )


def _helper_bytes(elf: bytes, own: set[str]) -> int:
    """Bytes of the functions of an image that are not ours; aliases of one address count once."""
    table = ELFFile(io.BytesIO(elf)).get_section_by_name(".symtab")
    assert isinstance(table, SymbolTableSection)
    functions = [
        symbol for symbol in table.iter_symbols() if symbol["st_info"]["type"] == "STT_FUNC"
    ]
    ours = {symbol["st_value"] for symbol in functions if symbol.name in own}
    sizes = {symbol["st_value"]: symbol["st_size"] for symbol in functions}
    return sum(size for address, size in sizes.items() if address not in ours)
