"""Histograms of random projections that learn on the device."""

from __future__ import annotations

import numpy as np

from kinglet.models._device_scale import SCALE_COST, WARM_UP, ScaledLearner, scaled
from kinglet.record import ENDLESS, Config, Field, Fitted, Parameter

_EDGE = 8.0
_ENTROPY = 0.5 * np.log(2 * np.pi * np.e)


def directions(config: Config, fitted: Fitted) -> np.ndarray:
    """The directions as columns, of unit length but for rounding, (n_inputs, n_projections)."""
    n_inputs = int(fitted["inputs"][0])
    found = np.zeros((config["projections"], n_inputs))
    np.put_along_axis(found, fitted["chosen"].astype(int), fitted["weights"] / 127.0, axis=1)
    return found.T


def places(projected: np.ndarray, bins: int) -> np.ndarray:
    """Share of each value that each bin takes, by the quadratic B-spline.

    Parameters
    ----------
    projected : ndarray, shape (n, n_projections)

    Returns
    -------
    ndarray, shape (n, n_projections, bins)
    """
    at = (np.clip(projected, -_EDGE, _EDGE) + _EDGE) * (bins - 3) / (2 * _EDGE) + 1
    apart = np.abs(at[..., None] - np.arange(bins))
    outer = 0.5 * np.maximum(1.5 - apart, 0) ** 2
    return np.asarray(np.where(apart < 0.5, 0.75 - apart**2, outer))


class Loda(ScaledLearner):
    """Density along sparse random directions."""

    name = "loda"
    title = "histograms of random projections"
    doc = (
        "A histogram along each of a few random directions, in which about the square root of the "
        "number of features takes part. The score is the mean of -log density. Fast where there "
        "are many features, and each direction sees how a few of them go together. Scaled by the "
        "first ten signals, so not where these are all alike."
    )
    source = "Pevny (2016), LODA: Lightweight on-line detector of anomalies"
    tolerance = (1e-4, 1e-4)
    parameters = (
        Parameter("projections", 24, "Number of directions.", choices=(16, 24, 32)),
        Parameter("bins", 12, "Bins of each histogram.", choices=(12, 16, 20, 24)),
    )
    fields = (
        Field("inputs", "uint32_t", "number of features"),
        Field("projections", "uint32_t", "number of directions"),
        Field("bins", "uint32_t", "bins of each histogram"),
        Field("features", "uint32_t", "features in each direction"),
        Field("horizon", "float", "signals after which older ones fade"),
        Field("chosen", "uint8_t", "features of each direction", array=True),
        Field("weights", "int8_t", "their weights times 127", array=True),
    )

    def accepts(self, config: Config, n_inputs: int) -> bool:
        return n_inputs <= 256

    def prepare(
        self, config: Config, n_inputs: int, horizon: float = ENDLESS, seed: int = 0
    ) -> dict[str, np.ndarray]:
        rng, count = np.random.default_rng(seed), round(n_inputs**0.5)
        size = (config["projections"], n_inputs)
        chosen = np.sort(rng.random(size).argsort(axis=1)[:, :count], axis=1)
        weights = rng.normal(size=chosen.shape)
        weights /= np.linalg.norm(weights, axis=1, keepdims=True)
        return super().prepare(config, n_inputs, horizon, seed) | {
            "features": np.array([count], dtype=np.uint32),
            "chosen": chosen.astype(np.uint8),
            "weights": np.round(127 * weights).astype(np.int8),
        }

    def own(self, config: Config, n_inputs: int) -> int:
        return int(config["projections"]) * int(config["bins"])

    def score_cost(self, config: Config, n_inputs: int) -> float:
        each = 217.0 + 15.0 * round(n_inputs**0.5)
        return 225.0 + SCALE_COST * n_inputs + config["projections"] * each

    def learn_cost(self, config: Config, n_inputs: int) -> float:
        each = 143.0 + 15.0 * round(n_inputs**0.5) + 9.0 * config["bins"]
        return 168.0 + SCALE_COST * n_inputs + config["projections"] * each

    def oracle(
        self, config: Config, fitted: Fitted, learned: np.ndarray, x: np.ndarray
    ) -> np.ndarray:
        if len(learned) < WARM_UP:
            return np.zeros(len(x))
        bins, horizon, count = config["bins"], float(fitted["horizon"][0]), 0.0
        along = directions(config, fitted)
        histograms = np.zeros((along.shape[1], bins))
        for place in places(scaled(learned, learned) @ along, bins):
            count = min(count + 1, horizon)
            histograms += (place - histograms) / count
        density = (places(scaled(learned, x) @ along, bins) * histograms).sum(axis=2)
        density = (count * density + 1 / bins) / (count + 1)
        spacing = 2 * _EDGE / (bins - 3)
        return np.asarray(np.log(spacing) - _ENTROPY - np.log(density).mean(axis=1))


RECORD = Loda()
