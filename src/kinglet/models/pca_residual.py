"""What the principal components leave."""

from __future__ import annotations

from typing import Any

import numpy as np

from kinglet.models._distance import LEAST_VARIANCE, OutlierModel, log_distance, reach
from kinglet.record import Config, Field, Fitted, Parameter


class PcaResidual(OutlierModel):
    """Energy outside the leading principal components, and inside in units of their variances."""

    name = "pca_residual"
    title = "principal components"
    doc = (
        "score = log((sum_k t_k^2 / l_k + |r|^2 / s^2) / d): t_k along the leading components, of "
        "variance l_k, r what they leave, of variance s^2 a dimension (probabilistic principal "
        "components; method both), or |r|^2 / s^2 alone (residual). An ellipsoid that needs one "
        "byte for each component and feature. Each component is rounded to int8 before the next "
        "one is found in what it leaves."
    )
    source = (
        "Tipping and Bishop (1999), Probabilistic principal component analysis; Jackson and "
        "Mudholkar (1979), Control procedures for residuals associated with principal components"
    )
    parameters = (
        Parameter("method", "both", "What counts.", choices=("both", "residual")),
        Parameter("kept", 0.9, "Share of the variance in the components.", low=0.3, high=0.99),
        Parameter("components", 16, "Most components.", choices=(4, 8, 16, 32)),
    )
    fields = (
        Field("inputs", "uint16_t", "features"),
        Field("components", "uint16_t", "components"),
        Field("rest", "float", "one over the variance of a dimension that is left"),
        Field("mean", "float", "mean of each feature", array=True),
        Field("rows", "int8_t", "components over their scales, one row of inputs each", array=True),
        Field("scale", "float", "scale of each component", array=True),
        Field("along", "float", "one over the standard deviations, or 0", array=True),
    )

    def fit(
        self, config: Config, x: np.ndarray, y: np.ndarray, n_outputs: int, seed: int
    ) -> dict[str, np.ndarray]:
        x = x.astype(np.float64)
        mean = x.mean(axis=0)
        left = (x - mean).T @ (x - mean) / max(len(x) - 1, 1)
        total = np.trace(left)
        rows: list[np.ndarray] = []
        scale, variance = [], []
        most = min(config["components"], x.shape[1] - 1)
        while len(rows) < most and np.trace(left) > (1 - config["kept"]) * total:
            direction = np.linalg.eigh(left)[1][:, -1]
            row = np.rint(127 * direction / np.abs(direction).max())
            unit = row / np.linalg.norm(row)
            take = np.eye(len(left)) - np.outer(unit, unit)
            rows.append(row)
            scale.append(1 / np.linalg.norm(row))
            variance.append(unit @ left @ unit)
            left = take @ left @ take
        return {
            "mean": mean.astype(np.float32),
            "rows": np.array(rows, dtype=np.int8).reshape(-1, x.shape[1]),
            "scale": np.array(scale, dtype=np.float32),
            "variance": np.array(variance, dtype=np.float32),
            "left": np.array(np.trace(left) / (x.shape[1] - len(rows)), dtype=np.float32),
        }

    def block(self, config: Config, fitted: Fitted) -> dict[str, Any]:
        components, inputs = fitted["rows"].shape
        along, rest = _weights(config, fitted)
        none = np.zeros(1)  # C has no empty table
        return {
            "inputs": inputs,
            "components": components,
            "rest": rest,
            "mean": fitted["mean"],
            "rows": fitted["rows"] if components else none,
            "scale": fitted["scale"] if components else none,
            "along": along if components else none,
        }

    def scratch(self, config: Config, n_inputs: int, n_outputs: int) -> int:
        return n_inputs

    def cost(self, config: Config, fitted: Fitted, n_inputs: int, n_outputs: int) -> float:
        components = len(fitted["rows"]) if fitted else config["components"]
        return components * (26.0 * n_inputs + 60.0) + 28.0 * n_inputs + 120.0

    def typical_bytes(self, config: Config, n_inputs: int, n_outputs: int) -> int:
        return 24 + 4 * n_inputs + min(config["components"], n_inputs) * (n_inputs + 8)

    def oracle(self, config: Config, fitted: Fitted, x: np.ndarray) -> np.ndarray:
        along, rest = _weights(config, fitted)
        left = reach(x - fitted["mean"])
        energy = np.zeros(len(x))
        for row, scale, weight in zip(fitted["rows"], fitted["scale"], along, strict=True):
            unit = row * np.float64(scale)
            length = left @ unit
            left = left - np.outer(length, unit)
            energy += (length * weight) ** 2
        energy += rest * (left**2).sum(axis=1)
        return log_distance(energy / x.shape[1])[:, None]


def _weights(config: Config, fitted: Fitted) -> tuple[np.ndarray, float]:
    """One over the standard deviation of each component, and over the variance that is left."""
    least = LEAST_VARIANCE
    along = 1 / np.sqrt(np.maximum(fitted["variance"], least))
    return along * (config["method"] == "both"), 1 / max(float(fitted["left"]), least)


RECORD = PcaResidual()
