"""Constants in C: parameter blocks and the tables that they point to."""

from __future__ import annotations

import textwrap

import numpy as np

from kinglet.record import CTYPE_DTYPE, Block, Record, struct_bytes

_SHAPE_BYTES = 8


def literal(value: float) -> str:
    """Write a float32 so that any correctly rounding compiler reads the same bits back."""
    text = f"{np.float32(value):.9g}"
    return text + ("f" if any(mark in text for mark in ".en") else ".0f")


class Tables:
    """The constant tables of one C file: equal contents are written once."""

    def __init__(self) -> None:
        self._names: dict[tuple[str, bytes], str] = {}

    def add(self, ctype: str, values: np.ndarray, hint: str) -> str:
        """Name of the table with these values, written if it is new."""
        data = np.ascontiguousarray(values, dtype=CTYPE_DTYPE[ctype]).ravel()
        key = (ctype, data.tobytes())
        return self._names.setdefault(key, f"neai_{hint}_{len(self._names)}")

    @property
    def size_bytes(self) -> int:
        """Bytes of all the tables."""
        return sum(len(data) for _, data in self._names)

    def text(self) -> str:
        """Every table, in C."""
        texts = []
        for (ctype, content), name in self._names.items():
            data = np.frombuffer(content, dtype=CTYPE_DTYPE[ctype])
            unsigned = "u" if ctype.startswith("u") else ""
            words = [literal(v) if ctype == "float" else f"{int(v)}{unsigned}" for v in data]
            texts.append(f"static const {ctype} {name}[{len(data)}] = {{\n{_fill(words)}\n}};")
        return "\n\n".join(texts)


def _fill(words: list[str]) -> str:
    """Words as lines of C."""
    return textwrap.fill(", ".join(words), 96, initial_indent="    ", subsequent_indent="    ")


def block_constant(name: str, record: Record, block: Block, tables: Tables) -> str:
    """One constant parameter block in C; its arrays go to ``tables``."""
    return _written(name, record, _members(record, block, tables))


def _members(record: Record, block: Block, tables: Tables) -> tuple[str, ...]:
    """Values of a block, in C; its arrays go to ``tables``."""
    members = []
    for item in record.fields:
        if item.array:
            members.append(tables.add(item.ctype, block[item.name], f"{record.name}_{item.name}"))
        elif item.ctype == "float":
            members.append(literal(block[item.name]))
        else:
            members.append(str(int(block[item.name])))
    return tuple(members)


def _written(name: str, record: Record, members: tuple[str, ...]) -> str:
    """A parameter block in C."""
    body = _fill(list(members) or ["0"])
    return f"static const kn_{record.name}_block {name} = {{\n{body}\n}};"


class Constants:
    """Every constant of one C file: tables, shapes and parameter blocks, each content once."""

    def __init__(self) -> None:
        self.tables = Tables()
        self._shapes: dict[tuple[int, ...], str] = {}
        self._blocks: dict[tuple[Record, tuple[str, ...]], str] = {}
        self._block_bytes = 0

    def wanted(self, outputs: np.ndarray) -> str:
        """Name of a list of wanted outputs."""
        return self.tables.add("uint16_t", outputs, "wanted")

    def shape(self, length: int, axes: int, *, planar: bool) -> str:
        """Name of a shape with its layout."""
        steps = (1, length) if planar else (axes, 1)
        return self._shapes.setdefault((length, axes, *steps), f"neai_shape_{len(self._shapes)}")

    def block(self, record: Record, block: Block) -> str:
        """Address of a parameter block; NULL for a record without parameters."""
        if not record.fields:
            return "NULL"
        key = (record, _members(record, block, self.tables))
        if key not in self._blocks:
            self._blocks[key] = f"neai_block_{len(self._blocks)}"
            self._block_bytes += struct_bytes(record)
        return f"&{self._blocks[key]}"

    @property
    def size_bytes(self) -> int:
        """Bytes of flash on a 32-bit target."""
        return self.tables.size_bytes + _SHAPE_BYTES * len(self._shapes) + self._block_bytes

    def text(self) -> str:
        """All of them, in C."""
        shapes = [
            f"static const kn_shape {name} = {{{', '.join(f'{value}u' for value in shape)}}};"
            for shape, name in self._shapes.items()
        ]
        blocks = [
            _written(name, record, members) for (record, members), name in self._blocks.items()
        ]
        return "\n\n".join(filter(None, [self.tables.text(), "\n".join(shapes), *blocks]))
