"""An autoencoder with a random hidden layer that learns on the device."""

from __future__ import annotations

import numpy as np

from kinglet.models._device_scale import SCALE_COST, WARM_UP, ScaledLearner, scaled
from kinglet.models._draw import Draws
from kinglet.models._variance import log_share, squared_share
from kinglet.record import ENDLESS, Config, Field, Fitted, Parameter

_FIRST = 10.0
_PRIOR = 5.0
_LEAST = 1e-4


def hidden_units(config: Config, fitted: Fitted, z: np.ndarray) -> np.ndarray:
    """Hidden units of scaled vectors, shape (n, hidden)."""
    draws = Draws(int(fitted["seed"][0]))
    rows = [[draws.signed() for _ in range(z.shape[1] + 1)] for _ in range(config["hidden"])]
    drawn = np.array(rows)
    a = fitted["gain"][0] * z @ drawn[:, :-1].T + drawn[:, -1]
    return np.asarray(a / (1 + np.abs(a)))


class OsElm(ScaledLearner):
    """An autoencoder with a random hidden layer and a read-out by recursive least squares."""

    name = "os_elm"
    title = "autoencoder (OS-ELM)"
    doc = (
        "A few random hidden units, from which all features are predicted by recursive least "
        "squares. The score is the logarithm of the mean squared residual, each feature in units "
        "of its usual residual. Sees where the relation between features breaks. Needs more "
        "features than hidden units, and first ten signals that are not all alike."
    )
    source = (
        "Liang et al. (2006), A fast and accurate online sequential learning algorithm for "
        "feedforward networks; Tsukada et al. (2020), A neural network-based on-device learning "
        "anomaly detector for edge devices; Bierman (1977), Factorization methods for discrete "
        "sequential estimation, chapter 5"
    )
    tolerance = (1e-3, 1e-3)
    parameters = (Parameter("hidden", 8, "Number of hidden units.", choices=(8, 16)),)
    fields = (
        Field("inputs", "uint32_t", "number of features"),
        Field("hidden", "uint32_t", "number of hidden units"),
        Field("seed", "uint32_t", "number from which the hidden layer is drawn"),
        Field("gain", "float", "makes the activations of scaled features have unit variance"),
        Field("horizon", "float", "signals after which older ones fade"),
    )

    def accepts(self, config: Config, n_inputs: int) -> bool:
        return n_inputs > int(config["hidden"])

    def prepare(
        self, config: Config, n_inputs: int, horizon: float = ENDLESS, seed: int = 0
    ) -> dict[str, np.ndarray]:
        return super().prepare(config, n_inputs, horizon, seed) | {
            "seed": np.random.default_rng(seed).integers(1 << 24, size=1, dtype=np.uint32),
            "gain": np.array([(3.0 / n_inputs) ** 0.5], dtype=np.float32),
        }

    def own(self, config: Config, n_inputs: int) -> int:
        hidden = int(config["hidden"])
        return 1 + (1 + hidden) * n_inputs + hidden * (hidden + 1) // 2

    def working(self, config: Config, n_inputs: int) -> int:
        return 2 * int(config["hidden"])

    def score_cost(self, config: Config, n_inputs: int) -> float:
        each = SCALE_COST + 36.0 + 34.0 * config["hidden"]
        return 223.0 + n_inputs * each + 55.0 * config["hidden"]

    def learn_cost(self, config: Config, n_inputs: int) -> float:
        hidden = config["hidden"]
        each = SCALE_COST + 16.0 + 49.0 * hidden
        return n_inputs * each + hidden * (186.0 + 14.8 * hidden)

    def oracle(
        self, config: Config, fitted: Fitted, learned: np.ndarray, x: np.ndarray
    ) -> np.ndarray:
        if len(learned) < WARM_UP:
            return np.zeros(len(x))
        hidden, horizon = config["hidden"], float(fitted["horizon"][0])
        known = np.eye(hidden) / _FIRST  # the inverse of P
        weights, residual = np.zeros((hidden, x.shape[1])), np.ones(x.shape[1])
        z = scaled(learned, learned)
        for i, (line, units) in enumerate(zip(z, hidden_units(config, fitted, z), strict=True)):
            count = min(i + 1.0, horizon)
            if count >= horizon:
                turn = (i + 1 - int(horizon)) % hidden
                known *= 1 - 1 / horizon
                known[turn, turn] += hidden / horizon / _FIRST
            known += np.outer(units, units)
            error = line - units @ weights
            weights += np.outer(np.linalg.solve(known, units), error)
            residual += (error**2 - residual) / (count + _PRIOR)
        z = scaled(learned, x)
        error = z - hidden_units(config, fitted, z) @ weights
        shares = squared_share(error, np.maximum(residual, _LEAST))
        return log_share(shares.mean(axis=1))


RECORD = OsElm()
