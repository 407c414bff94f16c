"""From a name that somebody typed to the target that code is built for."""

import re
from dataclasses import dataclass
from functools import cache

from kinglet.errors import InputError
from kinglet.targets.parts import (
    Board,
    Core,
    Microcontroller,
    boards,
    core_of,
    cores,
    microcontrollers,
)

Entry = Microcontroller | Board | Core

DEFAULT = "cortex-m4f"
KINDS = ("part", "board", "core")

# Times are reckoned with this clock where no part says another one.
ASSUMED_CLOCK_HZ = 80_000_000

# Behind the part line: package letter, temperature range, options ("T6", "U6A", "TxTR").
_ORDERING_SUFFIX = r"[a-z](?:[0-9x](?P<options>[0-9a-z]{0,4}))?"
_SEPARATORS = str.maketrans({" ": None, "\t": None, "-": None, "_": None, "+": "plus"})


@dataclass(frozen=True)
class Target:
    """What a library is built for.

    Attributes
    ----------
    name : str
        Name of a part, id of a board or key of a core: `get` takes it back.
    kind : {'part', 'board', 'core'}
        What the name names.
    core_key : str
        Key of the core, see `kinglet.targets.cores`.
    clock_hz : int
        The clock that times are reckoned with, Hz.
    ram_bytes, flash_bytes : int or None
        Largest contiguous block of RAM and flash for a program; None when not known.
    microcontroller : Microcontroller or None
        None for a bare core.
    board : Board or None
        None for a part or a bare core.
    reason : str
        Why Kinglet cannot build for it; empty when it can.
    notes : tuple of str
        What a user should know, one sentence each.
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


def find(query: str, kind: str | None = None) -> list[Entry]:
    """Search the tables.

    Parameters
    ----------
    query : str
        Words in any order and case; each must occur in the name, id, vendor, family, core,
        microcontroller or sensors of an entry. Spaces inside names, ``-`` and ``_`` do not count.
        Empty finds all.
    kind : {'part', 'board', 'core'}, optional
        Leave the other kinds out.

    Returns
    -------
    list of Microcontroller, Board or Core
        Best first: the exact name, names that begin with the query, names that contain its
        words (shorter ones before longer ones), then all others.

    Raises
    ------
    InputError
        For an unknown kind.
    """
    if kind is not None and kind not in KINDS:
        raise InputError(f"'{kind}' is not a kind of target: use part, board or core.")
    whole = _normalise(query)
    words = [_normalise(word) for word in query.split()]
    found = []
    for position, (entry_kind, entry, names, text) in enumerate(_catalogue()):
        if kind in (None, entry_kind) and all(word in text for word in words):
            found.append((*_rank(whole, words, names), position, entry))
    return [entry for *_, entry in sorted(found, key=lambda item: item[:3])]


def _rank(whole: str, words: list[str], names: tuple[str, ...]) -> tuple[int, int]:
    """Order of a find: how well the names fit the query, then how short they are."""
    if whole in names:
        return 0, 0
    if words and any(name.startswith(whole) for name in names):
        return 1, len(names[0])
    if words and any(all(word in name for word in words) for name in names):
        return 2, len(names[0])
    return 3, 0


def get(name: str, *, building: bool = True) -> Target:
    """Look up the target of that name.

    Parameters
    ----------
    name : str
        Name of a part, an STM32 ordering code, the beginning of a part's name when no other part
        begins so, id or name of a board, or key of a core. Case, spaces, ``-`` and ``_`` do not
        count.
    building : bool
        Refuse a target that Kinglet has no compiler for.

    Returns
    -------
    Target
        Its memory, clock and core.

    Raises
    ------
    InputError
        When the name is unknown (the three nearest are named), fits several entries, or Kinglet
        has no compiler for it.
    """
    target = describe(_resolve(name))
    if building and not target.buildable:
        raise InputError(f"{target.name} cannot be built for: {target.reason}.")
    return target


def describe(entry: Entry) -> Target:
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
        notes = (f"times are reckoned at {ASSUMED_CLOCK_HZ // 10**6} MHz",)
        return Target(
            entry.key, "core", entry.key, ASSUMED_CLOCK_HZ, reason=entry.no_compiler, notes=notes
        )
    board = entry if isinstance(entry, Board) else None
    part = microcontrollers()[entry.microcontroller] if isinstance(entry, Board) else entry
    core = core_of(part)
    ram, flash = part.ram_bytes, part.flash_bytes
    if board and board.ram_limit_bytes:
        ram = min(ram, board.ram_limit_bytes)
    if board and board.flash_limit_bytes:
        inside = flash is not None and part.flash_kind == "internal"
        flash = min(flash or 0, board.flash_limit_bytes) if inside else board.flash_limit_bytes
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
        notes.append(
            f"the clock of {part.name} is not in the tables: times are reckoned at "
            f"{ASSUMED_CLOCK_HZ // 10**6} MHz"
        )
    if part.flash_bytes is not None and part.flash_kind != "internal":
        known = board is not None and board.flash_limit_bytes is not None
        size = "what the board leaves to a program" if known else "that of a usual board"
        notes.append(f"the flash is outside the chip: its size is {size}")
    if part.extra_cores and part.extra_cores != part.core:
        notes.append(f"the chip has a {part.extra_cores} core too: to build for it, name that core")
    if part.note:
        notes.append(part.note)
    return tuple(notes)


def _resolve(name: str) -> Entry:
    wanted = _normalise(name)
    if not wanted:
        raise InputError(f"no target is named; the usual one is {DEFAULT}.")
    if wanted in _unique_names():
        return _unique_names()[wanted]
    named = [board for board in boards().values() if _normalise(board.name) == wanted]
    if len(named) > 1:
        raise _ambiguous(name, "boards", [board.id for board in named])
    if named:
        return named[0]
    parts = microcontrollers().values()
    if line := _part_line(wanted):
        return line
    begun = [part for part in parts if _normalise(part.name).startswith(wanted)]
    if len(begun) > 1:
        raise _ambiguous(name, "parts", [part.name for part in begun])
    if begun:
        return begun[0]
    raise InputError(f"no target is called '{name}'; the nearest are {', '.join(nearest(name))}.")


def _ambiguous(name: str, what: str, choices: list[str]) -> InputError:
    shown = ", ".join(choices[:3]) + (", ..." if len(choices) > 3 else "")
    return InputError(f"'{name}' fits {len(choices)} {what}: say which one ({shown}).")


def _part_line(ordering_code: str) -> Microcontroller | None:
    """Find the STM32 part line of an ordering code: STM32F411RET6 is an STM32F411RE."""
    best = None
    for part in microcontrollers().values():
        line, _, variant = part.name.lower().partition("-")
        if not line.startswith("stm32") or not ordering_code.startswith(line):
            continue
        suffix = re.fullmatch(_ORDERING_SUFFIX, ordering_code[len(line) :])
        # STM32L151C6T6A is the part line STM32L151C6-A: the variant stands among the options.
        if (
            suffix
            and (suffix["options"] or "").startswith(variant)
            and (best is None or len(part.name) > len(best.name))
        ):
            best = part
    return best


def nearest(name: str) -> list[str]:
    """Name the three targets whose names are most like the given one."""
    from difflib import get_close_matches

    names = {normal: describe(entry).name for normal, entry in _unique_names().items()}
    wanted = _normalise(name)
    close = get_close_matches(wanted, names, 3, 0.6)
    if len(close) < 3:
        close = get_close_matches(wanted, names, 3, 0.0)
    return [names[normal] for normal in close]


@cache
def _unique_names() -> dict[str, Entry]:
    """Names that settle it at once; a part comes before a board of the same name."""
    entries: list[tuple[str, Entry]] = [
        *cores().items(),
        *boards().items(),
        *microcontrollers().items(),
    ]
    return {_normalise(name): entry for name, entry in entries}


@cache
def _catalogue() -> list[tuple[str, Entry, tuple[str, ...], str]]:
    """Kind, entry, normalised names and searchable text of everything in the tables."""
    catalogue: list[tuple[str, Entry, tuple[str, ...], str]] = []

    def add(kind: str, entry: Entry, names: tuple[str, ...], *more: str) -> None:
        normal = tuple(_normalise(name) for name in names)
        catalogue.append((kind, entry, normal, "\n".join((*normal, *map(_normalise, more)))))

    for core in cores().values():
        add("core", core, (core.key,))
    for part in microcontrollers().values():
        add("part", part, (part.name,), part.vendor, part.family, core_of(part).key)
    for board in boards().values():
        part = microcontrollers()[board.microcontroller]
        fitted = (sensor for parts in board.sensors.values() for sensor in parts)
        about = (board.vendor, part.name, part.vendor, part.family, core_of(part).key, *fitted)
        add("board", board, (board.id, board.name), *about)
    return catalogue


def _normalise(text: str) -> str:
    return text.lower().translate(_SEPARATORS)
