"""The boundary of a 1-class library: how tight it is, and its picture in two dimensions.

The plane of the picture is that of the two directions in which the scaled features of the normal
signals spread most (principal components). Signals are shown where they fall on it, with their
score; the grid tells the score that the library would give on the plane itself, through the mean of
the others.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from kinglet.host import predict, run_chain
from kinglet.pipeline import FittedPipeline
from kinglet.record import models
from kinglet.search.fit import scaled
from kinglet.signals import NORMAL, Labelled

_CELLS = 48
_AROUND = 0.25  # of the extent of the signals, on each side
_FAR = 99  # percent of the signals are within the picture
_UNIFORM = 1000
_STRETCH = np.geomspace(1, 64, 37)
_DRAWN_AWAY = 500  # normal signals at most, evenly spaced: memory grows with them


@dataclass(frozen=True)
class _Space:
    """Scaled features of all signals, and the score of any place among them."""

    fitted: FittedPipeline
    places: np.ndarray
    normal: np.ndarray

    def score(self, places: np.ndarray) -> np.ndarray:
        """What the library says there, float64 (n,)."""
        model, output = self.fitted.pipeline.model, self.fitted.output
        assert output is not None
        x = places.astype(np.float32)
        raw = predict(models()[model.name], model.settings, self.fitted.model_fit, x, 1)
        return output.apply(raw)[:, 0].astype(np.float64)


def describe_boundary(fitted: FittedPipeline, data: Labelled, seed: int) -> dict[str, Any]:
    """Tell how tight a library is, and the data of its picture.

    Parameters
    ----------
    fitted : FittedPipeline
        Of one output, above 1 for an outlier.
    data : Labelled
        Normal signals, and imitations of outliers.
    seed : int
        Of the uniform samples.

    Returns
    -------
    dict
        ``tightness``: ``uniform_accepted``, the share of uniform samples in the box of the normal
        signals' features that is accepted, an estimate of the volume of the accepted region;
        ``area``, that of the picture; ``radius``, how many times as far from the centre (their
        median) as it is a normal signal must lie to be an outlier, the median over them, 64 at
        most. ``projection``: ``explained``, the share of the normal signals' variance along each
        of the two directions; ``points``, x, y, score and true class of each signal; ``x`` and
        ``y``, places of the grid, and ``score`` (rows are y), 1 on the boundary.
    """
    pool = [
        run_chain(chain, data.signals.values, fitted.chain_fits)
        for chain in fitted.pipeline.chains()
    ]
    places = scaled(fitted, np.concatenate(pool, axis=1)).astype(np.float64)
    space = _Space(fitted, places, places[data.label == NORMAL])
    picture = _projection(space, data)
    tightness = {
        "uniform_accepted": _uniform_accepted(space, seed),
        "area": float((np.array(picture["score"]) <= 1).mean()),
        "radius": _radius(space),
    }
    return {"tightness": tightness, "projection": picture}


def _uniform_accepted(space: _Space, seed: int) -> float:
    """Share of uniform samples between the least and the largest of each feature."""
    low, high = space.normal.min(axis=0), space.normal.max(axis=0)
    samples = np.random.default_rng(seed).uniform(low, high, size=(_UNIFORM, len(low)))
    return float((space.score(samples) <= 1).mean())


def _radius(space: _Space) -> float:
    """How far normal signals may be drawn away from their centre before they are outliers."""
    centre = np.median(space.normal, axis=0)
    some = space.normal[:: -(-len(space.normal) // _DRAWN_AWAY)]
    away = centre + _STRETCH[:, None, None] * (some - centre)
    found = space.score(away.reshape(-1, away.shape[-1])).reshape(away.shape[:2]) > 1
    first = np.where(found.any(axis=0), found.argmax(axis=0), len(_STRETCH) - 1)
    return float(np.median(_STRETCH[first]))


def _projection(space: _Space, data: Labelled) -> dict[str, Any]:
    centre = space.normal.mean(axis=0)
    _, size, directions = np.linalg.svd(space.normal - centre, full_matrices=False)
    plane = np.zeros((2, len(centre)))
    plane[: min(2, len(directions))] = directions[:2]
    flat = (space.places - centre) @ plane.T
    x, y = (_grid(column) for column in flat.T)
    grid = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2) @ plane + centre
    variance = size**2 / max(float((size**2).sum()), 1e-30)
    score = space.score(space.places)
    return {
        "explained": [float(share) for share in np.pad(variance, (0, 2))[:2]],
        "points": [
            {"x": float(px), "y": float(py), "score": float(s), "class": data.classes[label]}
            for (px, py), s, label in zip(flat, score, data.label, strict=True)
        ],
        "x": x.tolist(),
        "y": y.tolist(),
        "score": space.score(grid).reshape(len(y), len(x)).tolist(),
    }


def _grid(values: np.ndarray) -> np.ndarray:
    """Places over the extent of most signals and some of what is around it."""
    low, high = np.percentile(values, (100 - _FAR, _FAR))
    beyond = _AROUND * max(high - low, 1e-6)
    return np.linspace(low - beyond, high + beyond, _CELLS)
