"""The processor cores that Kinglet compiles for, and the compiler flags of each."""

from dataclasses import dataclass
from typing import Literal

from kinglet.errors import InputError

Abi = Literal["hard", "softfp", "soft"]


@dataclass(frozen=True)
class Core:
    """One processor core with or without a floating-point unit.

    Attributes
    ----------
    name : str
        Key in `CORES`.
    label : str
        Name for people.
    family : {'arm', 'riscv'}
        Instruction set family.
    cpu : str
        The compiler's name of the core, without a floating-point unit.
    fpu : {'none', 'sp', 'dp'}
        Floating-point unit: none, single precision, single and double precision.
    fpu_feature : str
        What has to be added to `cpu` to use that unit. The compiler's Cortex-M names alone
        have none: they would give software arithmetic under a hard-float calling convention.
    flush_to_zero_hint : bool
        The vector unit of the core flushes subnormals, so float code must not be vectorised.
    unicorn : str or None
        CPU model of the emulator that runs this core's code; None where there is none.
    cycle_table : {'m4'} or None
        Table of cycles per instruction; None where only instructions can be counted.
    """

    name: str
    label: str
    family: Literal["arm", "riscv"]
    cpu: str
    fpu: Literal["none", "sp", "dp"] = "none"
    fpu_feature: str = ""
    flush_to_zero_hint: bool = False
    unicorn: str | None = None
    cycle_table: Literal["m4"] | None = None

    @property
    def abis(self) -> tuple[Abi, ...]:
        """Calling conventions that firmware for this core may use, the usual one first.

        'hard' passes floats in registers of the floating-point unit, 'softfp' uses the unit but
        passes them in integer registers, 'soft' does not use the unit at all.
        """
        return ("soft",) if self.fpu == "none" else ("hard", "softfp", "soft")

    @property
    def short_enums(self) -> bool:
        """Whether firmware for this core expects enumerations of the smallest size (Arm EABI)."""
        return self.family == "arm"

    def has_hardware_float(self, abi: Abi | None = None) -> bool:
        """Whether float arithmetic under `abi` (default: the first) uses a floating-point unit."""
        return self.checked_abi(abi) != "soft"

    def checked_abi(self, abi: Abi | None = None) -> Abi:
        """Return `abi`, or the usual one for None; InputError where the core does not have it."""
        if abi is None:
            return self.abis[0]
        if abi not in self.abis:
            raise InputError(
                f"{self.label} has no calling convention {abi!r}: use one of {', '.join(self.abis)}"
            )
        return abi

    def target_flags(self, abi: Abi | None = None) -> tuple[str, ...]:
        """Return the compiler flags that choose this core and calling convention.

        The linker takes the same flags.
        """
        abi = self.checked_abi(abi)
        cpu = self.cpu if abi == "soft" else self.cpu + self.fpu_feature
        if self.family == "riscv":
            convention = "ilp32f" if abi == "hard" else "ilp32e" if "+e" in cpu else "ilp32"
            return "-target", "riscv32-freestanding-none", f"-mcpu={cpu}", f"-mabi={convention}"
        triple = "thumb-freestanding-eabi" + ("hf" if abi == "hard" else "")
        # Without -mfloat-abi=softfp this line would silently fall back to software arithmetic.
        softfp = ("-mfloat-abi=softfp",) if abi == "softfp" else ()
        return "-target", triple, f"-mcpu={cpu}", *softfp

    def compile_flags(self, abi: Abi | None = None) -> tuple[str, ...]:
        """Return `target_flags` and what only the compiler needs."""
        enums = ("-fshort-enums",) if self.short_enums else ()
        scalar = ("-fno-vectorize", "-fno-slp-vectorize") if self.flush_to_zero_hint else ()
        return *self.target_flags(abi), *enums, *scalar


def _arm(
    name: str,
    cpu: str,
    fpu: Literal["none", "sp", "dp"] = "none",
    fpu_feature: str = "",
    *,
    flush_to_zero_hint: bool = False,
    unicorn: str | None = None,
    cycle_table: Literal["m4"] | None = None,
) -> Core:
    label = "Cortex-" + name.split("-")[1].rstrip("fd").removesuffix("plus").upper()
    if name.endswith("plus"):
        label += "+"
    if fpu == "dp":
        label += " (double-precision FPU)"
    elif fpu == "sp":
        label += " (FPU)"
    return Core(name, label, "arm", cpu, fpu, fpu_feature, flush_to_zero_hint, unicorn, cycle_table)


