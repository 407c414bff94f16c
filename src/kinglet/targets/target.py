"""What a library is built for: a part, a board or a bare core, with its memory and clock."""

from dataclasses import dataclass

from kinglet.targets.parts import Board, Core, Microcontroller, core_of, microcontrollers

# Times are reckoned with this clock where no part says another one.
ASSUMED_CLOCK_HZ = 80_000_000
_ASSUMPTION = f"times are reckoned at {ASSUMED_CLOCK_HZ // 10**6} MHz"


@dataclass(frozen=True, slots=True)
class Target:
    """What a library is built for.

    Attributes
    ----------
    name : str
        Name of a part, id of a board or key of a core: `kinglet.targets.get` takes it back.
    kind : {'part', 'board', 'core'}
        What the name names.
    core_key : str
        Key of the core, see `kinglet.targets.cores`.
    clock_hz : int
        The clock that times are reckoned with, Hz.
    ram_bytes, flash_bytes : int or None
        Largest contiguous block of RAM, and flash, for a program; None when not known.
    microcontroller : Microcontroller or None
        None for a bare core.
    board : Board or None
        None for a part or a bare core.
    reason : str
        Why Kinglet cannot build for it; empty when it can.
    notes : tuple of str
        What a user should know, one remark each.
    """

    name: str
    kind: str
    core_key: str
    clock_hz: int
    ram_bytes: int | None = None
    flash_bytes: int | None = None
    microcontroller: Microcontroller | None = None
    board: Board | None = None
    reason: str = ""
    notes: tuple[str, ...] = ()

    @property
    def buildable(self) -> bool:
        """Whether Kinglet has a compiler for the core."""
        return not self.reason

    def to_json(self) -> dict[str, object]:
        """Say it in plain types; what is None has its reason beside it, as ``<name>_reason``."""
        part, board = self.microcontroller, self.board
        values: dict[str, object] = {
            "name": self.name,
            "kind": self.kind,
            "title": board.name if board else self.name,
            "vendor": board.vendor if board else part.vendor if part else None,
            "core": self.core_key,
            "clock_hz": self.clock_hz,
            "flash_bytes": self.flash_bytes,
            "ram_bytes": self.ram_bytes,
            "microcontroller": part.name if part else None,
            "sensors": (dict(board.sensors) or None) if board else None,
            "serial_port": (board.serial_port or None) if board else None,
            "buildable": self.buildable,
            "notes": list(self.notes),
        }
        on_part = "the flash is outside the chip, its size is not known" if part else "a bare core"
        on_board = "not in the tables" if board else "not a board"
        reasons = {
            "vendor": "a bare core",
            "flash_bytes": on_part,
            "ram_bytes": "a bare core",
            "microcontroller": "a bare core",
            "sensors": on_board,
            "serial_port": on_board,
        }
        values |= {f"{key}_reason": why for key, why in reasons.items() if values[key] is None}
        return values if self.buildable else values | {"buildable_reason": self.reason}


def describe(entry: Microcontroller | Board | Core) -> Target:
    """Make the target of an entry of the tables.

    Parameters
    ----------
    entry : Microcontroller, Board or Core
        For a board, the limits of its build files count where they are tighter than the part;
        flash outside the chip is that of the board.

    Returns
    -------
    Target
        Its `reason` is set when Kinglet has no compiler for it.
    """
    if isinstance(entry, Core):
        return Target(
            name=entry.key,
            kind="core",
            core_key=entry.key,
            clock_hz=ASSUMED_CLOCK_HZ,
            reason=entry.no_compiler,
            notes=(_ASSUMPTION,),
        )
    board = entry if isinstance(entry, Board) else None
    part = microcontrollers()[entry.microcontroller] if isinstance(entry, Board) else entry
    core = core_of(part)
    ram, flash = part.ram_bytes, part.flash_bytes
    if board and board.ram_limit_bytes:
        ram = min(ram, board.ram_limit_bytes)
    if board and board.flash_limit_bytes:
        inside = part.flash_bytes if part.flash_kind == "internal" else None
        flash = min(inside or board.flash_limit_bytes, board.flash_limit_bytes)
    return Target(
        name=board.id if board else part.name,
        kind="board" if board else "part",
        core_key=core.key,
        clock_hz=round(part.clock_mhz * 1e6) if part.clock_mhz else ASSUMED_CLOCK_HZ,
        ram_bytes=ram,
        flash_bytes=flash,
        microcontroller=part,
        board=board,
        reason=core.no_compiler,
        notes=_notes(part, board),
    )


def _notes(part: Microcontroller, board: Board | None) -> tuple[str, ...]:
    notes = []
    if part.clock_mhz is None:
        notes.append(f"the clock of {part.name} is not in the tables: {_ASSUMPTION}")
    if part.flash_bytes is not None and part.flash_kind != "internal":
        known = board is not None and board.flash_limit_bytes is not None
        size = "what the board leaves to a program" if known else "that of a usual board"
        notes.append(f"the flash is outside the chip: its size is {size}")
    if part.extra_cores and part.extra_cores != part.core:
        notes.append(f"the chip has a {part.extra_cores} core too: to build for it, name that core")
    if part.note:
        notes.append(part.note)
    return tuple(notes)
