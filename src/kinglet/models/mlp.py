"""Multi-layer perceptron with one hidden layer."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.special import softmax
from sklearn.neural_network import MLPClassifier

from kinglet.models._read_out import line_weights, quiet, read_out
from kinglet.record import CLASSIFICATION, Config, Field, Fitted, Model, Parameter


class Mlp(Model):
    """One hidden layer of rectified units, then softmax."""

    name = "mlp"
    title = "neural network"
    doc = (
        "p = softmax(V max(0, W x + b) + c), fitted by quasi-Newton steps with a penalty on the "
        "squared weights; classes weigh the same. Over 64 selected features 16 units do. With "
        "int8 each unit has one scale, applied after its sum; as a rule nothing is lost."
    )
    source = "Bishop (2006), Pattern Recognition and Machine Learning, 5.1-5.5"
    tasks = (CLASSIFICATION,)
    parameters = (
        Parameter("hidden", 16, "Hidden units.", choices=(16, 24, 32, 48, 64)),
        Parameter(
            "penalty",
            1e-2,
            "Weight of the squared weights against the mean log-loss.",
            low=1e-4,
            high=0.1,
            scale="log",
        ),
        Parameter("precision", "int8", "Number type of the weights.", choices=("int8", "float32")),
    )
    fields = (
        Field("inputs", "uint16_t", "features"),
        Field("hidden", "uint16_t", "hidden units"),
        Field("outputs", "uint16_t", "classes"),
        Field("int8", "uint8_t", "1: the weights are quantised times scale; 0: they are weights"),
        Field(
            "weights", "float", "W, one row of inputs a hidden unit, then V likewise", array=True
        ),
        Field("quantised", "int8_t", "the same, each row over its scale", array=True),
        Field("scale", "float", "scale of each row", array=True),
        Field("bias", "float", "b, then c", array=True),
    )
    tolerance = (0.0, 1e-4)

    def fit(
        self, config: Config, x: np.ndarray, y: np.ndarray, n_outputs: int, seed: int
    ) -> dict[str, np.ndarray]:
        network = MLPClassifier(
            (config["hidden"],),
            solver="lbfgs",
            alpha=config["penalty"] * len(x),
            max_iter=100,
            random_state=seed,
        )
        with quiet():
            network.fit(x.astype(np.float32), y, sample_weight=line_weights(y))
        first, last = network.coefs_
        out = read_out(last.T, network.intercepts_[1], network.classes_, n_outputs)
        fitted = {
            "hidden_weights": np.ascontiguousarray(first.T, dtype=np.float32),
            "output_weights": out["weights"],
            "bias": np.concatenate([network.intercepts_[0], out["bias"]]).astype(np.float32),
        }
        if config["precision"] == "float32":
            return fitted
        hidden, hidden_scale = _quantise(fitted["hidden_weights"])
        output, output_scale = _quantise(fitted["output_weights"])
        return {
            "hidden_weights": hidden,
            "output_weights": output,
            "scale": np.concatenate([hidden_scale, output_scale]),
            "bias": fitted["bias"],
        }

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
        return each * weights + 60.0 * units + 100.0 * n_outputs

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
        return softmax(hidden @ last.T + fitted["bias"][count:], axis=1)


def _quantise(weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Rows as int8 and the scale of each, float32."""
    scale = np.abs(weights).max(axis=1) / np.float32(127)
    scale[scale == 0] = 1
    return np.rint(weights / scale[:, None]).astype(np.int8), scale


RECORD = Mlp()
