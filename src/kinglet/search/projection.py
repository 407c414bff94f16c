"""The boundary of a 1-class library in two dimensions: data for a report and for the studio.

The plane is that of the two directions in which the scaled features of the normal signals spread
most (principal components). Signals are shown where they fall on it, with their score; the grid
tells the score that the library would give on the plane itself, through the mean of the others.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from kinglet.host import predict, run_chain
from kinglet.pipeline import FittedPipeline
from kinglet.record import models
from kinglet.search.fit import outputs, scaled
from kinglet.signals import NORMAL, Labelled

_CELLS = 48
_AROUND = 0.25  # of the extent of the signals, on each side
_FAR = 99  # percent of the signals are within the picture


def projection(fitted: FittedPipeline, data: Labelled) -> dict[str, Any]:
    """Project signals and boundary.

    Parameters
    ----------
    fitted : FittedPipeline
        Of one output, above 1 for an outlier.
    data : Labelled
        Normal signals, and imitations of outliers.

    Returns
    -------
    dict
        ``explained``: share of the normal signals' variance along each of the two directions.
        ``points``: x, y, score and true class of each signal. ``x`` and ``y``: places of the grid,
        and ``score`` (rows are y), 1 on the boundary.
    """
    pool = [
        run_chain(chain, data.signals.values, fitted.chain_fits)
        for chain in fitted.pipeline.chains()
    ]
    features = np.concatenate(pool, axis=1)
    places = scaled(fitted, features).astype(np.float64)
    normal = places[data.label == NORMAL]
    centre = normal.mean(axis=0)
    _, size, directions = np.linalg.svd(normal - centre, full_matrices=False)
    plane = np.zeros((2, places.shape[1]))
    plane[: min(2, len(directions))] = directions[:2]
    flat = (places - centre) @ plane.T
    x, y = (_grid(column) for column in flat.T)
    grid = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2) @ plane + centre
    model, assigned = fitted.pipeline.model, fitted.output
    assert assigned is not None
    raw = predict(
        models()[model.name], model.settings, fitted.model_fit, grid.astype(np.float32), 1
    )
    variance = size**2 / max(float((size**2).sum()), 1e-30)
    score = outputs(fitted, features)[:, 0]
    return {
        "explained": [float(share) for share in np.pad(variance, (0, 2))[:2]],
        "points": [
            {"x": float(px), "y": float(py), "score": float(s), "class": data.classes[label]}
            for (px, py), s, label in zip(flat, score, data.label, strict=True)
        ],
        "x": x.tolist(),
        "y": y.tolist(),
        "score": assigned.apply(raw).reshape(len(y), len(x)).astype(np.float64).tolist(),
    }


def _grid(values: np.ndarray) -> np.ndarray:
    """Places over the extent of most signals and some of what is around it."""
    low, high = np.percentile(values, (100 - _FAR, _FAR))
    beyond = _AROUND * max(high - low, 1e-6)
    return np.linspace(low - beyond, high + beyond, _CELLS)
