"""What is wrong with a line, said in one sentence that names the place and the way to mend it."""

from __future__ import annotations

import math
import re

from kinglet.errors import InputError
from kinglet.signals.layout import DECIMAL_COMMA, NUMBER, SEPARATORS, Layout, split_cells

_QUOTED_LENGTH = 32


def fault(name: str, line: int, column: int, found: str, mend: str) -> InputError:
    """Make the error for one place of a file.

    Parameters
    ----------
    name : str
        File name as given.
    line, column : int
        Line and value on it, from 1.
    found, mend : str
        What is there, and what the user can do about it.
    """
    return InputError(f"{name}, line {line}, column {column}: {found}; {mend}.")


def quote(text: str) -> str:
    """Quote a piece of a file: control characters escaped, long pieces cut."""
    return repr(text if len(text) <= _QUOTED_LENGTH else text[: _QUOTED_LENGTH - 3] + "...")


def explain_line(name: str, number: int, line: str, layout: Layout) -> InputError:
    """Say why a line is refused.

    Parameters
    ----------
    name : str
        File name as given.
    number : int
        Line number, from 1.
    line : str
        The line, not blank.
    layout : Layout
        What the other lines of the file look like.
    """
    cells = split_cells(line, layout.separator)
    ends_with_separator = len(cells) > 1 and not cells[-1]
    if layout.trailing and ends_with_separator:
        cells.pop()
    for column, cell in enumerate(cells, start=1):
        if not NUMBER.fullmatch(cell):
            found, mend = _explain_cell(number, column - 1, cells, layout)
            return fault(name, number, column, found, mend)
    if len(cells) < layout.count:
        found = f"the line ends after {quote(cells[-1])}, {len(cells)} of {layout.count} values"
        return fault(name, number, len(cells) + 1, found, "complete or delete the line")
    if len(cells) > layout.count:
        found = (
            f"found {quote(cells[layout.count])} on a line of {len(cells)} values, "
            f"where other lines have {layout.count}"
        )
        return fault(name, number, layout.count + 1, found, "shorten or delete the line")
    found = f"the line ends with {quote(cells[-1])}, other lines with a separator"
    return fault(name, number, layout.count, found, "check that the last value is whole")


def _explain_cell(number: int, index: int, cells: list[str], layout: Layout) -> tuple[str, str]:
    """Say what a cell that is no number is, and how to mend it."""
    cell = cells[index]
    found = f"found {quote(cell)}"
    if not cell:
        return "found an empty cell", "fill in the missing value or delete the line"
    if "\0" in cell:
        return f"{found}, binary data", "export the signals as plain text"
    if DECIMAL_COMMA.fullmatch(cell) and len(cells) == layout.count:
        return (
            f"{found}, a decimal comma",
            f"write a decimal point, {quote(cell.replace(',', '.'))}",
        )
    others = [separator for separator in SEPARATORS if separator in cell]
    if others and all(map(NUMBER.fullmatch, re.split("[ ;\t,]+", cell.strip(" ;\t,")))):
        return (
            f"{found} with {SEPARATORS[others[0]]} in a file separated by "
            f"{SEPARATORS[layout.separator]}",
            "use one separator throughout the file",
        )
    if NUMBER.fullmatch(cell.strip("\"'")):
        return f"{found}, a number in quotation marks", "remove the quotation marks"
    if _is_not_finite(cell):
        return (
            f"{found}, which is not a finite number",
            "fill in a measured value or delete the line",
        )
    if number == 1 and not any(map(NUMBER.fullmatch, cells)):
        header = layout.separator.join(cells)
        return (
            f"found the header {quote(header)}",
            "delete this line, every line holds numbers only",
        )
    return f"{found} where a number is expected", "correct it or delete the line"


def _is_not_finite(cell: str) -> bool:
    try:
        return not math.isfinite(float(cell))
    except ValueError:
        return False
