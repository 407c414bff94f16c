"""Neighbouring layers that are one: less flash, less memory, less time."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from kinglet.convert.graph import Node

_FAR = 8.0  # a shift of so many units of the result costs three binary digits where it is folded


def fuse(nodes: Sequence[Node]) -> tuple[Node, ...]:
    """Fold scalers into the dense layers beside them, and dense layers into each other.

    In float64. A scaler before a dense layer is left where its shift is large against its unit:
    folded, the float32 sums would lose the digits that the shift takes away.
    """
    done: list[Node] = []
    for node in nodes:
        done.append(node)
        while len(done) > 1 and (both := _one(*done[-2:])) is not None:
            done[-2:] = [both]
    return tuple(done)


def _one(first: Node, second: Node) -> Node | None:
    """One layer in place of two, or None."""
    a, b = first.arrays, second.arrays
    match first.name, second.name:
        case "scaler", "scaler":
            shift = a["shift"] + b["shift"] / a["gain"]
            return Node("scaler", arrays={"shift": shift, "gain": a["gain"] * b["gain"]})
        case "scaler", "dense" if np.abs(a["shift"] * a["gain"]).max() <= _FAR:
            weights = b["weights"] * a["gain"]
            return Node(
                "dense", arrays={"weights": weights, "bias": b["bias"] - weights @ a["shift"]}
            )
        case "dense", "scaler":
            return Node(
                "dense",
                arrays={
                    "weights": a["weights"] * b["gain"][:, None],
                    "bias": (a["bias"] - b["shift"]) * b["gain"],
                },
            )
        case "dense", "dense":
            weights = b["weights"] @ a["weights"]
            if weights.size <= a["weights"].size + b["weights"].size:
                bias = b["weights"] @ a["bias"] + b["bias"]
                return Node("dense", arrays={"weights": weights, "bias": bias})
    return None
