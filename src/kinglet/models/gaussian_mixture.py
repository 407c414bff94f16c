"""Mixture of Gaussian distributions."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.special import logsumexp
from sklearn.mixture import GaussianMixture as Mixture

from kinglet.models._distance import OutlierModel, reach
from kinglet.models._read_out import quiet
from kinglet.models._whiten import (
    no_whitening,
    whitened,
    whitening,
    whitening_bytes,
    whitening_cost,
)
from kinglet.record import Config, Field, Fitted, Parameter

_LINES = 5  # that a component has at least, on average


class GaussianMixture(OutlierModel):
    """A few Gaussian clouds with variances of their own, or with one covariance for all."""

    name = "gaussian_mixture"
    title = "Gaussian mixture"
    doc = (
        "score = -log sum_k p_k N(x; m_k, S_k), fitted by expectation-maximisation. S_k is "
        "diagonal, or one full covariance that all components share (tied; its root is int8). A "
        "share of the usual variance is added to every variance, so that few lines are enough. For "
        "machines with several regimes."
    )
    source = "Bishop (2006), Pattern Recognition and Machine Learning, 9.2"
    parameters = (
        Parameter("components", 3, "Most components.", choices=(1, 2, 3, 4, 6)),
        Parameter("covariance", "tied", "Form of the covariances.", choices=("diag", "tied")),
        Parameter("added", 0.3, "Added to every variance, of 1.", low=0.02, high=1.0, scale="log"),
    )
    fields = (
        Field("inputs", "uint16_t", "features"),
        Field("components", "uint16_t", "components"),
        Field("tied", "uint8_t", "1: one covariance, taken out by W; 0: variances"),
        Field("constants", "float", "log(p_k / (2 pi)^(d/2) / |S_k|^(1/2))", array=True),
        Field("means", "float", "m_k, one row of inputs each, W taken", array=True),
        Field("weights", "float", "one over the standard deviations, rows; tied: ones", array=True),
        Field("rows", "int8_t", "W row by row up to the diagonal, each over its scale", array=True),
        Field("scale", "float", "scale of each row", array=True),
    )

    def fit(
        self, config: Config, x: np.ndarray, y: np.ndarray, n_outputs: int, seed: int
    ) -> dict[str, np.ndarray]:
        mixture = Mixture(
            min(config["components"], max(1, len(x) // _LINES)),
            covariance_type=config["covariance"],
            reg_covar=config["added"],
            n_init=2,
            random_state=seed,
        )
        with quiet():
            mixture.fit(x.astype(np.float64))
        means, constants = mixture.means_, np.log(mixture.weights_)
        constants = constants - x.shape[1] / 2 * np.log(2 * np.pi)
        if config["covariance"] == "tied":
            root = whitening(mixture.covariances_)
            means = whitened(**root, x=means)
            constants = constants - np.linalg.slogdet(mixture.covariances_)[1] / 2
            weights = np.ones((1, x.shape[1]))
        else:
            root = no_whitening()
            weights = 1 / np.sqrt(mixture.covariances_)
            constants = constants + np.log(weights).sum(axis=1)
        return {
            "constants": constants.astype(np.float32),
            "means": means.astype(np.float32),
            "weights": weights.astype(np.float32),
            **root,
        }

    def block(self, config: Config, fitted: Fitted) -> dict[str, Any]:
        components, inputs = fitted["means"].shape
        tied = config["covariance"] == "tied"
        return {"inputs": inputs, "components": components, "tied": tied, **fitted}

    def scratch(self, config: Config, n_inputs: int, n_outputs: int) -> int:
        return n_inputs + config["components"]

    def cost(self, config: Config, fitted: Fitted, n_inputs: int, n_outputs: int) -> float:
        components = len(fitted["constants"]) if fitted else config["components"]
        tied = whitening_cost(n_inputs) if config["covariance"] == "tied" else 0.0
        return tied + 14.0 * n_inputs + components * (14.0 * n_inputs + 130.0) + 100.0

    def typical_bytes(self, config: Config, n_inputs: int, n_outputs: int) -> int:
        components = config["components"]
        if config["covariance"] == "tied":
            return 28 + 4 * (components + (components + 1) * n_inputs) + whitening_bytes(n_inputs)
        return 33 + 4 * components * (1 + 2 * n_inputs)

    def oracle(self, config: Config, fitted: Fitted, x: np.ndarray) -> np.ndarray:
        x = reach(x)
        if config["covariance"] == "tied":
            x = whitened(fitted["rows"], fitted["scale"], x)
        apart = (x[:, None] - fitted["means"]) * fitted["weights"]
        return -logsumexp(fitted["constants"] - (apart**2).sum(axis=2) / 2, axis=1)[:, None]


RECORD = GaussianMixture()
