"""Convolution kernels, pooled."""

from __future__ import annotations

from itertools import combinations
from typing import Any, NamedTuple

import numpy as np

from kinglet.record import Config, Cost, Field, Fitted, Parameter, Shape, Step

_TAPS = np.array(list(combinations(range(9), 3)))  # the 84 patterns
_POOLINGS = ("share", "excess", "longest stretch", "mean place")
_PIECE = 64  # KN_KERNELS_PIECE
# One kernel in seven is a plain sum of three taps.
_PLAIN_EVERY = 7


class _Kernel(NamedTuple):
    """One kernel, its code unpacked."""

    taps: tuple[int, int, int]
    dilation: int
    share: np.float32  # of the sum of all nine taps, subtracted

    @staticmethod
    def of(code: int) -> _Kernel:
        taps = (code & 7, code >> 3 & 7, code >> 6 & 15)
        return _Kernel(taps, 1 << (code >> 10 & 15), np.float32(0 if code >> 14 else 1 / 3))


def _octaves(length: int) -> int:
    """Number of dilations 1, 2, 4, ...: the widest window is at most half of the signal."""
    return int(np.log2(length // 16)) + 1


def _convolve(x: np.ndarray, kernel: _Kernel, stride: int) -> np.ndarray:
    """Convolution over lines (n, length), in the C's order of additions."""
    count = x.shape[1] - 8 * kernel.dilation
    tap = [x[:, k * kernel.dilation :][:, :count:stride] for k in range(9)]
    a, b, c = (tap[k] for k in kernel.taps)
    left, right = (tap[0] + tap[1]) + (tap[2] + tap[3]), (tap[4] + tap[5]) + (tap[6] + tap[7])
    result: np.ndarray = (a + b + c) - kernel.share * ((left + right) + tap[8])
    return result


def _bias(values: np.ndarray, share: float, rounding: float) -> float:
    """Threshold below which about ``share`` of the values lie, in the middle of the gap there.

    Values closer than ``rounding`` count as one, so that flat stretches lie clearly on one side.
    """
    ordered = np.sort(values).astype(np.float64)
    value = ordered[int(share * (len(ordered) - 1))]
    above = ordered[ordered > value + rounding]
    return float((value + above[0]) / 2 if len(above) else value)


class Kernels(Step):
    """Random choice of MiniRocket's convolution kernels with four poolings."""

    name = "kernels"
    title = "convolution kernels"
    doc = (
        "Each kernel looks at one axis through nine taps, 1, 2, 4, ... samples apart: the sum of "
        "three of them less a third of the sum of all nine (MiniRocket's weights 2 and -1, over "
        "3), blind to the level; one kernel in seven is the plain sum of its three taps, which "
        "sees it. Only positions at which all taps lie within the signal count. Four values of "
        "each: share of positions above the kernel's bias, mean excess over it, longest stretch "
        "and mean place above it (relative to all positions, the middle where there is none). A "
        "bias is a quantile of the kernel's output over one training line. Tells shapes in any "
        "signal, at a price; smooth signals such as gestures lose nothing by a stride of 4 or 8, "
        "vibrations and loads that switch do."
    )
    source = (
        "Dempster, Schmidt and Webb (2021), MiniRocket, section 3; poolings: Tan et al. (2022), "
        "MultiRocket, section 3.3"
    )
    kind = "features"
    fit_kind = "unlabelled"
    constant_share = 0.02
    parameters = (
        Parameter("count", 84, "Kernels, each pattern equally often.", choices=(84, 168, 336)),
        Parameter("stride", 1, "Samples from one position to the next.", choices=(1, 2, 4, 8)),
    )
    fields = (
        Field("stride", "uint16_t", "samples from one position to the next"),
        Field("biases", "float", "one a kernel", array=True),
        Field(
            "codes",
            "uint16_t",
            "taps in bits 0-2, 3-5 and 6-9, log2 of the dilation in 10-13, plain in 14",
            array=True,
        ),
        Field("axes", "uint8_t", "axis of each kernel", array=True),
    )
    tolerance = (1e-5, 1e-6)

    def accepts(self, config: Config, shape: Shape) -> bool:
        return shape.length >= 16 * config["stride"]

    def output(self, config: Config, shape: Shape) -> Shape:
        return Shape(len(_POOLINGS) * config["count"], 1)

    def labels(self, config: Config, shape: Shape) -> list[str]:
        return [f"{pool} of kernel {k}" for k in range(config["count"]) for pool in _POOLINGS]

    def fit(
        self,
        config: Config,
        shape: Shape,
        values: np.ndarray,
        label: np.ndarray | None,
        rng: np.random.Generator,
    ) -> dict[str, np.ndarray]:
        count = config["count"]

        def shuffled(kinds: int) -> np.ndarray:
            """Each of so many kinds equally often, in random order."""
            return rng.permutation(np.arange(count) % kinds)

        a, b, c = _TAPS[np.arange(count) % len(_TAPS)].T
        plain = shuffled(_PLAIN_EVERY) == 0
        codes = a | b << 3 | c << 6 | shuffled(_octaves(shape.length)) << 10 | plain << 14
        axes = shuffled(shape.axes)
        order = np.lexsort((codes >> 10 & 15, axes))  # kernels that share sums side by side
        codes, axes = codes[order], axes[order]
        biases = np.zeros(count, dtype=np.float32)
        for k, (code, axis) in enumerate(zip(codes, axes, strict=True)):
            line = values[rng.integers(len(values)), :, axis][None]
            convolved = _convolve(line, _Kernel.of(int(code)), config["stride"])[0]
            biases[k] = _bias(convolved, rng.uniform(0.05, 0.95), 2e-6 * np.abs(line).max())
        return {
            "biases": biases,
            "codes": codes.astype(np.uint16),
            "axes": axes.astype(np.uint8),
        }

    def block(self, config: Config, shape: Shape, fitted: Fitted) -> dict[str, Any]:
        return {"stride": config["stride"], **fitted}

    def scratch(self, config: Config, shape: Shape) -> int:
        return _PIECE + -(-(shape.length - 8) // config["stride"])

    def cost(self, config: Config, shape: Shape) -> Cost:
        octaves = _octaves(shape.length)
        positions = (shape.length - 8 * (2**octaves - 1) / octaves) / config["stride"]
        return Cost.uniform(
            self.outputs(config, shape), config["count"], shared=65.0 * positions + 250.0
        )

    def needs(self, config: Config, shape: Shape, fitted: Fitted) -> np.ndarray:
        axes = fitted["axes"][:, None] == np.arange(shape.axes)
        return np.repeat(axes, len(_POOLINGS), axis=0)

    def narrow(
        self, config: Config, shape: Shape, fitted: Fitted, wanted: np.ndarray, kept: np.ndarray
    ) -> tuple[dict[str, Any], dict[str, np.ndarray], np.ndarray]:
        wanted = np.asarray(wanted)
        used, place = np.unique(wanted // len(_POOLINGS), return_inverse=True)
        small = {name: table[used] for name, table in fitted.items()}
        small["axes"] = np.searchsorted(kept, small["axes"]).astype(np.uint8)
        return (
            {**config, "count": len(used)},
            small,
            place * len(_POOLINGS) + wanted % len(_POOLINGS),
        )

    def oracle(
        self, config: Config, shape: Shape, fitted: Fitted, values: np.ndarray
    ) -> np.ndarray:
        columns = []
        for code, axis, bias in zip(*(fitted[k] for k in ("codes", "axes", "biases")), strict=True):
            kernel = _Kernel.of(int(code))
            excess = _convolve(values[:, :, axis], kernel, config["stride"]) - bias
            fires = excess > 0
            places = (np.arange(fires.shape[1]) + 0.5) / fires.shape[1]
            fired = fires.sum(axis=1)
            columns += [
                fires.mean(axis=1),
                np.where(fires, excess, 0).mean(axis=1, dtype=np.float64),
                np.array([_longest(line) for line in fires]) / fires.shape[1],
                np.where(fired > 0, (fires * places).sum(axis=1) / np.maximum(fired, 1), 0.5),
            ]
        return np.stack(columns, axis=1)


def _longest(line: np.ndarray) -> int:
    """Length of the longest run of True."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], line.astype(np.int8), [0]])))
    return int((edges[1::2] - edges[::2]).max(initial=0))


RECORD = Kernels()
