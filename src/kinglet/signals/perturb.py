"""Small changes that a sensor meets in the field: a stress test of held-out signals.

Candidates that score the same on held-out signals are told apart by their score on perturbed ones.
"""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from kinglet.errors import InputError
from kinglet.signals.pieces import pieces, spread_of
from kinglet.signals.signals import clip_to_limit

Floats = npt.NDArray[np.float64]
Perturbation = Literal["gain", "noise", "tilt"]

GAIN_RANGE = (0.8, 1.25)
NOISE_FRACTION = 0.1
OFFSET_FRACTION = 0.3
MAX_ROTATION = np.deg2rad(15.0)


def perturb(
    values: npt.NDArray[np.float32],
    kind: Perturbation,
    seed: int,
    over: npt.NDArray[np.int64] | None = None,
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
        the axis over the signals ``over``; where the axes come in threes (3, 6, 9), each signal is
        first rotated about a random direction by an angle uniform in 0-15 degrees, the same for
        each three.
    seed : int
        Same seed, same perturbation.
    over : ndarray of int, optional
        All signals by default.

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
    if kind == "gain":
        factor = random.uniform(*GAIN_RANGE, size=(n, 1, axes))
    elif kind == "tilt":
        reach = OFFSET_FRACTION * spread_of(values if over is None else values[over])
        rotation = _draw_rotation(n, random) if axes % 3 == 0 else None
        offset = random.uniform(-reach, reach, size=(n, 1, axes))
    result = np.empty_like(values)
    for part in pieces(values):
        exact = values[part].astype(np.float64)
        if kind == "gain":
            exact *= factor[part]
        elif kind == "noise":
            deviation = exact.std(axis=1, keepdims=True)
            exact += NOISE_FRACTION * deviation * random.standard_normal(exact.shape)
        else:
            if rotation is not None:
                direction, angle = (each[part] for each in rotation)
                vectors = exact.reshape(len(exact), -1, 3)
                exact = _rotate(vectors, direction, angle).reshape(exact.shape)
            exact += offset[part]
        result[part] = clip_to_limit(exact)
    return result


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
        result = np.empty_like(values)
        for part in pieces(values):
            result[part] = clip_to_limit(values[part].astype(np.float64) * 10)
        return result
    random = np.random.default_rng(seed)
    axis = 1 if values.shape[1] > 1 else 2
    return random.permuted(values, axis=axis)


def _draw_rotation(n: int, random: np.random.Generator) -> tuple[Floats, Floats]:
    """Unit vectors of the axes of rotation, shape (n, 1, 3), and angles in radians, (n, 1, 1)."""
    direction = random.standard_normal((n, 1, 3))
    direction /= np.linalg.norm(direction, axis=2, keepdims=True)
    return direction, random.uniform(0.0, MAX_ROTATION, size=(n, 1, 1))


def _rotate(vectors: Floats, direction: Floats, angle: Floats) -> Floats:
    """Rotate vectors of shape (n, m, 3), the m of each n alike, by Rodrigues' formula.

    v cos(a) + (k x v) sin(a) + k (k . v) (1 - cos(a)), k the unit vector of the axis of rotation.
    """
    along = np.sum(direction * vectors, axis=2, keepdims=True)
    turned: Floats = (
        vectors * np.cos(angle)
        + np.cross(direction, vectors) * np.sin(angle)
        + direction * along * (1.0 - np.cos(angle))
    )
    return turned
