"""Read what a compiled object holds."""

import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from elftools.elf.elffile import ELFFile
from elftools.elf.relocation import RelocationSection
from elftools.elf.sections import ARMAttributesSection, Section, SymbolTableSection

from kinglet.errors import ToolchainError

_ALLOC, _WRITE, _EXECUTE = 0x2, 0x1, 0x4
_ARM_EXIDX = 0x70000001
_RISCV_FLOAT_ABI = {0x0: "soft", 0x2: "single", 0x4: "double"}


@dataclass(frozen=True)
class ObjectFacts:
    """What is in one relocatable ELF object; all sizes are bytes.

    Attributes
    ----------
    text, rodata, data, bss, neai : int
        Code; constants; initialised, zeroed and kept (``.neai``) variables.
    unwind : int
        Exception index that Arm compilers always write, 8 bytes per function.
    functions : dict of str to int
        Size of each function, its literal pool and padding included.
    objects : dict of str to int
        Size of each variable and table.
    exported, undefined : tuple of str
        Global symbols that the object offers and needs, sorted.
    cpu_arch : int
        Arm's Tag_CPU_arch, 0 for RISC-V.
    fp_arch : int
        Arm's Tag_FP_arch, 0 where the code does not use a floating-point unit.
    fp_use : int
        Arm's Tag_ABI_HardFP_use: 1 where the unit has single precision only.
    vfp_arguments : bool
        Whether floats are passed in floating-point registers (Tag_ABI_VFP_args; RISC-V ilp32f).
    enum_size : int
        Arm's Tag_ABI_enum_size: 1 smallest, 2 int, 0 not used or not Arm.
    riscv_isa : str
        RISC-V instruction set of the object, empty for Arm.
    stack_sizes : dict of str to int
        Stack frame of each function.
    calls : dict of str to frozenset of str
        For each function those it may call, through tables of functions too.
    """

    text: int
    rodata: int
    data: int
    bss: int
    neai: int
    unwind: int
    functions: dict[str, int]
    objects: dict[str, int]
    exported: tuple[str, ...]
    undefined: tuple[str, ...]
    cpu_arch: int
    fp_arch: int
    fp_use: int
    vfp_arguments: bool
    enum_size: int
    riscv_isa: str
    stack_sizes: dict[str, int]
    calls: dict[str, frozenset[str]]

    @property
    def flash_bytes(self) -> int:
        """Bytes in flash: code, constants and first values of variables."""
        return self.text + self.rodata + self.data

    @property
    def ram_bytes(self) -> int:
        """Bytes of static memory."""
        return self.data + self.bss + self.neai

    def worst_stack(self, entry: str) -> int:
        """Return the deepest stack of a call of `entry`.

        Helpers outside the object (soft-float arithmetic) are not counted: measure those cores.

        Parameters
        ----------
        entry : str
            A function of the object.

        Returns
        -------
        int
            Bytes, frames of all functions on the deepest path.

        Raises
        ------
        ToolchainError
            If `entry` is not there or functions call each other in a circle.
        """
        if entry not in self.stack_sizes:
            raise ToolchainError(f"the compiled object has no function {entry}")
        depths: dict[str, int] = {}
        return self._depth(entry, (), depths)

    def _depth(self, name: str, path: tuple[str, ...], depths: dict[str, int]) -> int:
        if name in path:
            circle = " -> ".join((*path[path.index(name) :], name))
            raise ToolchainError(f"the stack has no bound, because of recursion: {circle}")
        if name not in depths:
            below = (self._depth(callee, (*path, name), depths) for callee in self.calls[name])
            depths[name] = self.stack_sizes[name] + max(below, default=0)
        return depths[name]


