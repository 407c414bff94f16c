"""How a parameter block lies in memory."""

from __future__ import annotations

from typing import Any

import numpy as np

from kinglet.record.base import Record
from kinglet.record.values import Block

POINTER_BYTES = 4
CTYPE_BYTES = {
    "float": 4,
    "int8_t": 1,
    "uint8_t": 1,
    "int16_t": 2,
    "uint16_t": 2,
    "int32_t": 4,
    "uint32_t": 4,
}
CTYPE_DTYPE: dict[str, np.dtype[Any]] = {
    "float": np.dtype(np.float32),
    "int8_t": np.dtype(np.int8),
    "uint8_t": np.dtype(np.uint8),
    "int16_t": np.dtype(np.int16),
    "uint16_t": np.dtype(np.uint16),
    "int32_t": np.dtype(np.int32),
    "uint32_t": np.dtype(np.uint32),
}


def struct_bytes(record: Record) -> int:
    """Bytes of a parameter block on a 32-bit target, padding as the compiler lays it."""
    offset, align = 0, 1
    for item in record.fields:
        size = POINTER_BYTES if item.array else CTYPE_BYTES[item.ctype]
        offset = -(-offset // size) * size + size
        align = max(align, size)
    return -(-offset // align) * align


def block_bytes(record: Record, block: Block) -> int:
    """Bytes of flash that a parameter block and its tables take on a 32-bit target."""
    tables = sum(
        np.asarray(block[item.name]).size * CTYPE_BYTES[item.ctype]
        for item in record.fields
        if item.array
    )
    return struct_bytes(record) + tables
