"""One arena of scratch memory, shared between buffers that do not live at the same time."""

from __future__ import annotations

from collections.abc import Hashable


class Arena:
    """First fit above a part that is always taken.

    Parameters
    ----------
    fixed : int
        Floats at the start that are never free: the joined feature vector.
    """

    def __init__(self, fixed: int) -> None:
        self._fixed = fixed
        self._taken: dict[Hashable, tuple[int, int]] = {}
        self.size = fixed

    def take(self, name: Hashable, floats: int) -> int:
        """Offset of the lowest gap that holds so many floats."""
        offset = self._fixed
        for start, count in sorted(self._taken.values()):
            if offset + floats <= start:
                break
            offset = max(offset, start + count)
        self._taken[name] = (offset, floats)
        self.size = max(self.size, offset + floats)
        return offset

    def free(self, name: Hashable) -> None:
        """Give a buffer's place back."""
        del self._taken[name]
