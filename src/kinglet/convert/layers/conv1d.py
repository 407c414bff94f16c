"""Convolution along time."""

from __future__ import annotations

from typing import Any

import numpy as np

from kinglet.convert.layer import Arrays, Layer, Settings
from kinglet.record import Field

GEOMETRY = (
    Field("length", "uint32_t", "samples in"),
    Field("channels", "uint32_t", "channels in"),
    Field("out_length", "uint32_t", "samples out"),
    Field("filters", "uint32_t", "channels out"),
    Field("kernel", "uint32_t", "taps of a filter"),
    Field("stride", "uint32_t", "samples from one window to the next"),
    Field("dilation", "uint32_t", "samples from one tap to the next"),
    Field("before", "uint32_t", "zeros before the first sample"),
    Field("groups", "uint32_t", "groups of channels, each with filters of its own"),
)
NUMBERS = ("length", "channels", "out_length", "stride", "dilation", "before", "groups")


def geometry(settings: Settings, arrays: Arrays) -> dict[str, Any]:
    """Values of the fields in `GEOMETRY`."""
    filters, kernel, _ = arrays["weights"].shape
    return {**{name: settings[name] for name in NUMBERS}, "filters": filters, "kernel": kernel}


def windows(settings: Settings, kernel: int, x: np.ndarray, padding: float) -> np.ndarray:
    """Samples under each tap of each window: shape (n, out_length, kernel, channels)."""
    signals = x.reshape(len(x), settings["length"], settings["channels"])
    reach = (settings["out_length"] - 1) * settings["stride"]
    reach += (kernel - 1) * settings["dilation"] + 1
    after = max(0, reach - settings["before"] - settings["length"])
    padded = np.pad(signals, ((0, 0), (settings["before"], after), (0, 0)), constant_values=padding)
    starts = np.arange(settings["out_length"]) * settings["stride"]
    return np.asarray(padded[:, starts[:, None] + np.arange(kernel) * settings["dilation"]])


def convolve(settings: Settings, weights: np.ndarray, x: np.ndarray, padding: float) -> np.ndarray:
    """Sums of all windows and filters: shape (n, out_length, filters)."""
    filters, kernel, share = weights.shape
    groups = settings["groups"]
    under = windows(settings, kernel, x, padding)
    under = under.reshape(*under.shape[:3], groups, share)
    grouped = weights.astype(np.float64).reshape(groups, filters // groups, kernel, share)
    sums = np.einsum("ntkgc,gfkc->ntgf", under, grouped)
    return np.asarray(sums.reshape(*sums.shape[:2], filters))


class Conv1d(Layer):
    """Filters slide along time; what lies before and after the signal is 0."""

    name = "conv1d"
    title = "convolution"
    doc = (
        "y[t, f] = b[f] + sum over k, c of w[f, k, c] x[t stride + k dilation - before, c], c over "
        "the channels of the filter's group. Samples of all channels lie side by side, so that a "
        "window of a filter without groups and dilation is one dot product. With as many groups "
        "as channels it is a depthwise convolution, or, with one tap, gain and shift of a channel."
    )
    fields = (
        *GEOMETRY,
        Field("weights", "float", "filters, kernel, channels of the group", array=True),
        Field("bias", "float", "one value a filter", array=True),
    )

    def inputs(self, settings: Settings, arrays: Arrays) -> int | None:
        return int(settings["length"] * settings["channels"])

    def outputs(self, settings: Settings, arrays: Arrays, inputs: int) -> int:
        return int(settings["out_length"] * len(arrays["bias"]))

    def block(self, settings: Settings, arrays: Arrays, inputs: int) -> dict[str, Any]:
        return {**geometry(settings, arrays), **arrays}

    def oracle(self, settings: Settings, arrays: Arrays, x: np.ndarray) -> np.ndarray:
        sums = convolve(settings, arrays["weights"], x, 0.0) + arrays["bias"]
        return np.asarray(sums.reshape(len(x), -1))


RECORD = Conv1d()
