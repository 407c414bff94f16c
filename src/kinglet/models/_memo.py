"""A small memory of what fits of the same lines share: centres, grown trees."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Callable
from threading import Lock

import numpy as np

Arrays = tuple[np.ndarray, ...]


class Memo:
    """What was computed from the same bytes before; what was not used for longest goes first.

    Parameters
    ----------
    entries : int
        Results kept, at most.
    most_bytes : int
        Bytes that they may take together.
    """

    def __init__(self, entries: int, most_bytes: int) -> None:
        self._entries = entries
        self._most_bytes = most_bytes
        self._kept: OrderedDict[str, Arrays] = OrderedDict()
        self._lock = Lock()

    def get(self, key: str, compute: Callable[[], Arrays]) -> Arrays:
        """Read what is known by a key, or compute and keep it.

        Parameters
        ----------
        key : str
            Names what is computed, with all that it depends on; arrays by their `digest`.
        compute : callable

        Returns
        -------
        tuple of ndarray
            Not writable.
        """
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        result = compute()
        for array in result:
            array.flags.writeable = False
        with self._lock:
            self._kept[key] = result
            while len(self._kept) > self._entries or self._bytes() > self._most_bytes:
                self._kept.popitem(last=False)
        return result

    def __contains__(self, key: str) -> bool:
        return key in self._kept

    def _bytes(self) -> int:
        return sum(array.nbytes for arrays in self._kept.values() for array in arrays)


def digest(*given: np.ndarray) -> str:
    """Hash of the bytes, shapes and types of arrays."""
    state = hashlib.blake2b(digest_size=16)
    for array in given:
        state.update(f"{array.shape}{array.dtype}".encode())
        state.update(np.ascontiguousarray(array).data)
    return state.hexdigest()


# Enough for a few candidates on each of ten splits.
MEMO = Memo(entries=64, most_bytes=48 << 20)
