"""Changed copies of training signals, so that a model learns what should not matter to it.

A copy keeps the label of its signal. It depends on that signal, its place and the seed alone, never
on other signals: whoever learns copies of some lines learns nothing of the others.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.spatial.transform import Rotation

from kinglet.errors import InputError
from kinglet.signals.pieces import pieces
from kinglet.signals.signals import clip_to_limit

Floats = npt.NDArray[np.float64]
Augmentation = Literal["jitter", "scaling", "shift", "rotation", "coloured_noise"]

# What is done to each copy, in words for people.
AUGMENTATIONS: dict[Augmentation, str] = {
    "jitter": "with white noise",
    "scaling": "each axis louder or softer",
    "shift": "earlier or later",
    "rotation": "turned in space",
    "coloured_noise": "with coloured noise",
}

# One strength each: weaker and stronger ones did no better on ten public sensor sets.
JITTER_FRACTION = 0.1
SCALING_RANGE = (0.8, 1.25)
SHIFT_FRACTION = 0.125
MAX_ROTATION = np.deg2rad(15.0)
COLOURED_FRACTION = 0.1


def augmentations(length: int, axes: int) -> list[Augmentation]:
    """Which augmentations make sense for signals of a shape.

    None for single samples of a stream: they are told by those before them. Only axes that come in
    threes (3, 6, 9) span a space in which a signal can be turned.

    Parameters
    ----------
    length, axes : int
        Samples of a signal, and values of a sample.
    """
    if length < 2:
        return []
    return [kind for kind in AUGMENTATIONS if kind != "rotation" or axes % 3 == 0]


def augment(
    values: npt.NDArray[np.float32], kind: Augmentation, seed: int
) -> npt.NDArray[np.float32]:
    """One changed copy of each signal.

    Parameters
    ----------
    values : ndarray of float32, shape (n_signals, length, axes)
        Left as it is.
    kind : {'jitter', 'scaling', 'shift', 'rotation', 'coloured_noise'}
        jitter: white Gaussian noise, its standard deviation 10 % of that of the axis in the signal.
        scaling: each axis of each signal times a factor, uniform in 0.8-1.25.
        shift: all axes together earlier or later by up to an eighth of the signal, drawn evenly;
        its first or last sample stands for those beyond it. Those of the recording may be held
        out, and samples that come in again at the other end make a jump (measured: worse).
        rotation: each signal turned about a random direction by an angle uniform in 0-15 degrees,
        the same for each three of its axes.
        coloured_noise: pink noise (power as 1 / frequency, mean 0), its standard deviation 10 % of
        that of the axis in the signal.
    seed : int
        Same seed, same copies.

    Returns
    -------
    ndarray of float32, shape (n_signals, length, axes)
        Finite and below 1e12 in magnitude, as the input must be.

    Raises
    ------
    InputError
        If there is no such kind, or it makes no sense for signals of the shape.
    """
    n, length, axes = values.shape
    possible = augmentations(length, axes)
    if kind not in possible:
        raise InputError(
            f"There is no augmentation {kind!r} for signals of {length} samples and {axes} axes; "
            f"use {'one of ' + ', '.join(possible) if possible else 'none'}."
        )
    random = np.random.default_rng(seed)
    if kind == "scaling":
        factor = random.uniform(*SCALING_RANGE, size=(n, 1, axes))
    elif kind == "shift":
        most = max(1, int(SHIFT_FRACTION * length))
        by = random.integers(1, most + 1, size=n) * random.choice((-1, 1), size=n)
    elif kind == "rotation":
        turn = _rotations(n, random)
    result = np.empty_like(values)
    for part in pieces(values):
        exact = values[part].astype(np.float64)
        if kind == "scaling":
            exact *= factor[part]
        elif kind == "shift":
            from_sample = np.clip(np.arange(length) - by[part][:, None], 0, length - 1)
            exact = np.take_along_axis(exact, from_sample[:, :, None], axis=1)
        elif kind == "rotation":
            vectors = exact.reshape(len(exact), -1, 3)
            exact = (vectors @ turn[part].transpose(0, 2, 1)).reshape(exact.shape)
        else:
            noise = random.standard_normal(exact.shape)
            fraction = JITTER_FRACTION
            if kind == "coloured_noise":
                noise, fraction = _pink(noise), COLOURED_FRACTION
            exact += fraction * exact.std(axis=1, keepdims=True) * noise
        result[part] = clip_to_limit(exact)
    return result


def _rotations(n: int, random: np.random.Generator) -> Floats:
    """Matrices of rotations about random directions, shape (n, 3, 3)."""
    direction = random.standard_normal((n, 3))
    direction /= np.linalg.norm(direction, axis=1, keepdims=True)
    angle = random.uniform(0.0, MAX_ROTATION, size=(n, 1))
    return np.asarray(Rotation.from_rotvec(angle * direction).as_matrix(), dtype=np.float64)


def _pink(white: Floats) -> Floats:
    """White noise of shape (n, length, axes) with its power made 1 / frequency, deviation 1."""
    length = white.shape[1]
    spectrum = np.fft.rfft(white, axis=1)
    weight = np.zeros(spectrum.shape[1])
    weight[1:] = 1 / np.sqrt(np.arange(1, len(weight)))
    # Each frequency stands for two lines of the spectrum, but the highest of an even length.
    lines = np.where((np.arange(len(weight)) * 2 == length), 1, 2)
    spread = np.sqrt(np.sum(lines * weight**2) / length)
    noise: Floats = np.fft.irfft(spectrum * (weight / spread)[:, None], n=length, axis=1)
    return noise
