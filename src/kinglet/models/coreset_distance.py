"""Distance from the nearest lines of a coreset."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.spatial.distance import cdist

from kinglet.models._bumps import quantise
from kinglet.models._distance import OutlierModel, log_distance, reach
from kinglet.models._k_means import k_means
from kinglet.models._whiten import (
    no_whitening,
    shrunk,
    whitened,
    whitening,
    whitening_bytes,
    whitening_cost,
)
from kinglet.record import Config, Field, Fitted, Parameter

_SHRINKAGE = 0.1  # least share of the identity in the covariance; little hangs on it
_REGIMES = 6  # at most, within which correlations are taken
_LINES = 5  # that a regime has at least, on average


class CoresetDistance(OutlierModel):
    """Nearest neighbours among a few points that stand for all lines."""

    name = "coreset_distance"
    title = "distance from a coreset"
    doc = (
        "score = log of the mean squared deviation (over the features) from the nearest points of "
        "a coreset, the mean over one to five of them. The coreset are k-means centres (centres), "
        "lines that are each the farthest from those before (cover), or lines drawn at random "
        "(drawn: where lines are dense, so are the points); int8. Whitened: with the correlations "
        "within a few clusters taken out before (a root of the shrunk covariance, int8 too). No "
        "assumption on the form of the normal; slower than one ellipsoid."
    )
    source = (
        "Ramaswamy, Rastogi and Shim (2000), Efficient algorithms for mining outliers, SIGMOD; "
        "Gonzalez (1985), Clustering to minimize the maximum intercluster distance"
    )
    parameters = (
        Parameter("points", 32, "Most points.", choices=(16, 32, 64)),
        Parameter("nearest", 2, "Nearest points that are averaged.", choices=(1, 2, 3, 5)),
        Parameter(
            "method",
            "centres",
            "How the points are chosen.",
            choices=("centres", "cover", "drawn"),
        ),
        Parameter("space", "whitened", "Where distances count.", choices=("plain", "whitened")),
    )
    fields = (
        Field("inputs", "uint16_t", "features"),
        Field("points", "uint16_t", "points"),
        Field("nearest", "uint16_t", "points that are averaged"),
        Field("whitened", "uint8_t", "1: W is taken first"),
        Field("unit", "float", "one over the scale of the table"),
        Field("share", "float", "squared scale over inputs and nearest"),
        Field("table", "int8_t", "points over the scale, one row of inputs each", array=True),
        Field("rows", "int8_t", "W row by row up to the diagonal, each over its scale", array=True),
        Field("scale", "float", "scale of each row", array=True),
    )

    def fit(
        self, config: Config, x: np.ndarray, y: np.ndarray, n_outputs: int, seed: int
    ) -> dict[str, np.ndarray]:
        x = x.astype(np.float64)
        root = no_whitening()
        if config["space"] == "whitened":
            root = whitening(shrunk(_within(x, seed), _SHRINKAGE)[1])
            x = whitened(**root, x=x)
        table, step = quantise(_points(x, config, seed))
        return {"table": table, "step": np.array(step), **root}

    def block(self, config: Config, fitted: Fitted) -> dict[str, Any]:
        points, inputs = fitted["table"].shape
        nearest, step = min(config["nearest"], points), float(fitted["step"])
        return {
            "inputs": inputs,
            "points": points,
            "nearest": nearest,
            "unit": 1 / step,
            "share": step**2 / (inputs * nearest),
            "table": fitted["table"],
            "whitened": config["space"] == "whitened",
            "rows": fitted["rows"],
            "scale": fitted["scale"],
        }

    def scratch(self, config: Config, n_inputs: int, n_outputs: int) -> int:
        return n_inputs + config["points"]

    def cost(self, config: Config, fitted: Fitted, n_inputs: int, n_outputs: int) -> float:
        points = len(fitted["table"]) if fitted else config["points"]
        root = whitening_cost(n_inputs) if config["space"] == "whitened" else 0.0
        return root + 28.0 * n_inputs + points * (14.0 * n_inputs + 90.0) + 100.0

    def typical_bytes(self, config: Config, n_inputs: int, n_outputs: int) -> int:
        root = whitening_bytes(n_inputs) if config["space"] == "whitened" else 5
        return 28 + config["points"] * n_inputs + root

    def oracle(self, config: Config, fitted: Fitted, x: np.ndarray) -> np.ndarray:
        x, step = reach(x), float(fitted["step"])
        if config["space"] == "whitened":
            x = whitened(fitted["rows"], fitted["scale"], x)
        apart = cdist(reach(x / step), fitted["table"].astype(np.float64), "sqeuclidean")
        nearest = np.sort(apart, axis=1)[:, : config["nearest"]].mean(axis=1, keepdims=True)
        return log_distance(nearest * step**2 / x.shape[1])


def _points(x: np.ndarray, config: Config, seed: int) -> np.ndarray:
    """The points of the coreset, shape (n_points, n_inputs); all lines where they are few."""
    count = config["points"]
    if len(x) <= count:
        return x
    if config["method"] == "centres":
        return k_means(x, count, seed)
    if config["method"] == "drawn":
        return x[np.random.default_rng(seed).permutation(len(x))[:count]]
    chosen = [int(np.argmin(((x - x.mean(axis=0)) ** 2).sum(axis=1)))]
    apart = ((x - x[chosen[0]]) ** 2).sum(axis=1)
    while len(chosen) < count:
        chosen.append(int(np.argmax(apart)))
        apart = np.minimum(apart, ((x - x[chosen[-1]]) ** 2).sum(axis=1))
    return x[chosen]


def _within(x: np.ndarray, seed: int) -> np.ndarray:
    """Deviations of the lines from the nearest of a few centres: regimes are no correlation."""
    centres = k_means(x, max(1, min(_REGIMES, len(x) // _LINES)), seed)
    return np.asarray(x - centres[cdist(x, centres).argmin(axis=1)])


RECORD = CoresetDistance()
