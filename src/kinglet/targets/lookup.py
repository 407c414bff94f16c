"""From a name that somebody typed to the target that code is built for."""

import re
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
from kinglet.targets.target import Target, describe

Entry = Microcontroller | Board | Core

DEFAULT = "cortex-m4f"
KINDS = ("part", "board", "core")

# Behind the part line: package letter, temperature range, options ("T6", "U6A", "TxTR").
_ORDERING_SUFFIX = r"[a-z](?:[0-9x](?P<options>[0-9a-z]{0,4}))?"
_SEPARATORS = str.maketrans({"-": None, "_": None, "+": "plus"})


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
    """Find the three targets whose names are most like the given one.

    Parameters
    ----------
    name : str
        As somebody typed it.

    Returns
    -------
    list of str
        Names that `get` knows, best first.
    """
    from difflib import get_close_matches

    names = {_normalise(board.name): board.id for board in boards().values()}
    names |= {_normalise(known): known for known in (*cores(), *boards(), *microcontrollers())}
    # Twice as many, for a board can be near by its name and by its id.
    close = get_close_matches(_normalise(name), names, 6, cutoff=0.0)
    return list(dict.fromkeys(names[normal] for normal in close))[:3]


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
    return "".join(text.lower().split()).translate(_SEPARATORS)
