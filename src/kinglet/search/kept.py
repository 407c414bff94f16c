"""What a worker keeps in memory: the most recent of what it computed, within a bound of bytes."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")


class Kept:
    """Values by key; the least recently used goes first.

    Parameters
    ----------
    limit_bytes : int
    """

    def __init__(self, limit_bytes: int) -> None:
        self._limit = limit_bytes
        self._used = 0
        self._values: OrderedDict[Any, tuple[Any, int]] = OrderedDict()

    def clear(self) -> None:
        """Forget everything."""
        self._values.clear()
        self._used = 0

    def get(self, key: Any, compute: Callable[[], T], size: Callable[[T], int]) -> T:
        """Value of a key, computed where it is not there; one beyond the bound is not kept.

        Parameters
        ----------
        size : callable
            Bytes of a value.
        """
        if key in self._values:
            self._values.move_to_end(key)
            value: T = self._values[key][0]
            return value
        value = compute()
        taken = size(value)
        if taken <= self._limit:
            self._values[key] = (value, taken)
            self._used += taken
            while self._used > self._limit:
                _, (_, freed) = self._values.popitem(last=False)
                self._used -= freed
        return value
