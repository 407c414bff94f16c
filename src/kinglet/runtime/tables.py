"""Tables that the C of `runtime` reads: computed in float64, rounded once."""

from __future__ import annotations

import math

import numpy as np

# w = constant - cosine * cos + square * cos^2: Blackman's a0 - a1 cos(t) + a2 cos(2t) with
# cos(2t) = 2 cos(t)^2 - 1. Coefficients: Harris (1978), On the use of windows for harmonic
# analysis with the discrete Fourier transform, section V.
_WINDOWS = {
    "hann": (0.5, 0.5, 0.0),
    "hamming": (0.54, 0.46, 0.0),
    "blackman": (0.42, 0.5, 0.08),
}


def is_power_of_two(n: int) -> bool:
    """Tell whether n is 1, 2, 4, 8, ..."""
    return n > 0 and n & (n - 1) == 0


def quarter_wave(n: int) -> np.ndarray:
    """A quarter of a sine wave: what a transform of n values reads.

    Parameters
    ----------
    n : int
        Length of the whole wave.

    Returns
    -------
    ndarray of float32, shape (n // 4 + 1,)
        sin(2 pi i / n), i = 0..n/4.
    """
    return np.sin(2 * np.pi * np.arange(n // 4 + 1) / n).astype(np.float32)


def window_coefficients(name: str) -> np.ndarray:
    """Coefficients a, b, d of the window a - b c + d c^2, c = cos(2 pi i / n).

    They are scaled such that the mean square of the window is 1, so that the power of noise is
    the same after it.

    Parameters
    ----------
    name : {"hann", "hamming", "blackman"}

    Returns
    -------
    ndarray of float32, shape (3,)
    """
    a0, a1, a2 = _WINDOWS[name]
    scale = 1 / math.sqrt(a0**2 + (a1**2 + a2**2) / 2)
    return np.array([scale * (a0 - a2), scale * a1, scale * 2 * a2], dtype=np.float32)


def spectrum_operations(n: int) -> float:
    """Operations of a power spectrum of n values, as measured on a Cortex-M4F."""
    return 4.1 * n * math.log2(n) + 26.0 * n


def frame_length(length: int, frames: int) -> int:
    """Length of the frames that a signal is cut into: a power of two, about half overlapping.

    Parameters
    ----------
    length : int
        Samples of the signal.
    frames : int
        Number of frames, evenly spaced from its start to its end; 1 or at least 4.
    """
    longest = length if frames == 1 else 2 * length // frames
    return 1 << max(longest.bit_length() - 1, 0)


def strictly_increasing(edges: np.ndarray) -> np.ndarray:
    """Round edges between bins such that each band keeps at least one bin.

    Parameters
    ----------
    edges : ndarray of float64, shape (n_bands + 1,)
        Ascending; the last is a whole number, at least n_bands above the first.

    Returns
    -------
    ndarray of int64, shape (n_bands + 1,)
        The last is kept.
    """
    place = np.arange(len(edges))
    raised = np.maximum.accumulate(np.rint(edges).astype(np.int64) - place) + place
    return np.minimum(raised, int(edges[-1]) - place[::-1])


def window_operations(n: int) -> float:
    """Operations of a frame of n values centred and windowed, as measured on a Cortex-M4F."""
    return 20.0 * n
