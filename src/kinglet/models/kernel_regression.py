"""Kernel regression with few centres."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.linalg import cho_factor, cho_solve, cholesky, solve_triangular
from scipy.optimize import minimize_scalar
from scipy.spatial.distance import cdist
from sklearn.svm import SVR

from kinglet.models._bumps import BUMPS, bumps_block, bumps_oracle, quantise, squared_distances
from kinglet.models._k_means import remembered_k_means
from kinglet.models._read_out import quiet
from kinglet.record import EXTRAPOLATION, Config, Field, Fitted, Model, Parameter

# Of a support vector machine: half the width of the tube, and steps after which it must end.
_TUBE = 0.05
_STEPS = 20_000
# Weight of the squared weights where a support vector machine is only imitated.
_IMITATION = 1e-7
# Of the kernel of the inducing points, against rounding.
_JITTER = 1e-4
# Lines by which width and noise are judged, at most.
_JUDGED = 500
# Variance of the noise over that of the process, from which the likelihood chooses.
_NOISES = 10.0 ** np.arange(-5, 1.01, 0.25)


class KernelRegression(Model):
    """A sum of Gaussian bumps around centres."""

    name = "kernel_regression"
    title = "kernel regression"
    doc = (
        "y = sum w_k exp(-gamma |x - c_k|^2) + b, gamma = width / median |x - c_k|^2, b the mean "
        "target. The centres come from k-means and are int8 before w is fitted, so that "
        "nothing is lost. Fitted as the mean of a Gaussian process with the centres as its "
        "inducing points (gaussian_process: width and noise by the marginal likelihood, nothing to "
        "set); by ridge regression; or as a support vector machine with a tube of 0.05 standard "
        "deviations, its support vectors gathered around the centres, which then imitate it by "
        "least squares (svr). Far from all training lines it says their mean: it never goes "
        "astray, and never goes on."
    )
    source = (
        "Titsias (2009), Variational learning of inducing variables in sparse Gaussian processes; "
        "Smola and Schölkopf (2004), A tutorial on support vector regression; Burges (1996), "
        "Simplified support vector decision rules"
    )
    tasks = (EXTRAPOLATION,)
    parameters = (
        Parameter(
            "method",
            "gaussian_process",
            "How it is fitted.",
            choices=("gaussian_process", "ridge", "svr"),
        ),
        Parameter("centres", 96, "Centres, at most.", choices=(32, 48, 64, 96, 128)),
        Parameter(
            "width",
            0.3,
            "gamma times the median squared distance.",
            low=0.1,
            high=3.0,
            scale="log",
            condition=("method", ("ridge", "svr")),
        ),
        Parameter(
            "penalty",
            1e-5,
            "Weight of the squared weights against the mean squared error.",
            low=1e-6,
            high=1e-3,
            scale="log",
            condition=("method", ("ridge",)),
        ),
        Parameter(
            "complexity",
            10.0,
            "Most that one line may weigh.",
            low=1.0,
            high=100.0,
            scale="log",
            condition=("method", ("svr",)),
        ),
    )
    fields = (
        Field("inputs", "uint16_t", "features"),
        Field("centres", "uint16_t", "centres"),
        *BUMPS,
        Field("weights", "float", "w", array=True),
        Field("bias", "float", "b"),
    )
    tolerance = (0.0, 2e-3)

    def fit(
        self, config: Config, x: np.ndarray, y: np.ndarray, n_outputs: int, seed: int
    ) -> dict[str, np.ndarray]:
        x, y = x.astype(np.float64), y.astype(np.float64)
        bias, centres = float(y.mean()), remembered_k_means(x, config["centres"], seed)
        target = y - bias
        if config["method"] != "gaussian_process":
            typical = float(np.median(squared_distances(x, centres, np.float32(1)))) or 1.0
            gamma = float(np.float32(config["width"] / typical))
        if config["method"] == "svr":
            machine = SVR(C=config["complexity"], gamma=gamma, epsilon=_TUBE, max_iter=_STEPS)
            with quiet():
                target = machine.fit(x, target).predict(x)
            if len(machine.support_) >= config["centres"]:
                centres = remembered_k_means(x[machine.support_], config["centres"], seed)
        table, scale = quantise(centres)
        centres = table * np.float64(scale)
        squared = squared_distances(x, table, scale)
        if config["method"] == "gaussian_process":
            gamma, weights = _gaussian_process(squared, centres, target)
        else:
            penalty = config["penalty"] if config["method"] == "ridge" else _IMITATION
            weights = _ridge(np.exp(-gamma * squared), target, penalty)
        return {
            "scale": np.array(scale),
            "gamma": np.array(gamma, dtype=np.float32),
            "table": table,
            "weights": weights.astype(np.float32),
            "bias": np.array(bias, dtype=np.float32),
        }

    def block(self, config: Config, fitted: Fitted) -> dict[str, Any]:
        centres, inputs = fitted["table"].shape
        return {
            "inputs": inputs,
            "centres": centres,
            **bumps_block(fitted),
            "weights": fitted["weights"],
            "bias": fitted["bias"],
        }

    def scratch(self, config: Config, n_inputs: int, n_outputs: int) -> int:
        return config["centres"]

    def cost(self, config: Config, fitted: Fitted, n_inputs: int, n_outputs: int) -> float:
        return 7.0 * n_inputs + config["centres"] * (11.0 * n_inputs + 107.0) + 50.0

    def typical_bytes(self, config: Config, n_inputs: int, n_outputs: int) -> int:
        return 28 + config["centres"] * (n_inputs + 8)

    def oracle(self, config: Config, fitted: Fitted, x: np.ndarray) -> np.ndarray:
        out: np.ndarray = bumps_oracle(fitted, x) @ fitted["weights"] + fitted["bias"]
        return out[:, None]


def _ridge(near: np.ndarray, target: np.ndarray, penalty: float) -> np.ndarray:
    """Weights with the smallest |target - near w|^2 + penalty n |w|^2."""
    inner = near.T @ near
    inner.flat[:: len(inner) + 1] += penalty * len(near)
    weights: np.ndarray = cho_solve(cho_factor(inner), near.T @ target)
    return weights


def _gaussian_process(
    squared: np.ndarray, centres: np.ndarray, target: np.ndarray
) -> tuple[float, np.ndarray]:
    """Gamma and weights of the mean of a Gaussian process with inducing points.

    The bound of Titsias on the logarithm of the marginal likelihood, which the variance of the
    process enters in closed form, is the highest over gamma and over the noise.

    Parameters
    ----------
    squared : ndarray, shape (n, n_centres)
        Squared distance of each line to each centre.
    centres : ndarray, shape (n_centres, n_inputs)
    target : ndarray, shape (n,)
        Of mean 0.
    """
    among = cdist(centres, centres, "sqeuclidean")
    typical = float(np.median(squared)) or 1.0
    n = min(len(target), _JUDGED)
    some = np.linspace(0, len(target) - 1, n).astype(int)
    judged, energy = target[some], float(target[some] @ target[some])
    if energy == 0:
        return 1 / typical, np.zeros(len(centres))

    def root(gamma: float, distance: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Factor L of the kernel of the centres, and A with A' A the kernel that they explain."""
        inner = np.exp(-gamma * among) + _JITTER * np.eye(len(centres))
        factor = cholesky(inner, lower=True)
        return factor, solve_triangular(factor, np.exp(-gamma * distance).T, lower=True)

    def evidence(gamma: float) -> tuple[float, float]:
        """Bound at the best noise, and that noise."""
        _, explained = root(gamma, squared[some])
        values, vectors = np.linalg.eigh(explained @ explained.T)
        values = np.maximum(values, 0)
        heights = (vectors.T @ (explained @ judged)) ** 2
        noise = _NOISES[:, None]
        # |target|^2 in the inverse of the covariance A' A + noise, by the matrix inversion lemma.
        misfit = (energy - (heights / (values + noise)).sum(axis=1)) / _NOISES
        volume = np.log1p(values / noise).sum(axis=1) + n * np.log(_NOISES)
        missing = np.maximum(n - values.sum(), 0) / _NOISES
        bound = -0.5 * (n * np.log(np.maximum(misfit, 1e-12 * energy)) + volume + missing)
        best = int(np.argmax(bound))
        return float(bound[best]), float(_NOISES[best])

    result = minimize_scalar(
        lambda power: -evidence(np.exp(power) / typical)[0],
        bounds=(np.log(0.01), np.log(5.0)),
        method="bounded",
        options={"xatol": 0.05},
    )
    gamma = float(np.float32(np.exp(result.x) / typical))
    factor, explained = root(gamma, squared)
    inner = explained @ explained.T + evidence(gamma)[1] * np.eye(len(centres))
    weights = cho_solve(cho_factor(inner), explained @ target)
    return gamma, solve_triangular(factor, weights, lower=True, trans="T")


RECORD = KernelRegression()
