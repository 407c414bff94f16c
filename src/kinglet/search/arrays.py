"""The signals of a search on disk: arrays only, and only such as were written."""

from __future__ import annotations

import hashlib
import math
import zipfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.lib import format as npy

from kinglet.files import whole
from kinglet.signals import Labelled
from kinglet.signals.signals import find_invalid

KINDS = {
    "values": (np.float32,),
    "label": (np.int32, np.float32),  # float32 where it is a target
    "machine": (np.int32,),
    "group": (np.int32,),
    "file_index": (np.int32,),
    "line": (np.int32,),
}
_DENSEST = 1000  # bytes of arrays for a byte on disk: deflate does not shrink real signals so far


def arrays_of(data: Labelled) -> dict[str, np.ndarray]:
    """All that is kept of the lines."""
    signals = data.signals
    return {
        "values": signals.values,
        "label": data.label,
        "machine": data.machine,
        "group": signals.group,
        "file_index": signals.file,
        "line": signals.line,
    }


def digest(arrays: Mapping[str, np.ndarray]) -> str:
    """Hash of all arrays, 24 hex digits."""
    state = hashlib.sha256()
    for name in KINDS:
        state.update(f"{name}{arrays[name].shape}{arrays[name].dtype}".encode())
        state.update(np.ascontiguousarray(arrays[name]).data)
    return state.hexdigest()[:24]


def write(path: Path, arrays: Mapping[str, np.ndarray]) -> None:
    """Write the arrays, whole or not at all.

    Raises
    ------
    InputError
        If nothing can be written there.
    """
    with whole(path) as file:
        np.savez(file, allow_pickle=False, **arrays)


def read(path: Path) -> dict[str, np.ndarray]:
    """Read what `write` wrote; nothing is unpacked before its size and type are known.

    Raises
    ------
    ValueError
        For anything else; the message says what is wrong.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            total = sum(member.file_size for member in archive.infolist())
            if total > _DENSEST * path.stat().st_size:
                raise ValueError("it would unpack to too much")
            arrays = {name: _member(archive, name) for name in KINDS}
    except Exception as error:  # of a file from elsewhere anything may be wrong
        raise ValueError(f"its arrays cannot be read ({error or type(error).__name__})") from None
    n = len(arrays["values"]) if arrays["values"].ndim == 3 else 0
    for name, array in arrays.items():
        fits = array.size > 0 if name == "values" else array.shape == (n,)
        if not (n and fits and np.isfinite(array).all()):
            raise ValueError(f"'{name}' has shape {array.shape}, or a value that is not finite")
        if name != "group" and array.dtype == np.int32 and array.min() < 0:
            raise ValueError(f"'{name}' has a number below 0")
    if find_invalid(arrays["values"]) is not None:
        raise ValueError("a value is out of range")
    return arrays


def _member(archive: zipfile.ZipFile, name: str) -> np.ndarray:
    """One array, where its header tells of an expected type and of as many bytes as there are."""
    member = archive.getinfo(f"{name}.npy")
    with archive.open(member) as file:
        if npy.read_magic(file) != (1, 0):
            raise ValueError(f"'{name}' is of another version of the format")
        shape, by_columns, kind = npy.read_array_header_1_0(file)
        if kind not in KINDS[name] or by_columns:
            raise ValueError(f"'{name}' is of type {kind}")
        n_bytes = math.prod(shape) * kind.itemsize
        if n_bytes != member.file_size - file.tell():
            raise ValueError(f"'{name}' has another size than its shape {shape}")
        return np.frombuffer(bytearray(file.read(n_bytes)), kind).reshape(shape)
