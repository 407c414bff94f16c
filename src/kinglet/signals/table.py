"""Text files of numbers: one pass over the lines, exact, with every fault named.

There is one way through the parser, not a fast one and an exact one that might disagree: each line
is checked for foreign characters, cut, counted, and read by `float`. Only a line that fails is
looked at again, to say what is wrong with it.
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


def read_table(path: str | os.PathLike[str]) -> npt.NDArray[np.float32]:
    """Read a text file of numbers.

    Parameters
    ----------
    path : str or path-like
        Lines of numbers with a decimal point, the same count on each, separated by spaces, tabs,
        commas or semicolons; no header. Blank lines may end the file.

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
        values = _read_lines(name, chain(head, file), layout)
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


def _read_lines(name: str, lines: Iterable[str], layout: Layout) -> array[float]:
    """Read all values one after the other; `array` grows in place and rounds double to float."""
    separator = None if layout.separator == " " else layout.separator
    n_cells = layout.count + layout.trailing
    known = str.maketrans("", "", "0123456789+-.eE \n" + layout.separator)
    values = array("f")
    blank = 0
    for number, line in enumerate(lines, start=1):
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
    return values


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
