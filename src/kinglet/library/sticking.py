"""A library that says the same of every signal is refused, however well it scored."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

from kinglet.errors import StickingError
from kinglet.signals import change_beyond_doubt
from kinglet.tasks.similarity import reacts

if TYPE_CHECKING:
    from kinglet.library.build import Library

_LINES = 64
_CHANGES: tuple[Literal["scaled", "shuffled"], ...] = ("scaled", "shuffled")


def refuse_sticking(library: Library, nominal: np.ndarray, seed: int) -> None:
    """Run the finished library, pretrained, over nominal signals and over the same ones changed.

    It must react to being scaled to ten times or to being shuffled: a library may be blind to one
    of the changes (statistics do not see the order of samples), never to both.

    Parameters
    ----------
    nominal : ndarray of float32, shape (n, length, axes)

    Raises
    ------
    StickingError
    """
    step = max(1, len(nominal) // _LINES) if nominal.shape[1] > 1 else 1  # a stream keeps its order
    some = nominal[::step][:_LINES]

    def similarity(values: np.ndarray) -> np.ndarray:
        return library.emulate(values, pretrained=True).outputs[:, 0]

    usual = similarity(some)
    changed = [similarity(change_beyond_doubt(some, kind, seed)) for kind in _CHANGES]
    if not any(reacts(usual, values) for values in changed):
        means = [f"{np.mean(values):.0f}" for values in (usual, *changed)]
        raise StickingError(
            f"the library sticks: nominal signals have a mean similarity of {means[0]}, "
            f"scaled to ten times {means[1]}, shuffled {means[2]}"
        )
