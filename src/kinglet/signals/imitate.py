"""Imitated anomalies: what to test against where nobody has recorded a fault."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from kinglet.signals.signals import clip_to_limit

Floats = npt.NDArray[np.float64]
_ADDED = (2, 3, 4)  # kinds that add something to a signal
_STRETCH = (8, 256)  # samples of a stream that an anomaly lasts, drawn log-uniform


def imitate(
    values: npt.NDArray[np.float32], *, stream: bool = False, seed: int = 0
) -> npt.NDArray[np.float32]:
    """Make an anomaly of each nominal signal, of several kinds in turn.

    Signals: half or twice the swing about the mean, white noise of half the standard deviation, a
    tone of half the standard deviation, an impact that rings, a moving average over an eighth of
    the length, samples clipped at half a standard deviation; of constant signals only what is
    added. Streams (one sample a line): stretches of 8 to 256 samples in which one variable is
    shifted by three standard deviations, drifts away to four, stands still, swings twice as wide,
    or is noisy.

    Parameters
    ----------
    values : ndarray of float32, shape (n_signals, length, axes)
        Left as it is.
    stream : bool
        Whether each signal is one sample of a stream, in the order of time.
    seed : int
        Same seed, same anomalies.

    Returns
    -------
    ndarray of float32, shape (n_signals, length, axes)
        Finite and below 1e12 in magnitude.
    """
    rng = np.random.default_rng(seed)
    exact = values.astype(np.float64)
    changed = _stream(exact[:, 0], rng)[:, None] if stream else _signals(exact, rng)
    return clip_to_limit(changed)


def _signals(values: Floats, rng: np.random.Generator) -> Floats:
    n, length, axes = values.shape
    mean = values.mean(axis=1, keepdims=True)
    swing = values - mean
    spread = np.maximum(swing.std(axis=1, keepdims=True), 1e-6 * (1e-6 + np.abs(mean)))
    time = np.arange(length)[None, :, None]
    frequency = rng.uniform(0.05, 0.45, size=(n, 1, 1))
    phase = rng.uniform(0, 2 * np.pi, size=(n, 1, axes))
    start = rng.integers(0, max(1, length // 2), size=(n, 1, 1))
    after = np.maximum(time - start, 0)
    ring = np.exp(-after / max(1.0, length / 32)) * np.cos(np.pi * after / 2) * (time >= start)
    width = max(2, length // 8)
    kernel = np.ones(width) / width
    smooth = np.apply_along_axis(np.convolve, 1, swing, kernel, mode="same")
    kinds = [
        0.5 * swing,
        2.0 * swing,
        swing + 0.5 * spread * rng.standard_normal(values.shape),
        swing + np.sqrt(0.5) * spread * np.sin(2 * np.pi * frequency * time + phase),
        swing + 4.0 * spread * ring,
        smooth,
        np.clip(swing, -spread / 2, spread / 2),
    ]
    turn = rng.permutation(n) % len(kinds)
    constant = np.ptp(values, axis=1).max(axis=1) == 0
    turn[constant] = _ADDED[0] + turn[constant] % len(_ADDED)
    return mean + np.stack(kinds)[turn, np.arange(n)]


def _stream(values: Floats, rng: np.random.Generator) -> Floats:
    changed = values.copy()
    mean, spread = values.mean(axis=0), values.std(axis=0)
    start, kind = 0, -1
    while start < len(values):
        lasts = round(float(np.exp(rng.uniform(*np.log(_STRETCH)))))
        axis = int(rng.integers(values.shape[1]))
        part = changed[start : start + lasts, axis]
        start, kind = start + lasts, (kind + 1) % 5
        sign = rng.choice([-1.0, 1.0])
        if kind == 0:
            part += 3 * sign * spread[axis]
        elif kind == 1:
            part += 4 * sign * spread[axis] * np.linspace(0, 1, len(part))
        elif kind == 2:
            part[:] = part[0]
        elif kind == 3:
            part[:] = mean[axis] + 2 * (part - mean[axis])
        else:
            part += spread[axis] * rng.standard_normal(len(part))
    return changed
