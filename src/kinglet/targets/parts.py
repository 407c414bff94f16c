"""Microcontrollers, boards, cores and sensors: the tables of ``data/``, read once when asked for.

What the columns mean and where the facts come from is told in ``data/README.md``.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache


@dataclass(frozen=True, slots=True)
class Core:
    """A processor core that code is built for.

    Attributes
    ----------
    key : str
        The name to build for, for example ``cortex-m4f``.
    core : str
        The core without its floating-point unit, for example ``cortex-m4``.
    fpu : str
        ``none``, ``sp`` (single precision) or ``dp`` (single and double).
    simd : str
        ``dsp`` (two 16 bit lanes), ``mve`` (Helium) or empty.
    gcc_flags : str
        What GCC needs to compile firmware with the same calling convention.
    no_compiler : str
        Why Kinglet cannot build for this core; empty when it can.
    """

    key: str
    core: str
    fpu: str
    simd: str
    gcc_flags: str
    no_compiler: str


@dataclass(frozen=True, slots=True)
class Microcontroller:
    """A part line of a maker. None and empty text mean: not known.

    Attributes
    ----------
    name, vendor, family : str
        As the maker writes them.
    core, fpu : str
        As in `Core`.
    extra_cores : str
        A further core on the chip.
    clock_mhz : float or None
        Highest clock, MHz.
    clock_source : str
        ``part``, ``series`` (one figure for a whole series) or ``board`` (what a board runs at).
    run_ua_per_mhz : float or None
        Current in run mode, µA per MHz.
    flash_bytes : int or None
        Flash; when `flash_kind` is not ``internal``, that of a usual board.
    flash_kind : str
        ``internal``, ``in-package`` or ``external``.
    ram_bytes, ram_total_bytes : int
        Largest contiguous block of RAM; all RAM on the chip.
    note, source : str
        What to know about the part; where the facts were read.
    """

    name: str
    vendor: str
    family: str
    core: str
    fpu: str
    extra_cores: str
    clock_mhz: float | None
    clock_source: str
    run_ua_per_mhz: float | None
    flash_bytes: int | None
    flash_kind: str
    ram_bytes: int
    ram_total_bytes: int
    note: str
    source: str


@dataclass(frozen=True, slots=True)
class Board:
    """A board with a microcontroller on it. None and empty text mean: not known.

    Attributes
    ----------
    name, id, vendor : str
        The id is unique, the name is what is printed on the box.
    microcontroller : str
        Name of its `Microcontroller`.
    sensors : dict of str to tuple of str
        Parts by what they measure; ``A/B`` is one of both, by revision of the board.
        Empty: not known.
    serial_port : str
        How the board shows itself to the computer.
    ram_limit_bytes, flash_limit_bytes : int or None
        What the board's usual build files leave to a program.
    source : str
        Where the facts were read.
    """

    name: str
    id: str
    vendor: str
    microcontroller: str
    sensors: dict[str, tuple[str, ...]] = field(hash=False)
    serial_port: str
    ram_limit_bytes: int | None
    flash_limit_bytes: int | None
    source: str


@dataclass(frozen=True, slots=True)
class Sensor:
    """One quantity that a sensor part measures.

    Attributes
    ----------
    part, vendor, quantity : str
        For example ``LSM6DSL``, ``STMicroelectronics``, ``gyroscope``.
    axes : int
        Values per reading.
    unit : str
        Unit of the ranges, for example ``g`` or ``dps``.
    interfaces : tuple of str
        Of ``i2c``, ``spi``, ``pdm``, ``adc``.
    rates_hz : tuple of float
        Output data rates, Hz, rising; empty when there is no fixed list (see `note`).
    ranges : tuple of (float, float)
        Lowest and highest value of each range one can choose.
    i2c_addresses : tuple of int
        Seven-bit addresses.
    note, checked, source : str
        What to know; what was compared with a driver; where the facts were read.
    """

    part: str
    vendor: str
    quantity: str
    axes: int
    unit: str
    interfaces: tuple[str, ...]
    rates_hz: tuple[float, ...]
    ranges: tuple[tuple[float, float], ...]
    i2c_addresses: tuple[int, ...]
    note: str
    checked: str
    source: str


@cache
def cores() -> dict[str, Core]:
    """All cores by key."""
    return {row["key"]: Core(**row) for row in _rows("cores.csv")}


@cache
def microcontrollers() -> dict[str, Microcontroller]:
    """All microcontrollers by name."""
    return {row["name"]: _microcontroller(row) for row in _rows("mcus.csv")}


@cache
def boards() -> dict[str, Board]:
    """All boards by id."""
    return {row["id"]: _board(row) for row in _rows("boards.csv")}


@cache
def sensors() -> dict[str, tuple[Sensor, ...]]:
    """All sensor parts by name, each with the quantities it measures."""
    table: dict[str, tuple[Sensor, ...]] = {}
    for row in _rows("sensors.csv"):
        sensor = _sensor(row)
        table[sensor.part] = (*table.get(sensor.part, ()), sensor)
    return table


def core_of(microcontroller: Microcontroller) -> Core:
    """Find the core that code for a microcontroller is built for."""
    return _cores_by_unit()[microcontroller.core, microcontroller.fpu]


@cache
def _cores_by_unit() -> dict[tuple[str, str], Core]:
    return {(core.core, core.fpu): core for core in cores().values()}


def _rows(name: str) -> Iterator[dict[str, str]]:
    # Imported here, for every command of Kinglet imports this module, but few read a table.
    import csv
    from pathlib import Path

    table = Path(__file__).with_name("data") / name
    with table.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def _microcontroller(row: dict[str, str]) -> Microcontroller:
    return Microcontroller(
        name=row["name"],
        vendor=row["vendor"],
        family=row["family"],
        core=row["core"],
        fpu=row["fpu"],
        extra_cores=row["extra_cores"],
        clock_mhz=float(row["clock_mhz"]) if row["clock_mhz"] else None,
        clock_source=row["clock_source"],
        run_ua_per_mhz=float(row["run_ua_per_mhz"]) if row["run_ua_per_mhz"] else None,
        flash_bytes=_bytes(row["flash_kb"]) if row["flash_kb"] else None,
        flash_kind=row["flash_kind"],
        ram_bytes=_bytes(row["ram_kb"]),
        ram_total_bytes=_bytes(row["ram_total_kb"]),
        note=row["note"],
        source=row["source"],
    )


def _board(row: dict[str, str]) -> Board:
    fitted = (entry.split("=") for entry in row["sensors"].split(";") if entry)
    return Board(
        name=row["name"],
        id=row["id"],
        vendor=row["vendor"],
        microcontroller=row["mcu"],
        sensors={kind: tuple(parts.split("+")) for kind, parts in fitted},
        serial_port=row["serial_port"],
        ram_limit_bytes=_bytes(row["ram_limit_kb"]) if row["ram_limit_kb"] else None,
        flash_limit_bytes=_bytes(row["flash_limit_kb"]) if row["flash_limit_kb"] else None,
        source=row["source"],
    )


def _sensor(row: dict[str, str]) -> Sensor:
    return Sensor(
        part=row["part"],
        vendor=row["vendor"],
        quantity=row["quantity"],
        axes=int(row["axes"]),
        unit=row["unit"],
        interfaces=_items(row["interfaces"]),
        rates_hz=tuple(float(rate) for rate in _items(row["rates_hz"])),
        ranges=tuple(_range(text) for text in _items(row["ranges"])),
        i2c_addresses=tuple(int(address, 16) for address in _items(row["i2c_addresses"])),
        note=row["note"],
        checked=row["checked"],
        source=row["source"],
    )


def _items(text: str) -> tuple[str, ...]:
    return tuple(text.split(";")) if text else ()


def _range(text: str) -> tuple[float, float]:
    low, dots, high = text.partition("..")
    return (float(low), float(high)) if dots else (-float(low), float(low))


def _bytes(kilobytes: str) -> int:
    return round(float(kilobytes) * 1024)