class _Reader:
    """One relocatable ELF object while it is read."""

    def __init__(self, elf: bytes):
        self.file = ELFFile(io.BytesIO(elf))
        self.sections: list[Section] = list(self.file.iter_sections())
        table = self.file.get_section_by_name(".symtab")
        if not isinstance(table, SymbolTableSection):
            raise ToolchainError("the compiled object has no symbol table")
        self.symbols = list(table.iter_symbols())

    def sizes(self) -> dict[str, int]:
        """Sum the sections that reach memory by kind."""
        sizes = dict.fromkeys(("text", "rodata", "data", "bss", "neai", "unwind"), 0)
        for section in self.sections:
            if section["sh_flags"] & _ALLOC:
                sizes[self._kind(section)] += section["sh_size"]
        return sizes

    @staticmethod
    def _kind(section: Section) -> str:
        flags = section["sh_flags"]
        if section.name.split(".")[1:2] == ["neai"]:
            return "neai"
        if section["sh_type"] in ("SHT_ARM_EXIDX", _ARM_EXIDX):
            return "unwind"
        if flags & _EXECUTE:
            return "text"
        if not flags & _WRITE:
            return "rodata"
        return "bss" if section["sh_type"] == "SHT_NOBITS" else "data"

    @cached_property
    def function_of_section(self) -> dict[int, str]:
        """Name of the function that each section of code holds."""
        return {index: name for name, index in self._named("STT_FUNC")}

    def _named(self, kind: str) -> Iterator[tuple[str, int]]:
        for symbol in self.symbols:
            index = symbol["st_shndx"]
            if symbol["st_info"]["type"] == kind and isinstance(index, int):
                yield symbol.name, index

    def functions(self) -> dict[str, int]:
        """Size of each function: that of its own section."""
        return {
            name: self.sections[index]["sh_size"]
            for index, name in self.function_of_section.items()
        }

    def objects(self) -> dict[str, int]:
        """Size of each variable and table."""
        return {
            symbol.name: symbol["st_size"]
            for symbol in self.symbols
            if symbol["st_info"]["type"] == "STT_OBJECT"
        }

    def globals(self, *, defined: bool) -> tuple[str, ...]:
        """Return the global symbols that the object defines, or those that it needs."""
        return tuple(
            sorted(
                symbol.name
                for symbol in self.symbols
                if symbol.name
                and symbol["st_info"]["bind"] in ("STB_GLOBAL", "STB_WEAK")
                and (symbol["st_shndx"] != "SHN_UNDEF") == defined
            )
        )

    def attributes(self) -> dict[str, int]:
        """Return Arm's build attributes that are numbers, by tag."""
        section = next((s for s in self.sections if isinstance(s, ARMAttributesSection)), None)
        if section is None:
            return {}
        return {
            attribute.tag: attribute.value
            for subsection in section.iter_subsections()
            for scope in subsection.iter_subsubsections()
            for attribute in scope.iter_attributes()
            if isinstance(attribute.value, int)
        }

    def riscv_isa(self) -> str:
        """Return the RISC-V instruction set, without versions, such as ``rv32imc``."""
        section = self.file.get_section_by_name(".riscv.attributes")
        if section is None:
            return ""
        found = re.search(rb"rv32[a-z0-9_]*", section.data())
        if found is None:
            return ""
        letters = re.findall(r"(?:^rv32|_)([a-z])\d+p\d+(?=_|$)", found[0].decode())
        return "rv32" + "".join(letters)

    def stack_sizes(self) -> dict[str, int]:
        """Stack frame of each function, from ``.stack_sizes`` (address, then ULEB128)."""
        address = self.file.elfclass // 8
        return {
            self.function_of_section[section["sh_link"]]: _uleb128(section.data()[address:])
            for section in self.sections
            if section.name == ".stack_sizes"
        }

    def calls(self) -> dict[str, frozenset[str]]:
        """Find who may call whom: relocations lead from section to section."""
        reached: dict[int, set[int]] = {}
        recursive: set[int] = set()
        for relocations in self.sections:
            if not isinstance(relocations, RelocationSection):
                continue
            origin = relocations["sh_info"]
            if not self.sections[origin]["sh_flags"] & _ALLOC:
                continue
            for relocation in relocations.iter_relocations():
                symbol = self.symbols[relocation["r_info_sym"]]
                target = symbol["st_shndx"]
                if not isinstance(target, int):
                    continue
                if target != origin:
                    reached.setdefault(origin, set()).add(target)
                elif symbol["st_info"]["type"] == "STT_FUNC":
                    recursive.add(origin)
        return {
            name: frozenset(self._functions_below(index, reached))
            | ({name} if index in recursive else frozenset())
            for index, name in self.function_of_section.items()
        }

    def _functions_below(self, origin: int, reached: Mapping[int, set[int]]) -> Iterator[str]:
        """Walk from a function to the next ones, through tables that hold their addresses."""
        seen: set[int] = set()
        waiting = list(reached.get(origin, ()))
        while waiting:
            index = waiting.pop()
            if index in seen:
                continue
            seen.add(index)
            if index in self.function_of_section:
                yield self.function_of_section[index]
            elif self.sections[index]["sh_type"] not in ("SHT_ARM_EXIDX", _ARM_EXIDX):
                waiting.extend(reached.get(index, ()))


def _uleb128(data: bytes) -> int:
    value = 0
    for position, byte in enumerate(data):
        value |= (byte & 0x7F) << (7 * position)
        if byte < 0x80:
            break
    return value


def inspect_object(elf: bytes) -> ObjectFacts:
    """Read a relocatable ELF object that `compile_object` made.

    Parameters
    ----------
    elf : bytes
        The object.

    Returns
    -------
    ObjectFacts
        Sizes, symbols, build attributes and stack frames.
    """
    reader = _Reader(elf)
    attributes = reader.attributes()
    float_abi = _RISCV_FLOAT_ABI.get(reader.file["e_flags"] & 0x6, "quad")
    is_riscv = reader.file["e_machine"] == "EM_RISCV"
    return ObjectFacts(
        **reader.sizes(),
        functions=reader.functions(),
        objects=reader.objects(),
        exported=reader.globals(defined=True),
        undefined=reader.globals(defined=False),
        cpu_arch=attributes.get("TAG_CPU_ARCH", 0),
        fp_arch=attributes.get("TAG_FP_ARCH", 0),
        fp_use=attributes.get("TAG_ABI_HARDFP_USE", 0),
        vfp_arguments=float_abi == "single" if is_riscv else "TAG_ABI_VFP_ARGS" in attributes,
        enum_size=attributes.get("TAG_ABI_ENUM_SIZE", 0),
        riscv_isa=reader.riscv_isa() if is_riscv else "",
        stack_sizes=reader.stack_sizes(),
        calls=reader.calls(),
    )
