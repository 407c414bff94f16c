"""Text files of numbers: read in pieces, exact, with every fault named.

A piece of nothing but digits, signs and separators goes to the parser of NumPy, which is quick and
strict: what it takes, and with the right shape, `float` would take too, with the same bits. Any
other piece is read line by line, to take what is odd but good, such as blank lines at the end, and
to say of the first line that is not good what is wrong with it.
"""

from __future__ import annotations

import io
import os
import re
from array import array
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import chain, islice
from pathlib import Path
from typing import TextIO

import numpy as np
import numpy.typing as npt

from kinglet.errors import InputError
from kinglet.signals.faults import explain_line, fault, quote
from kinglet.signals.layout import Layout, find_layout, find_split_decimal, split_cells
from kinglet.signals.signals import find_invalid

_PROBED_LINES = 20


def read_table(path: str | os.PathLike[str], *, piece: int = 1 << 18) -> npt.NDArray[np.float32]:
    """Read a text file of numbers.

    Parameters
    ----------
    path : str or path-like
        Lines of numbers with a decimal point, the same count on each, separated by spaces, tabs,
        commas or semicolons; no header. Blank lines may end the file.
    piece : int, optional
        Characters that are read at once, about; the result does not depend on it.

    Returns
    -------
    ndarray of float32, shape (n_lines, n_values)
        Row i is line i + 1. Each value is the double nearest to the text, rounded to float32.

    Raises
    ------
    InputError
        Names file, line and column of the first fault, and how to mend it.
    """
    name = os.fspath(path)
    with open_text(name) as file:
        head = list(islice(file, _PROBED_LINES))
        lines = [line for line in head if not line.isspace()]
        if not lines:
            raise InputError(f"{name}, line 1: the file is empty; give one with a signal per line.")
        layout = find_layout(lines)
        pieces = chain([head], iter(lambda: file.readlines(piece), []))
        values = _read_pieces(name, pieces, layout)
    split = find_split_decimal(lines, layout)
    if split is not None:
        row, column, cell = split
        found = f"found {quote(cell)}, which looks like a decimal comma between comma separators"
        raise fault(name, row + 1, column + 1, found, "write decimal points")
    table = np.frombuffer(values, np.float32).reshape(-1, layout.count)
    bad = find_invalid(table)
    if bad is not None:
        row, column = bad
        with open_text(name) as file:
            cells = split_cells(next(islice(file, row, None)), layout.separator)
        found = f"found {quote(cells[column])}, which is 1e12 or more in magnitude"
        raise fault(name, row + 1, column + 1, found, "check the unit or correct the value")
    return table


def _read_pieces(name: str, pieces: Iterable[list[str]], layout: Layout) -> array[float]:
    """Read all values one after the other; `array` grows in place."""
    values = array("f")
    first, blank = 1, 0
    for lines in pieces:
        rows = None if blank else _read_plain(lines, layout)
        if rows is None:
            blank = _read_carefully(name, lines, layout, first, blank, values)
        else:
            values.frombytes(rows.data.cast("B"))
        first += len(lines)
    return values


def _read_plain(lines: list[str], layout: Layout) -> npt.NDArray[np.float32] | None:
    """Read lines in which there is nothing but numbers and separators, or give up."""
    text = "".join(lines)
    known = f"0123456789+-.eE \n{layout.separator}".encode()
    if not text.isascii() or text.encode().translate(None, known):
        return None
    if layout.trailing:
        end = f"{layout.separator}\n"
        if not all(line.endswith(end) for line in lines):
            return None
        lines = [line.removesuffix(end) for line in lines]
    if not all(map(str.strip, lines)):  # NumPy would pass over blank lines
        return None
    delimiter = None if layout.separator == " " else layout.separator
    try:
        rows = np.loadtxt(lines, np.float32, comments=None, delimiter=delimiter, ndmin=2)
    except ValueError:
        return None
    return rows if rows.shape == (len(lines), layout.count) else None


def _read_carefully(
    name: str, lines: list[str], layout: Layout, first: int, blank: int, values: array[float]
) -> int:
    """Append the values of each line to `values`, or name the fault.

    Returns
    -------
    int
        The first of the blank lines that have come, 0 if none has: nothing may follow them.
    """
    separator = None if layout.separator == " " else layout.separator
    n_cells = layout.count + layout.trailing
    known = str.maketrans("", "", "0123456789+-.eE \n" + layout.separator)
    for number, line in enumerate(lines, start=first):
        cells = line.split(separator)
        if line.translate(known) or len(cells) != n_cells or blank:
            if line.isspace():
                blank = blank or number
                continue
            if blank:
                raise fault(name, blank, 1, "found an empty line between signals", "delete it")
            raise explain_line(name, number, line, layout)
        if layout.trailing and cells.pop().strip():
            raise explain_line(name, number, line, layout)
        try:
            values.extend(map(float, cells))
        except ValueError:
            raise explain_line(name, number, line, layout) from None
    return blank


@contextmanager
def open_text(name: str) -> Iterator[TextIO]:
    """Open a file as text, after a look at its first bytes."""
    try:
        if Path(name).is_dir():
            raise InputError(f"{name}: this is a directory; give the file of signals itself.")
        with Path(name).open("rb") as binary:
            _refuse_other_encodings(name, binary.peek())
            with io.TextIOWrapper(binary, encoding="utf-8", errors="replace") as text:
                yield text
    except FileNotFoundError:
        raise InputError(f"{name}: there is no such file; check the path.") from None
    except PermissionError:
        raise InputError(
            f"{name}: the file may not be read (permission denied); change its permissions."
        ) from None
    except OSError as error:
        raise InputError(f"{name}: cannot be read ({error.strerror}); check the path.") from error


def _refuse_other_encodings(name: str, head: bytes) -> None:
    byte_order_mark = head.startswith((b"\xff\xfe", b"\xfe\xff"))
    every_second_is_zero = len(head) > 1 and any(head[::2]) != any(head[1::2])
    if byte_order_mark or every_second_is_zero:
        raise fault(name, 1, 1, "the file is encoded as UTF-16", "save it as UTF-8 or ASCII")
    if head.startswith(b"\xef\xbb\xbf"):
        found = "the file starts with a UTF-8 byte order mark"
        raise fault(name, 1, 1, found, "save it as UTF-8 without BOM")
    if b"\0" in head:
        before = re.split(b"\r\n|\r|\n", head[: head.index(b"\0")])
        column = len(re.findall(b"[,;\t ]+", before[-1])) + 1
        found = "found a NUL byte, this is a binary file"
        raise fault(name, len(before), column, found, "export the signals as plain text")
