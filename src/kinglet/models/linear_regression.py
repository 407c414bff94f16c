"""Linear regression."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.cross_decomposition import PLSRegression
from sklearn.linear_model import ElasticNet, Lasso
from sklearn.svm import LinearSVR

from kinglet.models._least_squares import PENALTIES, ridge
from kinglet.models._read_out import quiet
from kinglet.record import EXTRAPOLATION, Config, Field, Fitted, Model, Parameter

# Directions of which the features hold a smaller share than this are rounding.
_RESOLUTION = 1e-4


class LinearRegression(Model):
    """A weighted sum of the features, fitted in one of several ways."""

    name = "linear_regression"
    title = "linear regression"
    doc = (
        "y = w x + b: the smallest model and the quickest, and over well selected features seldom "
        "far from the best. Least squares with a penalty on the squared weights (ridge; ridge_auto "
        "chooses the penalty by leave-one-out in closed form), on their absolute values (lasso) or "
        "half on each (elastic_net), on a few directions that vary with the target (pls: partial "
        "least squares), or with a tube of width 0.05 standard deviations in which errors count "
        "nothing and outside which they count by their size (svr: wild lines bend it least). Goes "
        "on beyond the training lines as a line does."
    )
    source = (
        "Hastie, Tibshirani and Friedman (2009), The Elements of Statistical Learning, 3.4, 3.5, "
        "12.3.6; Allen (1974), The relationship between variable selection and data augmentation"
    )
    tasks = (EXTRAPOLATION,)
    parameters = (
        Parameter(
            "method",
            "elastic_net",
            "How it is fitted.",
            choices=("elastic_net", "lasso", "ridge", "ridge_auto", "pls", "svr"),
        ),
        Parameter(
            "penalty",
            1e-2,
            "Weight of the squared weights against the mean squared error (ridge), or twice that "
            "against the mean error beyond the tube (svr).",
            low=1e-4,
            high=0.3,
            scale="log",
            condition=("method", ("ridge", "svr")),
        ),
        Parameter(
            "sparsity",
            1e-2,
            "Weight of the penalty against half of the mean squared error.",
            low=1e-3,
            high=0.1,
            scale="log",
            condition=("method", ("lasso", "elastic_net")),
        ),
        Parameter(
            "components",
            8,
            "Directions, at most.",
            choices=(2, 4, 6, 8, 12, 16),
            condition=("method", ("pls",)),
        ),
    )
    fields = (
        Field("inputs", "uint16_t", "features"),
        Field("weights", "float", "w", array=True),
        Field("bias", "float", "b"),
    )
    tolerance = (1e-5, 1e-4)

    def fit(
        self, config: Config, x: np.ndarray, y: np.ndarray, n_outputs: int, seed: int
    ) -> dict[str, np.ndarray]:
        x, y = x.astype(np.float64), y.astype(np.float64)
        weights, bias = np.zeros(x.shape[1]), float(y.mean())
        if np.ptp(y) and np.ptp(x, axis=0).any():
            weights, bias = _fit(config, x, y, seed)
        return {"weights": weights.astype(np.float32), "bias": np.array(bias, dtype=np.float32)}

    def block(self, config: Config, fitted: Fitted) -> dict[str, Any]:
        return {"inputs": len(fitted["weights"]), **fitted}

    def cost(self, config: Config, fitted: Fitted, n_inputs: int, n_outputs: int) -> float:
        return 7.0 * n_inputs + 50.0

    def typical_bytes(self, config: Config, n_inputs: int, n_outputs: int) -> int:
        return 4 * n_inputs + 12

    def oracle(self, config: Config, fitted: Fitted, x: np.ndarray) -> np.ndarray:
        out: np.ndarray = x.astype(np.float64) @ fitted["weights"] + fitted["bias"]
        return out[:, None]


def _fit(config: Config, x: np.ndarray, y: np.ndarray, seed: int) -> tuple[np.ndarray, float]:
    """Weights and bias."""
    method = config["method"]
    if method in ("ridge", "ridge_auto"):
        return ridge(x, y, (config["penalty"],) if method == "ridge" else PENALTIES)
    centre = x.mean(axis=0)
    if method == "lasso":
        model = Lasso(config["sparsity"])
    elif method == "elastic_net":
        model = ElasticNet(config["sparsity"], l1_ratio=0.5)
    elif method == "pls":
        # Directions beyond the rank would be rounding, blown up.
        rank = np.linalg.matrix_rank(x - centre, rtol=_RESOLUTION)
        model = PLSRegression(max(1, min(config["components"], rank)), scale=False)
    else:
        complexity = 1 / (config["penalty"] * len(x))
        model = LinearSVR(epsilon=0.05, C=complexity, max_iter=5000, random_state=seed)
    with quiet():
        model.fit(x - centre, y)
    weights = np.ravel(model.coef_)
    return weights, float(np.ravel(model.intercept_)[0] - centre @ weights)


RECORD = LinearRegression()
