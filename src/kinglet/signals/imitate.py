"""Imitated anomalies and outliers: what to test against where nobody has recorded any."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from kinglet.signals.pieces import pieces, spread_of
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
    changed = values.copy()
    if stream:
        _change_stream(changed[:, 0], rng)
        return changed
    for part in pieces(values):
        changed[part] = clip_to_limit(_signals(values[part].astype(np.float64), rng))
    return changed


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


def _change_stream(samples: npt.NDArray[np.float32], rng: np.random.Generator) -> None:
    """Change samples of shape (n, axes) in place."""
    mean, spread = samples.mean(axis=0, dtype=np.float64), spread_of(samples[:, None])
    start, kind = 0, -1
    while start < len(samples):
        lasts = round(float(np.exp(rng.uniform(*np.log(_STRETCH)))))
        axis = int(rng.integers(samples.shape[1]))
        stretch = slice(start, start + lasts)
        part = samples[stretch, axis].astype(np.float64)
        start, kind = start + lasts, (kind + 1) % 5
        sign = rng.choice([-1.0, 1.0])
        if kind == 0:
            part += 3 * sign * spread[axis]
        elif kind == 1:
            part += 4 * sign * spread[axis] * np.linspace(0, 1, len(part))
        elif kind == 2:
            part[:] = part[0]
        elif kind == 3:
            part = mean[axis] + 2 * (part - mean[axis])
        else:
            part += spread[axis] * rng.standard_normal(len(part))
        samples[stretch, axis] = clip_to_limit(part)


def imitate_outliers(values: npt.NDArray[np.float32], *, seed: int = 0) -> npt.NDArray[np.float32]:
    """Make an outlier of each normal signal, of several kinds in turn.

    In more directions and farther away than the anomalies of `imitate`: measured, imitations that
    are hard to tell from normal signals rank libraries less as real outliers do. How strong each
    is is drawn log-uniform: the swing about the mean 1.4 to 2 times larger or smaller, white noise
    of 0.35 to 0.7 standard deviations, the phases of the spectrum turned by up to 90 to 180 degrees
    either way, a spectrum with smooth gains whose logarithm deviates by 0.5 to 1, samples clipped
    at 0.5 to 1 standard deviations, a course 1.2 to 1.5 times as fast or as slow, a moving average
    over an eighth to a sixteenth of the length, the course backwards and upside down, or a level
    0.7 to 1.5 usual deviations off. Of several axes also: the swing of each 1.6 to 2.5 times larger
    or smaller, two axes that change places, or a rotation by 25 to 50 degrees in the plane of two.
    Where a kind leaves a signal as it is (a constant one, say), the level is moved.

    Parameters
    ----------
    values : ndarray of float32, shape (n_signals, length, axes)
        Left as it is.
    seed : int
        Same seed, same outliers.

    Returns
    -------
    ndarray of float32, shape (n_signals, length, axes)
        Finite and below 1e12 in magnitude.
    """
    rng = np.random.default_rng(seed)
    usual = _usual_deviation(values)
    changed = np.empty_like(values)
    for part in pieces(values):
        exact = values[part].astype(np.float64)
        changed[part] = clip_to_limit(_outliers(exact, usual, rng))
    return changed


def _usual_deviation(values: npt.NDArray[np.float32]) -> Floats:
    """Standard deviation of each axis, that within and that between signals, shape (axes,)."""
    means, variances = [], []
    for part in pieces(values):
        exact = values[part].astype(np.float64)
        means.append(exact.mean(axis=1))
        variances.append(exact.var(axis=1))
    usual = np.sqrt(np.concatenate(variances).mean(axis=0) + np.concatenate(means).var(axis=0))
    largest = np.maximum(values.max(axis=(0, 1)), -values.min(axis=(0, 1))).astype(np.float64)
    return np.maximum(usual, 1e-6 * (1e-6 + largest))


def _outliers(exact: Floats, usual: Floats, rng: np.random.Generator) -> Floats:
    kinds = [*_OUTLIERS, *(_OUTLIERS_OF_AXES if exact.shape[2] > 1 else ())]
    turn = rng.permutation(len(exact)) % (len(kinds) + 1)
    moved = exact + usual * _strength(exact, rng, 0.7, 1.5) * _signs(exact, rng)
    changed = moved.copy()
    for number, kind in enumerate(kinds):
        mine = turn == number
        if mine.any():
            changed[mine] = kind(exact[mine], rng)
    same = (np.abs(changed - exact) < 1e-3 * usual).all(axis=(1, 2))
    changed[same] = moved[same]
    return changed


def _strength(
    x: Floats, rng: np.random.Generator, weak: float, strong: float, axes: int = 1
) -> Floats:
    """Numbers of each signal, log-uniform, of shape (n, 1, axes)."""
    return np.exp(rng.uniform(np.log(weak), np.log(strong), size=(len(x), 1, axes)))


def _signs(x: Floats, rng: np.random.Generator) -> Floats:
    """-1 or 1 for each axis of each signal, shape (n, 1, axes)."""
    return rng.choice([-1.0, 1.0], size=(len(x), 1, x.shape[2]))


def _parts(x: Floats) -> tuple[Floats, Floats, Floats]:
    """Mean, swing about it and standard deviation of each axis of each signal."""
    mean = x.mean(axis=1, keepdims=True)
    return mean, x - mean, x.std(axis=1, keepdims=True)


def _gain(x: Floats, rng: np.random.Generator) -> Floats:
    mean, swing, _ = _parts(x)
    return mean + swing * _strength(x, rng, 1.4, 2.0) ** _signs(x, rng)[..., :1]


def _noise(x: Floats, rng: np.random.Generator) -> Floats:
    spread = _parts(x)[2]
    return x + _strength(x, rng, 0.35, 0.7) * spread * rng.standard_normal(x.shape)


def _phases(x: Floats, rng: np.random.Generator) -> Floats:
    """Other phases, the same spectrum."""
    spectrum = np.fft.rfft(x, axis=1)
    reach = _strength(x, rng, np.pi / 2, np.pi)
    angle = reach * rng.uniform(-1, 1, size=(*spectrum.shape[:2], 1))
    angle[:, 0] = 0
    return np.fft.irfft(spectrum * np.exp(1j * angle), n=x.shape[1], axis=1)


def _colours(x: Floats, rng: np.random.Generator) -> Floats:
    """Gains over the frequency: straight lines between a few random ones."""
    mean, swing, _ = _parts(x)
    spectrum = np.fft.rfft(swing, axis=1)
    knots, bins = 6, np.linspace(0, 1, spectrum.shape[1])
    size = _strength(x, rng, 0.5, 1.0)[:, 0] * rng.standard_normal((len(x), knots))
    gains = np.exp([np.interp(bins, np.linspace(0, 1, knots), row) for row in size])
    return mean + np.fft.irfft(spectrum * gains[:, :, None], n=x.shape[1], axis=1)


def _clipped(x: Floats, rng: np.random.Generator) -> Floats:
    mean, swing, spread = _parts(x)
    bound = _strength(x, rng, 0.5, 1.0) * spread
    return mean + np.clip(swing, -bound, bound)


def _faster(x: Floats, rng: np.random.Generator) -> Floats:
    """Another time scale about the middle; beyond its ends a signal is mirrored."""
    n, length, _ = x.shape
    factor = _strength(x, rng, 1.2, 1.5) ** _signs(x, rng)[..., :1]
    middle = (length - 1) / 2
    at = np.abs((np.arange(length) - middle) * factor[:, :, 0] + middle) % (2 * length - 2)
    at = np.minimum(at, 2 * length - 2 - at)
    before = np.minimum(at.astype(np.int64), length - 2)
    after = (at - before)[:, :, None]
    line = np.arange(n)[:, None]
    return (1 - after) * x[line, before] + after * x[line, before + 1]


def _smooth(x: Floats, rng: np.random.Generator) -> Floats:
    mean, swing, _ = _parts(x)
    width = max(2, x.shape[1] // int(rng.choice([8, 16])))
    kernel = np.ones(width) / width
    return mean + np.apply_along_axis(np.convolve, 1, swing, kernel, mode="same")


def _turned(x: Floats, rng: np.random.Generator) -> Floats:
    """Backwards and upside down."""
    return 2 * x.mean(axis=1, keepdims=True) - x[:, ::-1]


def _gain_of_axes(x: Floats, rng: np.random.Generator) -> Floats:
    mean, swing, _ = _parts(x)
    return mean + swing * _strength(x, rng, 1.6, 2.5, x.shape[2]) ** _signs(x, rng)


def _pairs(x: Floats, rng: np.random.Generator) -> tuple[Floats, Floats, npt.NDArray[np.int64]]:
    """Two axes of each signal, each (n, length), and which they are, (n, 2)."""
    pair = rng.permuted(np.tile(np.arange(x.shape[2]), (len(x), 1)), axis=1)[:, :2]
    both = np.take_along_axis(x, pair[:, None], axis=2)
    return both[..., 0], both[..., 1], pair


def _swapped(x: Floats, rng: np.random.Generator) -> Floats:
    first, second, pair = _pairs(x, rng)
    return _with_pair(x, pair, second, first)


def _rotated(x: Floats, rng: np.random.Generator) -> Floats:
    first, second, pair = _pairs(x, rng)
    angle = np.deg2rad(_strength(x, rng, 25, 50) * _signs(x, rng)[..., :1])[:, :, 0]
    cos, sin = np.cos(angle), np.sin(angle)
    return _with_pair(x, pair, cos * first - sin * second, sin * first + cos * second)


def _with_pair(x: Floats, pair: npt.NDArray[np.int64], first: Floats, second: Floats) -> Floats:
    """The signals with other values of two axes."""
    changed = x.copy()
    np.put_along_axis(changed, pair[:, None], np.stack([first, second], axis=2), axis=2)
    return changed


_OUTLIERS = (_gain, _noise, _phases, _colours, _clipped, _faster, _smooth, _turned)
_OUTLIERS_OF_AXES = (_gain_of_axes, _swapped, _rotated)
