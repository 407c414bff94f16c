"""Refuse an object that would trouble the user's firmware."""

import re
from collections.abc import Collection
from functools import cache

from kinglet.errors import ToolchainError
from kinglet.toolchain.build import compile_object
from kinglet.toolchain.cores import Abi, Core
from kinglet.toolchain.inspect import ObjectFacts, inspect_object

# What every firmware's C library or compiler runtime has.
_MEMORY = re.compile(r"mem(cpy|set|move)|__aeabi_mem(cpy|set|clr|move)[48]?")
_INTEGER = re.compile(
    r"__aeabi_(u?idiv(mod)?|u?ldivmod|lmul|llsl|llsr|lasr|u?lcmp)"
    r"|__u?(div|mod)[sd]i3|__udivmod[sd]i4|__mul[sd]i3|__(ashl|ashr|lshr)di3"
)
_FLOAT = re.compile(
    r"__aeabi_(f\w+|u?[il]2f|cf\w+)"
    r"|__(add|sub|mul|div)sf3|__negsf2|__(eq|ne|lt|le|gt|ge|cmp|unord)sf2"
    r"|__fix(uns)?sf[sd]i|__float(un)?[sd]isf"
)
_DOUBLE = re.compile(r"__aeabi_(d\w+|cd\w+|f2d|u?[il]2d|h2d)|__\w*df\w*")
_HEAP = re.compile(r"(m|c|re)alloc|free|_sbrk")


def check_library(elf: bytes, core: Core, abi: Abi | None, public_names: Collection[str]) -> None:
    """Refuse an object that does not keep what a library promises to firmware.

    Parameters
    ----------
    elf : bytes
        The object of the library.
    core, abi
        What it was compiled for.
    public_names : collection of str
        The functions that the library offers: it may export no other name, and must export these.

    Raises
    ------
    ToolchainError
        With one sentence: wrong use of the floating-point unit, of the calling convention or of
        the size of enumerations; a needed symbol that firmware need not have; an exported name
        that is not public, or a public one that is missing.
    """
    facts = inspect_object(elf)
    abi = core.checked_abi(abi)
    _check_attributes(facts, core, abi)
    for name in facts.undefined:
        if reason := _why_not(name, hardware_float=abi != "soft"):
            raise ToolchainError(f"the library for {core.label} ({abi}) needs {name}: {reason}")
    exported, public = set(facts.exported), set(public_names)
    if foreign := sorted(exported - public):
        raise ToolchainError(
            f"the library exports {', '.join(foreign)}, which is not public: make it static"
        )
    if absent := sorted(public - exported):
        raise ToolchainError(f"the library does not define {', '.join(absent)}")


def _check_attributes(facts: ObjectFacts, core: Core, abi: Abi) -> None:
    title = f"the library for {core.label} ({abi})"
    if core.family == "riscv":
        uses_unit = "f" in facts.riscv_isa.removeprefix("rv32")
    else:
        uses_unit = facts.fp_arch != 0
    if uses_unit and abi == "soft":
        raise ToolchainError(f"{title} uses a floating-point unit, which it must not")
    if not uses_unit and abi != "soft":
        raise ToolchainError(f"{title} does its float arithmetic in software, not in the unit")
    if facts.vfp_arguments != (abi == "hard"):
        passed = "floating-point" if facts.vfp_arguments else "integer"
        raise ToolchainError(f"{title} passes floats in {passed} registers")
    wanted = _reference(core, abi)
    same = ("cpu_arch", "fp_arch", "fp_use", "riscv_isa")
    if any(getattr(facts, name) != getattr(wanted, name) for name in same):
        raise ToolchainError(f"{title} was compiled for another core or floating-point unit")
    if core.short_enums and facts.enum_size == 2:
        raise ToolchainError(f"{title} has enumerations of the size of int: use -fshort-enums")


@cache
def _reference(core: Core, abi: Abi) -> ObjectFacts:
    """What an object for the core says of itself."""
    return inspect_object(compile_object("int kn_reference;\n", core, abi=abi))


def _why_not(name: str, *, hardware_float: bool) -> str | None:
    """Say why a library must not need a symbol; None where it may."""
    if _MEMORY.fullmatch(name) or _INTEGER.fullmatch(name):
        return None
    if _DOUBLE.fullmatch(name):
        return "double arithmetic is slow on every core, use float literals with f"
    if _FLOAT.fullmatch(name):
        return "a float operation is done in software" if hardware_float else None
    if _HEAP.fullmatch(name):
        return "a library must not allocate memory"
    return "firmware need not have it"
