"""One-class support vector machine."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.linalg import solve_triangular
from scipy.optimize import nnls
from scipy.spatial.distance import cdist, pdist
from scipy.special import logsumexp
from sklearn.svm import OneClassSVM

from kinglet.models._bumps import quantise
from kinglet.models._distance import OutlierModel, reach
from kinglet.models._k_means import k_means
from kinglet.record import Config, Field, Fitted, Parameter


class OneClassSvm(OutlierModel):
    """Gaussian bumps on support vectors, as many as there is room for."""

    name = "one_class_svm"
    title = "one-class support vectors"
    doc = (
        "score = log rho - log sum_k w_k exp(-gamma |x - c_k|^2): the boundary (score 0) of a "
        "one-class support vector machine, the logarithm of its sum so that far signals keep their "
        "order. Where there are more support vectors than room, their k-means centres take their "
        "place; the centres are int8 before the weights are fitted to the same function (least "
        "squares in its own space, none negative). The hypersphere in the space of a Gaussian "
        "kernel (SVDD) is the same model. gamma = width / median |x - y|^2."
    )
    source = (
        "Schoelkopf et al. (2001), Estimating the support of a high-dimensional distribution, "
        "Neural Computation 13; Burges (1996), Simplified support vector decision rules"
    )
    parameters = (
        Parameter("centres", 32, "Most centres.", choices=(16, 32, 64, 96)),
        Parameter(
            "width",
            6.0,
            "gamma times the median squared distance.",
            low=0.5,
            high=16.0,
            scale="log",
        ),
        Parameter(
            "nu", 0.1, "Share of the lines that may lie outside.", low=0.02, high=0.5, scale="log"
        ),
    )
    fields = (
        Field("inputs", "uint16_t", "features"),
        Field("centres", "uint16_t", "centres"),
        Field("unit", "float", "one over the scale of the table"),
        Field("gamma", "float", "one over the squared width of a bump, in units of the table"),
        Field("table", "int8_t", "centres over the scale, one row of inputs each", array=True),
        Field("weights", "float", "logarithm of the weight of each centre over rho", array=True),
    )

    def fit(
        self, config: Config, x: np.ndarray, y: np.ndarray, n_outputs: int, seed: int
    ) -> dict[str, np.ndarray]:
        x = x.astype(np.float64)
        apart = pdist(x, "sqeuclidean")
        usual = float(np.median(apart)) if apart.any() else 1.0
        gamma = np.float32(config["width"] / (usual or apart.mean()))
        machine = OneClassSVM(gamma=float(gamma), nu=config["nu"]).fit(x)
        vectors, share = machine.support_vectors_, machine.dual_coef_[0]
        table, scale = quantise(k_means(vectors, config["centres"], seed))
        table = np.unique(table, axis=0)
        weights = _same_function(table * np.float64(scale), vectors, share, gamma)
        kept = weights > 0
        return {
            "scale": np.array(scale),
            "gamma": np.array(gamma),
            "table": table[kept],
            "weights": np.log(weights[kept] / machine.offset_[0]).astype(np.float32),
        }

    def block(self, config: Config, fitted: Fitted) -> dict[str, Any]:
        centres, inputs = fitted["table"].shape
        scale = float(fitted["scale"])
        return {
            "inputs": inputs,
            "centres": centres,
            "unit": 1 / scale,
            "gamma": float(fitted["gamma"]) * scale**2,
            "table": fitted["table"],
            "weights": fitted["weights"],
        }

    def scratch(self, config: Config, n_inputs: int, n_outputs: int) -> int:
        return n_inputs + config["centres"]

    def cost(self, config: Config, fitted: Fitted, n_inputs: int, n_outputs: int) -> float:
        centres = len(fitted["weights"]) if fitted else config["centres"]
        return 14.0 * n_inputs + centres * (14.0 * n_inputs + 130.0) + 100.0

    def typical_bytes(self, config: Config, n_inputs: int, n_outputs: int) -> int:
        return 20 + config["centres"] * (n_inputs + 4)

    def oracle(self, config: Config, fitted: Fitted, x: np.ndarray) -> np.ndarray:
        scale = float(fitted["scale"])
        apart = cdist(reach(x / scale), fitted["table"].astype(np.float64), "sqeuclidean")
        near = fitted["weights"] - float(fitted["gamma"]) * scale**2 * apart
        return np.asarray(-logsumexp(near, axis=1))[:, None]


def _same_function(
    centres: np.ndarray, vectors: np.ndarray, share: np.ndarray, gamma: np.float32
) -> np.ndarray:
    """Weights of the centres, none negative, nearest to sum_i share_i k(., vector_i)."""
    near = np.exp(-gamma * cdist(centres, centres, "sqeuclidean"))
    root = np.linalg.cholesky(near + 1e-6 * np.eye(len(centres)))
    value = np.exp(-gamma * cdist(centres, vectors, "sqeuclidean")) @ share
    return np.asarray(nnls(root.T, solve_triangular(root, value, lower=True))[0])


RECORD = OneClassSvm()
