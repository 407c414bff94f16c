"""The parameter struct of a record: its typedef in C, and the same layout for ctypes."""

from __future__ import annotations

import ctypes
from functools import cache
from typing import Any

import numpy as np

from kinglet.record import CTYPE_DTYPE, Block, Record

CTYPES: dict[str, Any] = {
    "float": ctypes.c_float,
    "int8_t": ctypes.c_int8,
    "uint8_t": ctypes.c_uint8,
    "int16_t": ctypes.c_int16,
    "uint16_t": ctypes.c_uint16,
    "int32_t": ctypes.c_int32,
    "uint32_t": ctypes.c_uint32,
}


def block_typedef(record: Record) -> str:
    """C typedef of ``kn_NAME_block``, a comment beside each member.

    C99 knows no empty struct, so a record without parameters gets one unused member.
    """
    lines = [
        f"    {'const ' if item.array else ''}{item.ctype} {'*' if item.array else ''}{item.name}; "
        f"/* {item.doc} */"
        for item in record.fields
    ] or ["    uint8_t unused; /* no parameters */"]
    return "\n".join(["typedef struct {", *lines, f"}} kn_{record.name}_block;"])


@cache
def _layout(record: Record) -> type[ctypes.Structure]:
    members = [
        (item.name, ctypes.c_void_p if item.array else CTYPES[item.ctype]) for item in record.fields
    ] or [("unused", ctypes.c_uint8)]
    return type(f"kn_{record.name}_block", (ctypes.Structure,), {"_fields_": members})


def block_struct(record: Record, block: Block) -> tuple[ctypes.Structure, list[np.ndarray]]:
    """Fill the struct for a call on this machine.

    Returns
    -------
    tuple of (ctypes.Structure, list of ndarray)
        The struct, and the arrays that it points into, to be kept alive as long.
    """
    filled = _layout(record)()
    kept = []
    for item in record.fields:
        if item.array:
            table = np.ascontiguousarray(block[item.name], dtype=CTYPE_DTYPE[item.ctype])
            kept.append(table)
            setattr(filled, item.name, table.ctypes.data)
        else:
            value = block[item.name]
            setattr(filled, item.name, float(value) if item.ctype == "float" else int(value))
    return filled, kept
