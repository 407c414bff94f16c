"""The perceptron with one hidden layer that is shared: its shape, its int8 and its sums."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from kinglet.models._memo import MEMO, digest
from kinglet.models._network import Loss, OneHidden, with_ones
from kinglet.models._quasi_newton import minimise
from kinglet.record import Config, Field, Fitted, Model, Parameter

_ITERATIONS = 60  # as good as 100, measured


class Perceptron(Model):
    """V max(0, W x + b) + c: everything but the fit, and what follows the sums."""

    parameters: ClassVar[tuple[Parameter, ...]] = (
        Parameter("hidden", 16, "Hidden units.", choices=(16, 24, 32, 48, 64)),
        Parameter(
            "penalty",
            1e-2,
            "Weight of the squared weights against the mean log-loss.",
            low=1e-4,
            high=0.1,
            scale="log",
        ),
        Parameter(
            "precision",
            "int8",
            "Number type of the weights.",
            choices=("int8", "float32"),
            cheap=True,
        ),
    )
    fields = (
        Field("inputs", "uint16_t", "features"),
        Field("hidden", "uint16_t", "hidden units"),
        Field("outputs", "uint16_t", "sums that it gives"),
        Field("int8", "uint8_t", "1: the weights are quantised times scale; 0: they are weights"),
        Field(
            "weights", "float", "W, one row of inputs a hidden unit, then V likewise", array=True
        ),
        Field("quantised", "int8_t", "the same, each row over its scale", array=True),
        Field("scale", "float", "scale of each row", array=True),
        Field("bias", "float", "b, then c", array=True),
    )
    tolerance = (0.0, 1e-4)

    def block(self, config: Config, fitted: Fitted) -> dict[str, Any]:
        hidden, inputs = fitted["hidden_weights"].shape
        weights = np.concatenate(
            [fitted["hidden_weights"].ravel(), fitted["output_weights"].ravel()]
        )
        unused = np.zeros(1)  # C has no empty table
        int8 = config["precision"] == "int8"
        return {
            "inputs": inputs,
            "hidden": hidden,
            "outputs": len(fitted["output_weights"]),
            "int8": int8,
            "weights": unused if int8 else weights,
            "quantised": weights if int8 else unused,
            "scale": fitted["scale"] if int8 else unused,
            "bias": fitted["bias"],
        }

    def scratch(self, config: Config, n_inputs: int, n_outputs: int) -> int:
        return config["hidden"]

    def cost(self, config: Config, fitted: Fitted, n_inputs: int, n_outputs: int) -> float:
        weights = config["hidden"] * (n_inputs + n_outputs)
        units = config["hidden"] + n_outputs
        each = 11.0 if config["precision"] == "int8" else 7.0
        return each * weights + 60.0 * units

    def typical_bytes(self, config: Config, n_inputs: int, n_outputs: int) -> int:
        weights = config["hidden"] * (n_inputs + n_outputs)
        units = config["hidden"] + n_outputs
        if config["precision"] == "int8":
            return 24 + weights + 8 * units + 4
        return 24 + 4 * weights + 4 * units + 5

    def oracle(self, config: Config, fitted: Fitted, x: np.ndarray) -> np.ndarray:
        first = fitted["hidden_weights"].astype(np.float64)
        last = fitted["output_weights"].astype(np.float64)
        count = len(first)
        if config["precision"] == "int8":
            first = first * fitted["scale"][:count, None]
            last = last * fitted["scale"][count:, None]
        hidden = np.maximum(x @ first.T + fitted["bias"][:count], 0)
        sums: np.ndarray = hidden @ last.T + fitted["bias"][count:]
        return sums


def learn(
    config: Config, x: np.ndarray, y: np.ndarray, outputs: int, loss: Loss, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """W with b, and V with c as last columns, float32, by quasi-Newton steps; not writable.

    Remembered for the other precision. The start is uniform within sqrt(6 / (inputs + outputs)) of
    a layer (Glorot and Bengio 2010). Of two classes only the difference counts, and is penalised,
    as if there were one output.

    Parameters
    ----------
    x : ndarray, shape (n, n_inputs)
    y : ndarray, shape (n,)
        What the loss is of.
    """
    name = f"perceptron {config['hidden']} {config['penalty']} {seed} {digest(x, y)}"
    first, last = MEMO.get(name, lambda: _minimised(config, x, outputs, loss, seed))
    return first, last


def _minimised(
    config: Config, x: np.ndarray, outputs: int, loss: Loss, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    inputs, hidden = x.shape[1], config["hidden"]
    single = 1 if outputs == 2 else outputs
    penalty = config["penalty"] * np.array([1, 2 if outputs == 2 else 1])
    network = OneHidden(with_ones(x), hidden, outputs, loss, penalty)
    rng = np.random.default_rng(seed)
    bounds = np.sqrt([6 / (inputs + hidden), 6 / (hidden + single)])
    first = rng.uniform(-bounds[0], bounds[0], (hidden, inputs + 1))
    last = rng.uniform(-bounds[1], bounds[1], (single, hidden + 1))
    if outputs == 2:
        last = np.vstack([-last / 2, last / 2])
    start = np.concatenate([first.ravel(), last.ravel()]).astype(np.float32)
    return network.parts(minimise(network, start, _ITERATIONS))


def perceptron(
    config: Config, hidden: np.ndarray, output: np.ndarray, bias: np.ndarray
) -> dict[str, np.ndarray]:
    """What is fitted, in the precision of the configuration.

    Parameters
    ----------
    hidden : ndarray of float32, shape (n_hidden, n_inputs)
    output : ndarray of float32, shape (n_outputs, n_hidden)
    bias : ndarray, shape (n_hidden + n_outputs,)
    """
    bias = bias.astype(np.float32)
    if config["precision"] == "float32":
        return {"hidden_weights": hidden.copy(), "output_weights": output.copy(), "bias": bias}
    hidden_int8, hidden_scale = _quantise(hidden)
    output_int8, output_scale = _quantise(output)
    return {
        "hidden_weights": hidden_int8,
        "output_weights": output_int8,
        "scale": np.concatenate([hidden_scale, output_scale]),
        "bias": bias,
    }


def _quantise(weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Rows as int8 and the scale of each, float32."""
    scale = np.abs(weights).max(axis=1) / np.float32(127)
    scale[scale == 0] = 1
    return np.rint(weights / scale[:, None]).astype(np.int8), scale
