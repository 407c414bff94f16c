"""What steps over frames of an axis have in common: where the frames lie, and their spectra."""

from __future__ import annotations

import numpy as np
from scipy.signal import periodogram

from kinglet.runtime.tables import frame_length


def frame_places(length: int, count: int) -> tuple[int, int]:
    """Samples of a frame, and from one of `count` frames to the next, of an axis of a length."""
    size = frame_length(length, count)
    return size, (length - size) // max(count - 1, 1)


def frame_powers(values: np.ndarray, count: int) -> np.ndarray:
    """Power spectra of centred frames through a Hann window.

    Parameters
    ----------
    values : ndarray, shape (n, length, axes)
    count : int
        Number of frames.

    Returns
    -------
    ndarray of float64, shape (n, count, axes, size // 2)
        Without the bin of frequency 0.
    """
    size, hop = frame_places(values.shape[1], count)
    frames = np.lib.stride_tricks.sliding_window_view(values.astype(np.float64), size, axis=1)
    frames = frames[:, :: max(hop, 1)][:, :count]
    _, power = periodogram(frames, size, window="hann", detrend="constant")
    return np.asarray(power[..., 1:])
