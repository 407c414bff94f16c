"""Losses of linear models and of networks with one hidden layer, and their gradients, in float32.

Lines lie side by side, one feature, unit or class a row, with a row of ones for the biases: sums
over classes then run along whole rows, and nothing is allocated between steps.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

# Scores of all outputs in, loss out; afterwards the scores are their own gradient.
Loss = Callable[[np.ndarray], float]


def with_ones(x: np.ndarray) -> np.ndarray:
    """Lines as columns with a last row of ones, float32 (n_inputs + 1, n)."""
    out = np.empty((x.shape[1] + 1, len(x)), dtype=np.float32)
    out[:-1] = x.T
    out[-1] = 1
    return out


class LogLoss:
    """Mean log-loss of the softmax of scores.

    Parameters
    ----------
    index : ndarray of int, shape (n,)
        Class of each line, none without a line.
    weight : ndarray, shape (n,)
        Of the lines, of mean 1.
    """

    def __init__(self, index: np.ndarray, weight: np.ndarray) -> None:
        n = len(index)
        self._own = (index, np.arange(n))
        self._share = (weight / n).astype(np.float32)

    def __call__(self, scores: np.ndarray) -> float:
        scores -= scores.max(axis=0)
        own = scores[self._own]
        np.exp(scores, out=scores)
        total = scores.sum(axis=0)
        loss = float(self._share @ (np.log(total) - own))
        scores *= self._share / total
        scores[self._own] -= self._share
        return loss


class SquaredLoss:
    """Half the mean squared error of the scores, one row of them.

    Parameters
    ----------
    target : ndarray, shape (n,)
    """

    def __init__(self, target: np.ndarray) -> None:
        self._target = target.astype(np.float32)

    def __call__(self, scores: np.ndarray) -> float:
        scores -= self._target
        loss = float(np.vdot(scores, scores)) / scores.size
        scores /= scores.size
        return loss / 2


class Linear:
    """Loss of W x + b with a penalty on the squared weights.

    Parameters
    ----------
    x : ndarray of float32, shape (n_inputs + 1, n)
        As `with_ones` gives it.
    outputs : int
    loss : Loss
    penalty : float
        Half of it times the squared weights is added.
    """

    def __init__(self, x: np.ndarray, outputs: int, loss: Loss, penalty: float) -> None:
        self._x, self._loss = x, loss
        self._shape = (outputs, len(x))
        self._penalty = np.full(self._shape, penalty, dtype=np.float32)
        self._penalty[:, -1] = 0
        self._scores = np.empty((outputs, x.shape[1]), dtype=np.float32)

    def __call__(self, weights: np.ndarray) -> tuple[float, np.ndarray]:
        matrix = weights.reshape(self._shape)
        loss = self._loss(np.matmul(matrix, self._x, out=self._scores))
        gradient = self._scores @ self._x.T
        damping = self._penalty * matrix
        gradient += damping
        return loss + float(np.vdot(damping, matrix)) / 2, gradient


class OneHidden:
    """Loss of V max(0, W x + b) + c with a penalty on the squared weights.

    Parameters
    ----------
    x : ndarray of float32, shape (n_inputs + 1, n)
        As `with_ones` gives it.
    hidden, outputs : int
    loss : Loss
    penalty : tuple of float
        Half of it times the squared weights of W and of V is added.
    """

    def __init__(
        self, x: np.ndarray, hidden: int, outputs: int, loss: Loss, penalty: tuple[float, float]
    ) -> None:
        self._x, self._loss = x, loss
        self._first, self._last = (hidden, len(x)), (outputs, hidden + 1)
        self._size = hidden * len(x) + outputs * (hidden + 1)
        self._penalty = np.zeros(self._size, dtype=np.float32)
        for part, each in zip(self.parts(self._penalty), penalty, strict=True):
            part[:, :-1] = each
        n = x.shape[1]
        self._units = np.ones((hidden + 1, n), dtype=np.float32)
        self._back = np.empty((hidden, n), dtype=np.float32)
        self._scores = np.empty((outputs, n), dtype=np.float32)
        self._gradient = np.empty(self._size, dtype=np.float32)

    def parts(self, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """W with b, and V with c as last columns: views of all weights in a row."""
        cut = self._first[0] * self._first[1]
        return weights[:cut].reshape(self._first), weights[cut:].reshape(self._last)

    def __call__(self, weights: np.ndarray) -> tuple[float, np.ndarray]:
        first, last = self.parts(weights)
        units = self._units[:-1]
        np.matmul(first, self._x, out=units)
        np.maximum(units, 0, out=units)
        loss = self._loss(np.matmul(last, self._units, out=self._scores))
        first_gradient, last_gradient = self.parts(self._gradient)
        np.matmul(self._scores, self._units.T, out=last_gradient)
        np.matmul(last[:, :-1].T, self._scores, out=self._back)
        self._back *= units > 0
        np.matmul(self._back, self._x.T, out=first_gradient)
        damping = self._penalty * weights
        self._gradient += damping
        return loss + float(damping @ weights) / 2, self._gradient
