"""Linear discriminant analysis."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.special import softmax
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

from kinglet.record import CLASSIFICATION, Config, Field, Fitted, Model


class Lda(Model):
    """Linear discriminant analysis with the covariance shrunk after Ledoit and Wolf."""

    name = "lda"
    title = "linear discriminant analysis"
    doc = (
        "p = softmax(W x + b) with W and b from class means and one shrunk covariance. The best "
        "small model over 48-96 selected features, and the cheapest. Not for classes that only "
        "differ in spread."
    )
    source = "Ledoit and Wolf (2004), A well-conditioned estimator for large covariance matrices"
    tasks = (CLASSIFICATION,)
    fields = (
        Field("inputs", "uint16_t", "features"),
        Field("outputs", "uint16_t", "classes"),
        Field("weights", "float", "W, one row of inputs a class", array=True),
        Field("bias", "float", "b, one value a class", array=True),
    )

    def fit(
        self, config: Config, x: np.ndarray, y: np.ndarray, n_outputs: int, seed: int
    ) -> dict[str, np.ndarray]:
        fitted = LinearDiscriminantAnalysis(solver="lsqr", shrinkage="auto").fit(x, y)
        weights, bias = fitted.coef_, fitted.intercept_
        if n_outputs == 2:  # scikit-learn keeps the difference of the two
            weights = np.vstack([-weights / 2, weights / 2])
            bias = np.concatenate([-bias / 2, bias / 2])
        return {"weights": weights.astype(np.float32), "bias": bias.astype(np.float32)}

    def block(self, config: Config, fitted: Fitted) -> dict[str, Any]:
        outputs, inputs = fitted["weights"].shape
        return {"inputs": inputs, "outputs": outputs, **fitted}

    def cost(self, config: Config, fitted: Fitted, n_inputs: int, n_outputs: int) -> float:
        return n_outputs * (6.0 * n_inputs + 100.0)

    def typical_bytes(self, config: Config, n_inputs: int, n_outputs: int) -> int:
        return 4 * n_outputs * (n_inputs + 1) + 12

    def oracle(self, config: Config, fitted: Fitted, x: np.ndarray) -> np.ndarray:
        return softmax(x @ fitted["weights"].T.astype(np.float64) + fitted["bias"], axis=1)


RECORD = Lda()
