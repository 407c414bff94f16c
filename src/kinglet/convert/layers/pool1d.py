"""Pooling along time."""

from __future__ import annotations

from typing import Any

import numpy as np

from kinglet.convert.layer import Arrays, Layer, Settings
from kinglet.convert.layers.conv1d import windows
from kinglet.record import Field

POOL_FIELDS = (
    Field("length", "uint32_t", "samples in"),
    Field("channels", "uint32_t", "channels"),
    Field("out_length", "uint32_t", "samples out"),
    Field("kernel", "uint32_t", "samples of a window"),
    Field("stride", "uint32_t", "samples from one window to the next"),
    Field("before", "uint32_t", "samples of padding before the first"),
)
NUMBERS = tuple(field.name for field in POOL_FIELDS)
KINDS = ("max", "mean", "padded_mean")  # the number in C is the place in this list


def pooled(settings: Settings, x: np.ndarray) -> np.ndarray:
    """Largest value or mean of each window: shape (n, out_length, channels)."""
    under = windows({**settings, "dilation": 1}, settings["kernel"], x, np.nan)
    if settings["kind"] == "max":
        return np.asarray(np.nanmax(under, axis=2))
    if settings["kind"] == "mean":
        return np.asarray(np.nanmean(under, axis=2))
    return np.asarray(np.nansum(under, axis=2) / settings["kernel"])


class Pool1d(Layer):
    """Each window of each channel becomes one value."""

    name = "pool1d"
    title = "pooling"
    doc = (
        "Setting ``kind``: max, mean of the samples within the signal, or padded_mean, which "
        "counts those of the padding as 0."
    )
    fields = (
        *POOL_FIELDS,
        Field("kind", "uint32_t", ", ".join(f"{i} {name}" for i, name in enumerate(KINDS))),
    )

    def inputs(self, settings: Settings, arrays: Arrays) -> int | None:
        return int(settings["length"] * settings["channels"])

    def outputs(self, settings: Settings, arrays: Arrays, inputs: int) -> int:
        return int(settings["out_length"] * settings["channels"])

    def block(self, settings: Settings, arrays: Arrays, inputs: int) -> dict[str, Any]:
        numbers = {name: settings[name] for name in NUMBERS}
        return {**numbers, "kind": KINDS.index(settings["kind"])}

    def oracle(self, settings: Settings, arrays: Arrays, x: np.ndarray) -> np.ndarray:
        return pooled(settings, x).reshape(len(x), -1)


RECORD = Pool1d()
