"""Minimisation by quasi-Newton steps of limited memory, in float32."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.linalg.lapack import dtrtrs

_MEMORY = 10  # steps remembered
_SUFFICIENT = 1e-4  # share of the promised decrease that a step must bring
_CURVATURE = 0.9  # share of the slope that may be left after a step
_TRIALS = 20  # of the length of a step

Objective = Callable[[np.ndarray], tuple[float, np.ndarray]]


def minimise(
    objective: Objective, start: np.ndarray, iterations: int, tolerance: float = 1e-4
) -> np.ndarray:
    """Minimise a smooth function by L-BFGS.

    The inverse Hessian is in the compact form of Byrd, Nocedal and Schnabel (1994),
    Representations of quasi-Newton matrices, Mathematical Programming 63, theorem 2.2; step
    lengths keep the weak Wolfe conditions and are found by doubling and bisection (Lewis and
    Overton 2013).

    Parameters
    ----------
    objective : callable
        Gives the value and the gradient at a point; the gradient may be a buffer of its own that
        the next call writes over.
    start : ndarray of float32, shape (n,)
    iterations : int
        Steps, at most.
    tolerance : float
        Ends where no element of the gradient is larger.

    Returns
    -------
    ndarray of float32, shape (n,)
    """
    at = start.copy()
    value, gradient = objective(at)
    gradient = gradient.copy()
    memory = _Memory(len(at))
    for _ in range(iterations):
        if np.abs(gradient).max() <= tolerance:
            break
        direction = memory.direction(gradient)
        slope = float(gradient @ direction)
        if slope >= 0:  # rounding has spoilt the memory
            memory = _Memory(len(at))
            direction, slope = -gradient, -float(gradient @ gradient)
        length = 1.0 if memory.count else min(1.0, 1 / float(np.abs(gradient).sum()))
        low, high = 0.0, np.inf
        for _ in range(_TRIALS):
            step = np.float32(length) * direction
            new_value, new_gradient = objective(at + step)
            if not new_value <= value + _SUFFICIENT * length * slope:
                high = length
            elif float(new_gradient @ direction) < _CURVATURE * slope:
                low = length
            else:
                break
            length = (low + high) / 2 if np.isfinite(high) else 2 * length
        if not new_value < value:
            break
        memory.add(step, new_gradient - gradient)
        at += step
        value = new_value
        gradient[:] = new_gradient
    return at


class _Memory:
    """The last steps, the changes of the gradient over them, and their products."""

    def __init__(self, n: int) -> None:
        self.count = 0
        self._steps = np.zeros((_MEMORY, n), dtype=np.float32)
        self._changes = np.zeros((_MEMORY, n), dtype=np.float32)
        self._cross = np.zeros((_MEMORY, _MEMORY), order="F")  # of steps and changes
        self._square = np.zeros((_MEMORY, _MEMORY))  # of changes

    def add(self, step: np.ndarray, change: np.ndarray) -> None:
        """Remember a step, the oldest first; not one along which the slope does not rise."""
        if not float(step @ change) > 1e-10 * float(change @ change):
            return
        if self.count == _MEMORY:
            for rows in (self._steps, self._changes):
                rows[:-1] = rows[1:]
            for square in (self._cross, self._square):
                square[:-1, :-1] = square[1:, 1:].copy()
        else:
            self.count += 1
        last = self.count - 1
        self._steps[last], self._changes[last] = step, change
        self._cross[: last + 1, last] = self._steps[: last + 1] @ change
        self._square[: last + 1, last] = self._changes[: last + 1] @ change
        self._square[last, : last + 1] = self._square[: last + 1, last]

    def direction(self, gradient: np.ndarray) -> np.ndarray:
        """Minus the inverse Hessian times the gradient."""
        count = self.count
        if not count:
            return -gradient
        steps, changes = self._steps[:count], self._changes[:count]
        cross = self._cross[:count, :count]  # its upper triangle is R, its diagonal D
        diagonal = cross.diagonal()
        first = diagonal[-1] / self._square[count - 1, count - 1]
        u, _ = dtrtrs(cross, steps @ gradient)
        middle = diagonal * u + first * (self._square[:count, :count] @ u)
        w, _ = dtrtrs(cross, middle - first * (changes @ gradient), trans=1)
        out: np.ndarray = (first * u).astype(np.float32) @ changes
        out -= w.astype(np.float32) @ steps
        out -= np.float32(first) * gradient
        return out
