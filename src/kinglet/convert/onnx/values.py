"""What stands for a tensor while a graph is read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np


@dataclass(frozen=True)
class Grid:
    """Steps of int8: value = (step - zero) scale.

    Parameters
    ----------
    scale : float
    zero : int
        -128..127; uint8 is told as int8, 128 lower.
    """

    scale: float
    zero: int


@dataclass(frozen=True)
class Constant:
    """A tensor that is known beforehand.

    Parameters
    ----------
    array : ndarray
    steps : ndarray of int32, optional
        Where it was dequantised: differences to the zero, which times ``scale`` are the array.
    scale : ndarray of float32, optional
        Broadcasts against the array.
    """

    array: np.ndarray
    steps: np.ndarray | None = None
    scale: np.ndarray | None = None

    def map(self, function: Callable[[np.ndarray], np.ndarray]) -> Constant:
        """The same of every array; what it was quantised from is kept."""
        if self.steps is None or self.scale is None:
            return Constant(function(self.array))
        scale = np.broadcast_to(self.scale, self.array.shape)
        return Constant(function(self.array), function(self.steps), function(scale))


@dataclass(frozen=True)
class View:
    """A tensor that is in memory: value = gain x + shift of the x at a place of the memory.

    Transposing, reshaping, slicing, shifting and scaling change the view; nothing is computed.

    Parameters
    ----------
    index : ndarray of int
        Places; the shape is that of the tensor, with a batch of 1.
    memory : int
        Number of the layer that wrote it.
    grid : Grid, optional
        Where the memory holds int8.
    gain, shift : ndarray of float64, shape of ``index``, optional
        Both or none.
    """

    index: np.ndarray
    memory: int
    grid: Grid | None = None
    gain: np.ndarray | None = None
    shift: np.ndarray | None = None

    def map(self, function: Callable[[np.ndarray], np.ndarray]) -> View:
        """The same of every array."""
        index = function(self.index)
        if self.gain is None or self.shift is None:
            return replace(self, index=index)
        return replace(self, index=index, gain=function(self.gain), shift=function(self.shift))

    def affine(self, gain: np.ndarray | float, shift: np.ndarray | float) -> View:
        """The view of gain value + shift, whose arrays broadcast against it."""
        shape = np.broadcast_shapes(self.index.shape, np.shape(gain), np.shape(shift))
        old_gain = 1.0 if self.gain is None else self.gain
        old_shift = 0.0 if self.shift is None else self.shift
        return replace(
            self,
            index=np.broadcast_to(self.index, shape),
            gain=np.broadcast_to(np.asarray(old_gain * gain, dtype=np.float64), shape),
            shift=np.broadcast_to(np.asarray(old_shift * gain + shift, dtype=np.float64), shape),
        )


@dataclass(frozen=True)
class Label:
    """The name or number of a class, which the library finds itself.

    Parameters
    ----------
    names : tuple of str
        Of all classes, where the graph says them.
    """

    names: tuple[str, ...] = ()


Value = Constant | View | Label | None
