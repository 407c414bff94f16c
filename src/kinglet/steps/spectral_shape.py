"""Shape of a spectrum."""

from __future__ import annotations

import numpy as np
from scipy.stats import entropy

from kinglet.record import Config, Cost, Fitted, Shape, Step

_FEATURES = (
    "spectral centroid",
    "spectral spread",
    "spectral rolloff",
    "peak frequency",
    "peak share",
    "spectral entropy",
    "spectral flatness",
)
_LOGS = np.array([False] * 5 + [True] * 2)


class SpectralShape(Step):
    """Where a spectrum lies, how wide, how peaked; none depends on the size of the signal."""

    name = "spectral_shape"
    title = "spectral shape"
    doc = (
        "After a power spectrum P over frequencies f = 1/K..1 (1 is half the rate), per axis: "
        "centroid sum(P f) / sum(P); spread, the standard deviation about it; "
        "rolloff, the frequency below which 85 % of the power lies; frequency and share of the "
        "largest bin with its two neighbours; entropy of P / sum(P), divided by log K; flatness "
        "mean(log P) - log(mean(P)), P no less than 1e-12 of its largest. All 0 for silence. Of no "
        "use where classes differ in level alone."
    )
    source = (
        "Peeters (2004), A large set of audio features for sound description in the CUIDADO "
        "project; entropy: Misra et al. (2004), Spectral entropy based feature for "
        "robust ASR; flatness: Gray and Markel (1974), A spectral-flatness measure"
    )
    kind = "features"
    takes = "spectrum"
    tolerance = (1e-5, 2e-5)

    def accepts(self, config: Config, shape: Shape) -> bool:
        return shape.length >= 4

    def output(self, config: Config, shape: Shape) -> Shape:
        return Shape(len(_FEATURES) * shape.axes, 1)

    def labels(self, config: Config, shape: Shape) -> list[str]:
        return [f"{name} of axis {axis}" for axis in range(shape.axes) for name in _FEATURES]

    def scratch(self, config: Config, shape: Shape) -> int:
        return shape.length

    def cost(self, config: Config, shape: Shape) -> Cost:
        group = np.concatenate([2 * axis + _LOGS for axis in range(shape.axes)])
        shared = np.tile([75.0 * shape.length + 200, 130.0 * shape.length + 300], shape.axes)
        return Cost(np.full(len(group), 10.0), group, shared)

    @staticmethod
    def _shares(values: np.ndarray) -> np.ndarray:
        """Share of each bin in the sum, shape (n, bins, axes); 0 for silence."""
        power = np.maximum(values.astype(np.float64), 0)
        total = power.sum(axis=1, keepdims=True)
        return np.divide(power, total, out=np.zeros_like(power), where=total > 0)

    def oracle(
        self, config: Config, shape: Shape, fitted: Fitted, values: np.ndarray
    ) -> np.ndarray:
        share = self._shares(values)
        frequency = (np.arange(shape.length) + 1)[:, None] / shape.length
        centroid = (share * frequency).sum(axis=1)
        away = frequency - centroid[:, None]
        spread = np.sqrt((share * away**2).sum(axis=1))

        cumulated = share.cumsum(axis=1)
        place = (cumulated >= 0.85).argmax(axis=1)[:, None]
        at, cumulated_at = (np.take_along_axis(a, place, axis=1) for a in (share, cumulated))
        rolloff = (place + 1 - (cumulated_at - 0.85) / np.where(at > 0, at, 1)) / shape.length

        peak = share.argmax(axis=1)[:, None]
        around = np.concatenate([peak - 1, peak, peak + 1], axis=1)
        inside = (around >= 0) & (around < shape.length)
        near = inside * np.take_along_axis(share, around.clip(0, shape.length - 1), axis=1)
        top = near.sum(axis=1)
        peak_frequency = ((around + 1) * near).sum(axis=1) / np.where(top > 0, top, 1)

        floored = np.maximum(share, 1e-12 * share.max(axis=1, keepdims=True))
        with np.errstate(divide="ignore", invalid="ignore"):
            flatness = np.log(floored).mean(axis=1) - np.log(share.mean(axis=1))
        features = [
            centroid,
            spread,
            rolloff[:, 0],
            peak_frequency / shape.length,
            top,
            entropy(share, axis=1) / np.log(shape.length),
            flatness,
        ]
        silent = (share == 0).all(axis=1)
        result = np.where(silent, 0, np.stack(features))
        return result.transpose(1, 2, 0).reshape(len(values), -1)

    def near_tie(
        self, config: Config, shape: Shape, fitted: Fitted, values: np.ndarray
    ) -> np.ndarray:
        # The 85 % fall between bins of next to nothing: the rolloff may lie anywhere there.
        share = self._shares(values)
        place = (share.cumsum(axis=1) >= 0.85).argmax(axis=1)[:, None]
        flat = np.take_along_axis(share, place, axis=1)[:, 0] * shape.length < 0.02
        return (flat[:, :, None] & (np.arange(len(_FEATURES)) == 2)).reshape(len(values), -1)


RECORD = SpectralShape()
