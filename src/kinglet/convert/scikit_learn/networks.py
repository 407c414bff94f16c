"""Multilayer perceptrons."""

from __future__ import annotations

from typing import Any

from kinglet.convert.graph import Node
from kinglet.convert.scikit_learn.common import dense, one_target, probabilities, refuse


def classifier(estimator: Any) -> list[Node]:
    """MLPClassifier."""
    outputs = estimator.n_outputs_
    if (outputs == 1) != (estimator.out_activation_ == "logistic"):
        refuse(estimator, "several labels a signal", "fit it with one class for each signal")
    return [*_perceptron(estimator), probabilities(outputs)]


def regressor(estimator: Any) -> list[Node]:
    """MLPRegressor."""
    one_target(estimator, estimator.n_outputs_)
    return _perceptron(estimator)


def _perceptron(estimator: Any) -> list[Node]:
    nodes: list[Node] = []
    for weights, bias in zip(estimator.coefs_, estimator.intercepts_, strict=True):
        if nodes and estimator.activation != "identity":
            nodes.append(Node("activation", {"kind": estimator.activation}))
        nodes += dense(weights.T, bias)
    return nodes