def _riscv(name: str, cpu: str, fpu: Literal["none", "sp"] = "none", fpu_feature: str = "") -> Core:
    return Core(name, name.upper(), "riscv", cpu, fpu, fpu_feature, unicorn="RISCV32_ANY")


# The emulator has no model of M0+, M1 and M23: M0 knows every Armv6-M instruction, and M33 those of
# the M23. Cores of Armv8.1-M have none.
CORES: dict[str, Core] = {
    core.name: core
    for core in (
        _arm("cortex-m0", "cortex_m0", unicorn="ARM_CORTEX_M0"),
        _arm("cortex-m0plus", "cortex_m0plus", unicorn="ARM_CORTEX_M0"),
        _arm("cortex-m1", "cortex_m1", unicorn="ARM_CORTEX_M0"),
        _arm("cortex-m3", "cortex_m3", unicorn="ARM_CORTEX_M3", cycle_table="m4"),
        _arm("cortex-m4", "cortex_m4", unicorn="ARM_CORTEX_M4", cycle_table="m4"),
        _arm(
            "cortex-m4f", "cortex_m4", "sp", "+vfp4d16sp", unicorn="ARM_CORTEX_M4", cycle_table="m4"
        ),
        _arm("cortex-m7", "cortex_m7", unicorn="ARM_CORTEX_M7"),
        _arm("cortex-m7f", "cortex_m7", "sp", "+fp_armv8d16sp", unicorn="ARM_CORTEX_M7"),
        _arm("cortex-m7fd", "cortex_m7", "dp", "+fp_armv8d16", unicorn="ARM_CORTEX_M7"),
        _arm("cortex-m23", "cortex_m23", unicorn="ARM_CORTEX_M33"),
        _arm("cortex-m33", "cortex_m33", unicorn="ARM_CORTEX_M33"),
        _arm("cortex-m33f", "cortex_m33", "sp", "+fp_armv8d16sp", unicorn="ARM_CORTEX_M33"),
        _arm("cortex-m35pf", "cortex_m35p", "sp", "+fp_armv8d16sp", unicorn="ARM_CORTEX_M33"),
        # The compiler's cortex_m52 brings vector instructions that the core need not have.
        _arm("cortex-m52", "cortex_m55", "dp", "+fp_armv8d16", flush_to_zero_hint=True),
        _arm("cortex-m55", "cortex_m55", "dp", "+fp_armv8d16", flush_to_zero_hint=True),
        _arm("cortex-m85", "cortex_m85", "dp", "+fp_armv8d16", flush_to_zero_hint=True),
        _riscv("rv32ec", "generic_rv32+e+c-i"),
        _riscv("rv32imc", "generic_rv32+m+c"),
        _riscv("rv32imac", "generic_rv32+m+a+c"),
        _riscv("rv32imafc", "generic_rv32+m+a+c", "sp", "+f"),
    )
}

_CORE_OF_COLUMNS: dict[tuple[str, str], Core] = {
    (core.name if core.family == "riscv" else core.name.rstrip("fd"), core.fpu): core
    for core in CORES.values()
}
_SOURCE_ONLY = {
    "xtensa": "its compiler is a fork of the maker that Kinglet does not carry",
    "avr": "constant tables would fill its RAM",
}


def core_for(core: str, fpu: str = "none") -> Core:
    """Find the core of a microcontroller from its columns in the table of microcontrollers.

    Parameters
    ----------
    core : str
        Such as ``cortex-m4``: without its floating-point unit.
    fpu : {'none', 'sp', 'dp'}
        Its floating-point unit.

    Returns
    -------
    Core

    Raises
    ------
    InputError
        For a core that is not known, or for which only source can be given (Xtensa, AVR).
    """
    if (core, fpu) in _CORE_OF_COLUMNS:
        return _CORE_OF_COLUMNS[core, fpu]
    for prefix, reason in _SOURCE_ONLY.items():
        if core.startswith(prefix):
            raise InputError(
                f"no compiled library for the core {core}: {reason}; export the C source instead"
            )
    raise InputError(
        f"unknown core {core!r} with floating-point unit {fpu!r}: known are "
        + ", ".join(f"{name} ({unit})" for name, unit in _CORE_OF_COLUMNS)
    )
