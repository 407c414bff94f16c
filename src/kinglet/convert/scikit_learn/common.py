"""Layers and refusals that several families share."""

from __future__ import annotations

from typing import Any, NoReturn

import numpy as np

from kinglet.convert.graph import Node
from kinglet.errors import InputError


def refuse(estimator: Any, what: str, instead: str) -> NoReturn:
    """Say which setting of an estimator cannot be converted, and what can."""
    raise InputError(f"{type(estimator).__name__} with {what} cannot be converted: {instead}")


def one_target(estimator: Any, targets: int) -> None:
    """Refuse an estimator of several targets."""
    if targets != 1:
        refuse(estimator, f"{targets} targets", "fit one model for each target")


def scaler(shift: Any, gain: Any, count: int) -> list[Node]:
    """Shift and gain of ``count`` values; None for one that does nothing."""
    arrays = {
        "shift": np.zeros(count) if shift is None else np.asarray(shift, dtype=np.float64),
        "gain": np.ones(count) if gain is None else np.asarray(gain, dtype=np.float64),
    }
    return [Node("scaler", arrays=arrays)]


def inverse(scale: Any) -> Any:
    """Gain of a scale; None of None."""
    return None if scale is None else 1 / np.asarray(scale, dtype=np.float64)


def dense(weights: Any, bias: Any) -> list[Node]:
    """Products with rows of weights, shape (n_outputs, n_inputs) or (n_inputs,), and a bias."""
    weights = np.atleast_2d(np.asarray(weights, dtype=np.float64))
    bias = np.broadcast_to(np.asarray(bias, dtype=np.float64).ravel(), len(weights))
    return [Node("dense", arrays={"weights": weights, "bias": bias.copy()})]


def probabilities(decisions: int) -> Node:
    """Probabilities of so many decisions; a single one is between two classes."""
    return Node("two_classes") if decisions == 1 else Node("probabilities")
