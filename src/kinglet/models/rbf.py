"""Radial basis function network."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.special import softmax

from kinglet.models._bumps import BUMPS, bumps_block, bumps_oracle, quantise, squared_distances
from kinglet.models._k_means import k_means
from kinglet.models._memo import MEMO, digest
from kinglet.models._read_out import ridge_read_out
from kinglet.record import CLASSIFICATION, Config, Field, Fitted, Model, Parameter


class Rbf(Model):
    """Gaussian bumps around centres of each class, then softmax."""

    name = "rbf"
    title = "radial basis functions"
    doc = (
        "p = softmax(V phi + b), phi_k = exp(-gamma |x - c_k|^2): a support vector machine of "
        "fixed size. The centres come from k-means within each class and are int8 before V is "
        "fitted, so that nothing is lost. gamma = width / median |x - c_k|^2. Slower than a "
        "neural network of the same size."
    )
    source = "Broomhead and Lowe (1988), Multivariable functional interpolation, Complex Systems 2"
    tasks = (CLASSIFICATION,)
    parameters = (
        Parameter("centres", 96, "Centres, shared out among the classes.", choices=(48, 64, 96)),
        Parameter(
            "width",
            0.3,
            "gamma times the median squared distance.",
            low=0.1,
            high=3.0,
            scale="log",
            cheap=True,
        ),
        Parameter(
            "penalty",
            1e-5,
            "Weight of the squared weights against the mean squared error.",
            low=1e-6,
            high=1e-2,
            scale="log",
            cheap=True,
        ),
    )
    fields = (
        Field("inputs", "uint16_t", "features"),
        Field("centres", "uint16_t", "centres"),
        Field("outputs", "uint16_t", "classes"),
        *BUMPS,
        Field("weights", "float", "V, one row of centres a class", array=True),
        Field("bias", "float", "b, one value a class", array=True),
    )
    tolerance = (0.0, 2e-3)

    def fit(
        self, config: Config, x: np.ndarray, y: np.ndarray, n_outputs: int, seed: int
    ) -> dict[str, np.ndarray]:
        table, scale, squared, typical = MEMO.get(
            f"rbf {config['centres']} {seed} {digest(x, y)}",
            lambda: _around(x.astype(np.float64), y, config["centres"], seed),
        )
        gamma = np.float32(config["width"] / typical)
        near = np.exp(-gamma * squared)
        return {
            "scale": scale,
            "gamma": np.array(gamma),
            "table": table,
            **ridge_read_out(near, y, n_outputs, config["penalty"]),
        }

    def block(self, config: Config, fitted: Fitted) -> dict[str, Any]:
        centres, inputs = fitted["table"].shape
        return {
            "inputs": inputs,
            "centres": centres,
            "outputs": len(fitted["bias"]),
            **bumps_block(fitted),
            "weights": fitted["weights"],
            "bias": fitted["bias"],
        }

    def scratch(self, config: Config, n_inputs: int, n_outputs: int) -> int:
        return max(config["centres"], n_outputs)

    def cost(self, config: Config, fitted: Fitted, n_inputs: int, n_outputs: int) -> float:
        each = 11.0 * n_inputs + 100.0 + 7.0 * n_outputs
        return 7.0 * n_inputs + config["centres"] * each + 150.0 * n_outputs

    def typical_bytes(self, config: Config, n_inputs: int, n_outputs: int) -> int:
        centres = config["centres"]
        return 32 + centres * (n_inputs + 4) + 4 * n_outputs * (centres + 1)

    def oracle(self, config: Config, fitted: Fitted, x: np.ndarray) -> np.ndarray:
        near = bumps_oracle(fitted, x)
        return softmax(near @ fitted["weights"].T.astype(np.float64) + fitted["bias"], axis=1)


def _around(x: np.ndarray, y: np.ndarray, count: int, seed: int) -> tuple[np.ndarray, ...]:
    """Centres as int8, their scale, squared distances of the lines to them and the typical one."""
    table, scale = quantise(_centres(x, y, count, seed))
    squared = squared_distances(x, table, scale)
    return table, np.array(scale), squared, np.array(np.median(squared) or 1.0)


def _centres(x: np.ndarray, y: np.ndarray, count: int, seed: int) -> np.ndarray:
    """Centres of each class by k-means; a class with fewer lines than its share keeps them all."""
    classes = np.unique(y)
    found = []
    for index, name in enumerate(classes):
        share = max(1, count // len(classes) + (index < count % len(classes)))
        found.append(k_means(x[y == name], share, seed))
    return np.concatenate(found)


RECORD = Rbf()
