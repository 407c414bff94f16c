"""How the lines of a text file of numbers are cut into cells."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

SEPARATORS = {" ": "spaces", ";": "semicolons", "\t": "tabs", ",": "commas"}

NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
"""A decimal number. Of the texts made of its characters, exactly these are read by `float`."""

DECIMAL_COMMA = re.compile(r"[+-]?[0-9]*,[0-9]+(?:[eE][+-]?[0-9]+)?")

_LEADING_ZERO = re.compile(r"[+-]?0[0-9]+")


@dataclass(frozen=True)
class Layout:
    """What all lines of a file have in common.

    Attributes
    ----------
    separator : str
        A key of `SEPARATORS`; ``" "`` stands for one space or more.
    count : int
        Values on each line.
    trailing : bool
        Whether a separator ends each line.
    """

    separator: str
    count: int
    trailing: bool


def split_cells(line: str, separator: str) -> list[str]:
    """Cut a line into cells, without the spaces around them."""
    line = line.strip(" \n")
    if separator == " ":
        return re.split(" +", line)
    return [cell.strip(" ") for cell in line.split(separator)]


def find_layout(lines: Sequence[str]) -> Layout:
    """Find the layout that most lines have.

    Parameters
    ----------
    lines : sequence of str
        The first lines of a file, none of them blank. Lines of numbers only vote first, so that
        one bad line, be it the first, does not decide for the others.

    Returns
    -------
    Layout
        The most frequent one; of equals, the first.
    """
    votes = [layout for line in lines if (layout := _layout_of_numbers(line))]
    return Counter(votes or map(_layout_of_text, lines)).most_common(1)[0][0]


def find_split_decimal(lines: Sequence[str], layout: Layout) -> tuple[int, int, str] | None:
    """Find a sign that commas serve both as decimal point and as separator.

    ``0,5,0,05`` would read as four integers. It shows where no number has a decimal point and
    leading zeros stand in every second cell only, which no writer of integers does.

    Parameters
    ----------
    lines : sequence of str
        Good lines of the layout.
    layout : Layout
        Layout of the file.

    Returns
    -------
    tuple of (int, int, str) or None
        Row, column (from 0) and both parts of the first such number, with the comma.
    """
    if layout.separator != "," or layout.count % 2 or any("." in line for line in lines):
        return None
    found = None
    for row, line in enumerate(lines):
        cells = split_cells(line, ",")[: layout.count]
        wholes, fractions = cells[::2], cells[1::2]
        if not all(map(str.isdigit, fractions)) or any(map(_LEADING_ZERO.fullmatch, wholes)):
            return None
        for pair, cell in enumerate(fractions):
            if found is None and _LEADING_ZERO.fullmatch(cell):
                found = (row, 2 * pair, f"{wholes[pair]},{cell}")
    return found


def _layout_of_numbers(line: str) -> Layout | None:
    """Find the one separator that leaves nothing but numbers."""
    for separator in SEPARATORS:
        layout, cells = _cut(line, separator)
        if all(map(NUMBER.fullmatch, cells)):
            return layout
    return None


def _layout_of_text(line: str) -> Layout:
    """Guess the separator of a line in which something is no number."""
    separators = [separator for separator in ";\t," if separator in line] or [" "]
    if separators == [","]:
        cells = split_cells(line, " ")
        if all(DECIMAL_COMMA.fullmatch(cell) or NUMBER.fullmatch(cell) for cell in cells):
            separators = [" "]
    return _cut(line, separators[0])[0]


def _cut(line: str, separator: str) -> tuple[Layout, list[str]]:
    cells = split_cells(line, separator)
    trailing = len(cells) > 1 and not cells[-1]
    if trailing:
        cells.pop()
    return Layout(separator, len(cells), trailing), cells
