"""Constants in C: parameter blocks and the tables that they point to."""

from __future__ import annotations

import textwrap

import numpy as np

from kinglet.record import CTYPE_DTYPE, Block, Record


def literal(value: float) -> str:
    """Write a float32 so that any correctly rounding compiler reads the same bits back."""
    text = f"{np.float32(value):.9g}"
    return text + ("f" if any(mark in text for mark in ".en") else ".0f")


class Tables:
    """The constant tables of one C file: equal contents are written once."""

    def __init__(self) -> None:
        self._names: dict[tuple[str, bytes], str] = {}
        self._texts: list[str] = []

    def add(self, ctype: str, values: np.ndarray, hint: str) -> str:
        """Name of the table with these values, written if it is new."""
        data = np.ascontiguousarray(values, dtype=CTYPE_DTYPE[ctype]).ravel()
        key = (ctype, data.tobytes())
        if key not in self._names:
            name = f"neai_{hint}_{len(self._names)}"
            self._names[key] = name
            words = [literal(v) if ctype == "float" else str(int(v)) for v in data]
            body = textwrap.fill(
                ", ".join(words), 96, initial_indent="    ", subsequent_indent="    "
            )
            self._texts.append(f"static const {ctype} {name}[{len(data)}] = {{\n{body}\n}};")
        return self._names[key]

    @property
    def size_bytes(self) -> int:
        """Bytes of all the tables."""
        return sum(len(data) for _, data in self._names)

    def text(self) -> str:
        """Every table, in C."""
        return "\n\n".join(self._texts)


def block_constant(name: str, record: Record, block: Block, tables: Tables) -> str:
    """One constant parameter block in C; its arrays go to ``tables``."""
    members = []
    for item in record.fields:
        if item.array:
            members.append(tables.add(item.ctype, block[item.name], f"{record.name}_{item.name}"))
        elif item.ctype == "float":
            members.append(literal(block[item.name]))
        else:
            members.append(str(int(block[item.name])))
    body = textwrap.fill(
        ", ".join(members or ["0"]), 96, initial_indent="    ", subsequent_indent="    "
    )
    return f"static const kn_{record.name}_block {name} = {{\n{body}\n}};"
