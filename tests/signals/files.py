"""Texts of signal files for the tests."""

from __future__ import annotations

import re

import numpy as np

SEPARATORS = [" ", "\t", ",", ";", "  ", ", "]


def make_rows(n: int = 12, count: int = 8, seed: int = 0) -> list[list[str]]:
    """Draw rows of numbers as text."""
    values = np.random.default_rng(seed).normal(size=(n, count))
    return [[f"{value:.3f}" for value in row] for row in values]


def join(rows: list[list[str]], separator: str = ",", end: str = "\n", trailing: str = "") -> str:
    """Join rows to the text of a file."""
    return "".join(separator.join(row) + trailing + end for row in rows)


def parse(text: str, separator: str) -> list[list[float]]:
    """Read a text in the most obvious way: the oracle."""
    lines = re.split("\r\n|\r|\n", text)
    while lines and not lines[-1].strip():
        lines.pop()
    rows = []
    for line in lines:
        cells = line.split(separator.strip(" ") or None)
        if not cells[-1].strip():
            cells.pop()
        rows.append([float(cell) for cell in cells])
    return rows
