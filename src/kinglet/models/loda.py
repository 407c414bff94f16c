"""Histograms of random projections that learn on the device."""

from __future__ import annotations

import numpy as np

from kinglet.models._device_scale import SCALE_COST, WARM_UP, ScaledLearner, scaled
from kinglet.models._draw import Draws
from kinglet.record import ENDLESS, Config, Field, Fitted, Parameter

_EDGE = 6.0
_ENTROPY = 0.5 * np.log(2 * np.pi * np.e)


def directions(config: Config, fitted: Fitted) -> np.ndarray:
    """The directions that the device draws, of unit length, shape (n_inputs, n_projections)."""
    n_inputs, wanted = int(fitted["inputs"][0]), int(fitted["features"][0])
    draws = Draws(int(fitted["seed"][0]))
    found = np.zeros((n_inputs, config["projections"]))
    for direction in found.T:
        left = wanted
        for i in range(n_inputs):
            if (draws.next() >> 8) * (n_inputs - i) < left << 16:
                direction[i] = draws.signed()
                left -= 1
        direction /= np.linalg.norm(direction)
    return found


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
        Parameter("bins", 20, "Bins of each histogram.", choices=(12, 16, 20, 24)),
    )
    fields = (
        Field("inputs", "uint32_t", "number of features"),
        Field("projections", "uint32_t", "number of directions"),
        Field("bins", "uint32_t", "bins of each histogram"),
        Field("features", "uint32_t", "features in each direction"),
        Field("seed", "uint32_t", "number from which the directions are drawn"),
        Field("horizon", "float", "signals after which older ones fade"),
    )

    def prepare(
        self, config: Config, n_inputs: int, horizon: float = ENDLESS, seed: int = 0
    ) -> dict[str, np.ndarray]:
        prepared = super().prepare(config, n_inputs, horizon, seed)
        return prepared | {"features": np.array([round(n_inputs**0.5)], dtype=np.uint32)}

    def own(self, config: Config, n_inputs: int) -> int:
        return int(config["projections"]) * int(config["bins"])

    def score_cost(self, config: Config, n_inputs: int) -> float:
        each = 200.0 + 14.0 * n_inputs + 20.0 * n_inputs**0.5
        return SCALE_COST * n_inputs + config["projections"] * each

    def learn_cost(self, config: Config, n_inputs: int) -> float:
        each = 140.0 + 14.0 * n_inputs + 20.0 * n_inputs**0.5 + 8.0 * config["bins"]
        return SCALE_COST * n_inputs + config["projections"] * each

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
