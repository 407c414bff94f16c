"""Small changes that a sensor meets in the field: a stress test of held-out signals.

Candidates that score the same on held-out signals are told apart by their score on perturbed ones.
"""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from kinglet.errors import InputError
from kinglet.signals.signals import clip_to_limit

Perturbation = Literal["gain", "noise", "tilt"]

GAIN_RANGE = (0.8, 1.25)
NOISE_FRACTION = 0.1
OFFSET_FRACTION = 0.3
MAX_ROTATION = np.deg2rad(15.0)


def perturb(
    values: npt.NDArray[np.float32], kind: Perturbation, seed: int
) -> npt.NDArray[np.float32]:
    """Perturb signals.

    Parameters
    ----------
    values : ndarray of float32, shape (n_signals, length, axes)
        Left as it is.
    kind : {'gain', 'noise', 'tilt'}
        gain: each axis of each signal times a factor, uniform in 0.8-1.25.
        noise: white Gaussian noise, its standard deviation 10 % of that of the axis in the signal.
        tilt: each axis of each signal plus an offset, uniform within +-0.3 standard deviations of
        the axis over all signals; where the axes come in threes (3, 6, 9), each signal is first
        rotated about a random direction by an angle uniform in 0-15 degrees, the same for each
        three.
    seed : int
        Same seed, same perturbation.

    Returns
    -------
    ndarray of float32, shape (n_signals, length, axes)
        Finite and below 1e12 in magnitude, as the input must be.

    Raises
    ------
    InputError
        If there is no such kind.
    """
    if kind not in get_args(Perturbation):
        raise InputError(
            f"There is no perturbation {kind!r}; use one of {', '.join(get_args(Perturbation))}."
        )
    random = np.random.default_rng(seed)
    n, _, axes = values.shape
    exact = values.astype(np.float64)
    if kind == "gain":
        exact *= random.uniform(*GAIN_RANGE, size=(n, 1, axes))
    elif kind == "noise":
        deviation = exact.std(axis=1, keepdims=True)
        exact += NOISE_FRACTION * deviation * random.standard_normal(values.shape)
    else:
        reach = OFFSET_FRACTION * exact.std(axis=(0, 1))
        if axes % 3 == 0:
            exact = _rotate(exact.reshape(n, -1, 3), random).reshape(values.shape)
        exact += random.uniform(-reach, reach, size=(n, 1, axes))
    return clip_to_limit(exact)


def change_beyond_doubt(
    values: npt.NDArray[np.float32], kind: Literal["scaled", "shuffled"], seed: int
) -> npt.NDArray[np.float32]:
    """Change signals so much that whoever finds them as usual as before tells nothing.

    Parameters
    ----------
    values : ndarray of float32, shape (n_signals, length, axes)
        Left as it is.
    kind : {'scaled', 'shuffled'}
        scaled: ten times as large, about zero, yet below 1e12 in magnitude. shuffled: the samples
        of each axis in an order drawn at random; of signals of one sample, the axes.
    seed : int

    Returns
    -------
    ndarray of float32, shape (n_signals, length, axes)
    """
    if kind == "scaled":
        return clip_to_limit(values.astype(np.float64) * 10)
    random = np.random.default_rng(seed)
    axis = 1 if values.shape[1] > 1 else 2
    return random.permuted(values, axis=axis)


def _rotate(
    vectors: npt.NDArray[np.float64], random: np.random.Generator
) -> npt.NDArray[np.float64]:
    """Rotate vectors of shape (n, m, 3), the m of each n alike, by Rodrigues' formula.

    v cos(a) + (k x v) sin(a) + k (k . v) (1 - cos(a)), k the unit vector of the axis of rotation.
    """
    n = len(vectors)
    direction = random.standard_normal((n, 1, 3))
    direction /= np.linalg.norm(direction, axis=2, keepdims=True)
    angle = random.uniform(0.0, MAX_ROTATION, size=(n, 1, 1))
    along = np.sum(direction * vectors, axis=2, keepdims=True)
    return (
        vectors * np.cos(angle)
        + np.cross(direction, vectors) * np.sin(angle)
        + direction * along * (1.0 - np.cos(angle))
    )
