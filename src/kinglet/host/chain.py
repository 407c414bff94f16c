"""Chains of steps over many signals, a piece at a time so that buffers stay in the cache."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

import numpy as np

from kinglet.host.call import run_step
from kinglet.pipeline.spec import Chain
from kinglet.record import Shape, steps

Fits = Mapping[Chain, Mapping[str, np.ndarray]]
_PIECE_FLOATS = 1 << 18


def _input_of_last(chain: Chain, values: np.ndarray, fits: Fits) -> tuple[np.ndarray, Shape]:
    """Run all but the last step; input and result lie axis after axis, which is quicker here."""
    shape = Shape(values.shape[1], values.shape[2])
    current = np.ascontiguousarray(values.transpose(0, 2, 1)).reshape(len(values), -1)
    for end in range(1, len(chain)):
        use, head = chain[end - 1], chain[:end]
        step = steps()[use.name]
        current = run_step(step, use.settings, shape, fits.get(head, {}), current, planar=True)
        shape = step.output(use.settings, shape)
    return current, shape


def _pieces(chain: Chain, values: np.ndarray, stream: np.ndarray | None) -> list[slice]:
    """Lines that are run together: whole streams where a step has memory, else what fits."""
    if any(steps()[use.name].memory == "history" for use in chain):
        streams = np.zeros(len(values)) if stream is None else stream
        edges = [0, *(np.flatnonzero(np.diff(streams)) + 1), len(values)]
    else:
        rows = max(1, _PIECE_FLOATS // max(1, values.shape[1] * values.shape[2]))
        edges = [*range(0, len(values), rows), len(values)]
    return [slice(start, stop) for start, stop in pairwise(edges)]


def run_chain(
    chain: Chain,
    values: np.ndarray,
    fits: Fits,
    stream: np.ndarray | None = None,
    *,
    wanted: np.ndarray | None = None,
) -> np.ndarray:
    """Features of a chain of steps that ends in a feature step.

    Parameters
    ----------
    values : ndarray of float32, shape (n, length, axes)
    fits : mapping from chain to arrays
        What `fit_chain` gave.
    stream : ndarray of int, shape (n,), optional
        Stream that each line belongs to, the lines of a stream being contiguous and in order: a
        step with memory forgets from one to the next. All lines are one stream by default.
    wanted : ndarray of int, optional
        Features to compute, ascending; all by default.

    Returns
    -------
    ndarray of float32, shape (n, n_features)
    """
    pieces = []
    use = chain[-1]
    step = steps()[use.name]
    for piece in _pieces(chain, values, stream):
        current, shape = _input_of_last(chain, values[piece], fits)
        fitted = fits.get(chain, {})
        pieces.append(
            run_step(step, use.settings, shape, fitted, current, planar=True, wanted=wanted)
        )
    return np.concatenate(pieces)


def fit_chain(chain: Chain, values: np.ndarray, seed: int) -> dict[Chain, Mapping[str, np.ndarray]]:
    """Fit the steps of a chain that learn from unlabelled lines (kernel biases, say).

    Returns
    -------
    dict
        Fitted arrays by the chain that ends in the step; empty where nothing is learned.
    """
    fits: dict[Chain, Mapping[str, np.ndarray]] = {}
    for end in range(1, len(chain) + 1):
        head = chain[:end]
        step = steps()[head[-1].name]
        if step.fit_kind == "none":
            continue
        current, shape = _input_of_last(head, values, fits)
        signals = current.reshape(len(values), shape.axes, shape.length).transpose(0, 2, 1)
        rng = np.random.default_rng(seed)
        fits[head] = step.fit(head[-1].settings, shape, signals, None, rng)
    return fits
