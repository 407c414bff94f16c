"""The affine map followed by softmax in which most models end, and its fit by ridge regression."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from scipy.linalg import cho_factor, cho_solve, cholesky, solve_triangular
from scipy.optimize import minimize_scalar
from scipy.special import softmax

from kinglet.record import CLASSIFICATION, Config, Field, Fitted, Model

# Bias of a class without a training line: its probability is 0 whatever the input.
_NEVER = -1e30


class LinearModel(Model):
    """p = softmax(W x + b): everything but the fit."""

    tasks = (CLASSIFICATION,)
    fields = (
        Field("inputs", "uint16_t", "features"),
        Field("outputs", "uint16_t", "classes"),
        Field("weights", "float", "W, one row of inputs a class", array=True),
        Field("bias", "float", "b, one value a class", array=True),
    )
    # Relative to the scores, which may be some 100, not to the probabilities.
    tolerance = (0.0, 1e-4)

    def block(self, config: Config, fitted: Fitted) -> dict[str, Any]:
        outputs, inputs = fitted["weights"].shape
        return {"inputs": inputs, "outputs": outputs, **fitted}

    def cost(self, config: Config, fitted: Fitted, n_inputs: int, n_outputs: int) -> float:
        return n_outputs * (7.0 * n_inputs + 150.0)

    def typical_bytes(self, config: Config, n_inputs: int, n_outputs: int) -> int:
        return 4 * n_outputs * (n_inputs + 1) + 12

    def oracle(self, config: Config, fitted: Fitted, x: np.ndarray) -> np.ndarray:
        scores = x.astype(np.float64) @ fitted["weights"].T.astype(np.float64) + fitted["bias"]
        return softmax(scores, axis=1)


@contextmanager
def quiet() -> Iterator[None]:
    """Fit without warnings: an iteration may end early, a class may have one line."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        yield


def line_weights(y: np.ndarray) -> np.ndarray:
    """Weights of the lines, mean 1, with which all classes that are there weigh the same."""
    _, index, count = np.unique(y, return_inverse=True, return_counts=True)
    return len(y) / (len(count) * count[index])


def read_out(
    weights: np.ndarray, bias: np.ndarray, classes: np.ndarray, n_outputs: int
) -> dict[str, np.ndarray]:
    """Weights and bias with one row for every class, as float32.

    Parameters
    ----------
    weights : ndarray, shape (n_classes, n_inputs), or (1, n_inputs) for two classes
        As scikit-learn keeps them: of two classes only the difference.
    bias : ndarray, shape (n_classes,) or (1,)
    classes : ndarray of int, shape (n_classes,)
        Classes that had training lines; the others get a probability of 0.
    n_outputs : int
        Number of all classes.
    """
    if len(classes) == 2 and len(weights) == 1:
        weights = np.vstack([-weights / 2, weights / 2])
        bias = np.concatenate([-bias / 2, bias / 2])
    every = np.zeros((n_outputs, weights.shape[1]), dtype=np.float32)
    every_bias = np.full(n_outputs, _NEVER, dtype=np.float32)
    every[classes], every_bias[classes] = weights, bias
    return {"weights": every, "bias": every_bias}


def ridge_read_out(
    x: np.ndarray, y: np.ndarray, n_outputs: int, penalty: float
) -> dict[str, np.ndarray]:
    """Ridge regression of the classes, scaled so that its softmax gives sensible probabilities.

    Targets are 1 for the class of a line and -1 for the others; classes weigh the same. The scale
    (one over the temperature) has the smallest log-loss over the scores that each line would get
    from a fit without it: (s - h t) / (1 - h), h the leverage (Cawley and Talbot 2003).

    Parameters
    ----------
    x : ndarray, shape (n, n_inputs)
    y : ndarray of int, shape (n,)
    penalty : float
        Squared weights count penalty * n.
    """
    classes, index = np.unique(y, return_inverse=True)
    weight = line_weights(y)
    share, root = weight / len(y), np.sqrt(weight)[:, None]
    target = np.where(index[:, None] == np.arange(len(classes)), 1.0, -1.0)
    x_mean, target_mean = share @ x, share @ target
    columns, centred = (x - x_mean) * root, (target - target_mean) * root
    weights, rest = _damped_squares(columns, centred, penalty * len(x))

    rest = (rest - share)[:, None]  # the mean has its leverage too
    score = columns @ weights.T - (1 - rest) * centred
    held_out = score / np.maximum(rest, 1e-3) / root + target_mean
    scale = _best_scale(held_out.T, index, share)
    bias = target_mean - weights @ x_mean
    return read_out(scale * weights, scale * bias, classes, n_outputs)


def _damped_squares(
    x: np.ndarray, target: np.ndarray, penalty: float
) -> tuple[np.ndarray, np.ndarray]:
    """Weights (n_targets, n_inputs) of ridge regression, and one less the leverages (n,)."""
    n, inputs = x.shape
    if inputs <= n:
        inner = x.T @ x
        inner.flat[:: inputs + 1] += penalty
        root = cholesky(inner, lower=True, overwrite_a=True)
        weights = cho_solve((root, True), x.T @ target).T
        leverage = solve_triangular(root, x.T, lower=True, check_finite=False)
        return weights, 1 - np.einsum("ij,ij->j", leverage, leverage)
    outer = x @ x.T
    outer.flat[:: n + 1] += penalty
    inverse = cho_solve(cho_factor(outer), np.eye(n))
    return (inverse @ target).T @ x, penalty * inverse.diagonal()


def _best_scale(scores: np.ndarray, index: np.ndarray, share: np.ndarray) -> float:
    """Scale of the scores (n_classes, n) with the smallest log-loss, which is convex in it."""
    apart = scores - scores[index, np.arange(len(index))]  # from the score of the line's own class

    def loss(log_scale: float) -> float:
        odds = np.exp(log_scale) * apart
        most = odds.max(axis=0)
        return float(share @ (most + np.log(np.exp(odds - most).sum(axis=0))))

    return float(np.exp(minimize_scalar(loss, bounds=(-3.0, 5.0), method="bounded").x))
