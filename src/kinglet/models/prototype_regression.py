"""Nearest prototypes for a continuous target."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.linalg import solve
from scipy.spatial.distance import cdist

from kinglet.models._bumps import quantise, squared_distances
from kinglet.models._k_means import remembered_k_means
from kinglet.record import EXTRAPOLATION, Config, Field, Fitted, Model, Parameter

# The floor under squared distances, in typical ones of a line to its nearest prototype.
_FLOOR = 0.1
# How many lines what a cluster says of its own value weighs; measured.
_PRIOR = 1.0


class PrototypeRegression(Model):
    """The mean of the nearest of a few typical lines."""

    name = "prototype_regression"
    title = "nearest prototypes"
    doc = (
        "y = sum v_k u_k / sum u_k over the nearest prototypes, u_k = 1 / (d_k^2 + floor): nearest "
        "neighbours among few. The prototypes come from k-means over features and target together "
        "and are int8 before their values are fitted: least squares, drawn to the mean target of "
        "the lines nearest to each. Steps from regime to regime where others bend; beyond the "
        "training lines it says what the last of them say. Weak where many features matter little."
    )
    source = (
        "Hastie, Tibshirani and Friedman (2009), The Elements of Statistical Learning, 13.2-13.3"
    )
    tasks = (EXTRAPOLATION,)
    parameters = (
        Parameter("prototypes", 96, "Prototypes, at most.", choices=(32, 64, 96, 128, 192)),
        Parameter(
            "nearest", 4, "Prototypes that are averaged.", choices=(1, 2, 3, 4, 6, 8), cheap=True
        ),
    )
    fields = (
        Field("inputs", "uint16_t", "features"),
        Field("prototypes", "uint16_t", "prototypes"),
        Field("nearest", "uint16_t", "of them that are averaged"),
        Field("floor", "float", "added to squared distances"),
        Field("slope", "float", "twice the scale of the table"),
        Field("table", "int8_t", "prototypes over the scale, one row of inputs each", array=True),
        Field("norms", "float", "squared length of each prototype", array=True),
        Field("values", "float", "value of each prototype", array=True),
    )
    tolerance = (0.0, 1e-4)

    def fit(
        self, config: Config, x: np.ndarray, y: np.ndarray, n_outputs: int, seed: int
    ) -> dict[str, np.ndarray]:
        x, y = x.astype(np.float64), y.astype(np.float64)
        # In the joint space the target is as wide as all the features together.
        joint = np.column_stack([x, np.sqrt(x.shape[1]) * y])
        centres = remembered_k_means(joint, config["prototypes"], seed)[:, :-1]
        table, scale = quantise(centres)
        table = np.unique(table, axis=0)
        squared = squared_distances(x, table, scale)
        floor = np.float32(_FLOOR * float(np.median(squared.min(axis=1))) or 1.0)
        share = _shares(squared, config["nearest"], float(floor))
        owner = squared.argmin(axis=1)
        count = np.bincount(owner, minlength=len(table))
        own = np.bincount(owner, y, minlength=len(table)) / np.maximum(count, 1)
        values = np.where(count > 0, own, y.mean())
        inner = share.T @ share + _PRIOR * np.eye(len(table))
        values += solve(inner, share.T @ (y - share @ values), assume_a="pos")
        return {
            "scale": np.array(scale),
            "floor": np.array(floor),
            "table": table,
            "values": values.astype(np.float32),
        }

    def block(self, config: Config, fitted: Fitted) -> dict[str, Any]:
        prototypes, inputs = fitted["table"].shape
        scale = float(fitted["scale"])
        return {
            "inputs": inputs,
            "prototypes": prototypes,
            "nearest": config["nearest"],
            "floor": fitted["floor"],
            "slope": 2 * scale,
            "table": fitted["table"],
            "norms": ((fitted["table"] * scale) ** 2).sum(axis=1),
            "values": fitted["values"],
        }

    def cost(self, config: Config, fitted: Fitted, n_inputs: int, n_outputs: int) -> float:
        return 7.0 * n_inputs + config["prototypes"] * (11.0 * n_inputs + 60.0) + 200.0

    def typical_bytes(self, config: Config, n_inputs: int, n_outputs: int) -> int:
        return 28 + config["prototypes"] * (n_inputs + 8)

    def oracle(self, config: Config, fitted: Fitted, x: np.ndarray) -> np.ndarray:
        prototypes = fitted["table"] * fitted["scale"].astype(np.float64)
        squared = cdist(x.astype(np.float64), prototypes, "sqeuclidean")
        share = _shares(squared, config["nearest"], float(fitted["floor"]))
        return (share @ fitted["values"])[:, None]


def _shares(squared: np.ndarray, nearest: int, floor: float) -> np.ndarray:
    """Share of each prototype in the mean, from squared distances; both (n, n_prototypes)."""
    order = np.argsort(squared, axis=1, kind="stable")[:, :nearest]
    weight = np.zeros_like(squared)
    near = np.take_along_axis(squared, order, axis=1)
    np.put_along_axis(weight, order, 1 / (near + floor), axis=1)
    weight /= weight.sum(axis=1, keepdims=True)
    return weight


RECORD = PrototypeRegression()
