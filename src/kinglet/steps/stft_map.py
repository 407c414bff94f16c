"""Map of level over time and frequency."""

from __future__ import annotations

from typing import Any

import numpy as np

from kinglet.record import Config, Cost, Field, Fitted, Parameter, Shape, Step
from kinglet.runtime.tables import (
    quarter_wave,
    spectrum_operations,
    strictly_increasing,
    window_coefficients,
    window_operations,
)
from kinglet.steps._frames import frame_places, frame_powers


class StftMap(Step):
    """Log power in a few bands of a few stretches of an axis."""

    name = "stft_map"
    title = "time-frequency map"
    doc = (
        "Cuts each axis into evenly spaced frames that overlap by about half, takes the mean away "
        "and the power spectrum through a Hann window, averages the spectra of the frames of each "
        "cell of time and tells the logarithm of the mean of each band of bins. For sounds and "
        "motions that change within the signal. Averaging short frames steadies the levels but "
        "blurs frequencies. Of no use where the moment at which a signal starts is arbitrary."
    )
    source = (
        "Allen (1977), Short term spectral analysis, synthesis, and modification by discrete "
        "Fourier transform; averaging: Welch (1967), The use of fast Fourier transform for the "
        "estimation of power spectra"
    )
    kind = "features"
    parameters = (
        Parameter("cells", 8, "Stretches of time.", choices=(4, 8)),
        Parameter("bands", 8, "Bands of frequency.", choices=(8, 16)),
        Parameter("spacing", "linear", "How the bands grow.", choices=("linear", "log")),
        Parameter("pool", 1, "Frames averaged in each stretch.", choices=(1, 2, 4)),
    )
    fields = (
        Field("quarter_wave", "float", "sin(2 pi i / frame length), a quarter", array=True),
        Field("window", "float", "coefficients of the window", array=True),
        Field("edges", "uint16_t", "first bin of each band, and one past the last", array=True),
        Field("frame_length", "uint16_t", "samples of a frame"),
        Field("hop", "uint16_t", "samples from one frame to the next"),
        Field("cells", "uint16_t", "stretches of time per axis"),
        Field("bands", "uint16_t", "bands"),
        Field("pool", "uint16_t", "frames of a stretch"),
    )
    # The level of a band far below the largest hangs on the rounding of the transform.
    tolerance = (1e-5, 1e-4)

    def _frames(self, config: Config, shape: Shape) -> tuple[int, int]:
        """Length of a frame, and samples from one frame to the next."""
        return frame_places(shape.length, config["cells"] * config["pool"])

    def _edges(self, config: Config, shape: Shape) -> np.ndarray:
        bands, bins = config["bands"], self._frames(config, shape)[0] // 2
        if config["spacing"] == "linear":
            return np.arange(bands + 1) * bins // bands
        return strictly_increasing(np.geomspace(1, bins + 1, bands + 1) - 1)

    def accepts(self, config: Config, shape: Shape) -> bool:
        return self._frames(config, shape)[0] >= 2 * config["bands"]

    def output(self, config: Config, shape: Shape) -> Shape:
        return Shape(shape.axes * config["cells"] * config["bands"], 1)

    def labels(self, config: Config, shape: Shape) -> list[str]:
        return [
            f"level of band {band} in stretch {cell} of axis {axis}"
            for axis in range(shape.axes)
            for cell in range(config["cells"])
            for band in range(config["bands"])
        ]

    def block(self, config: Config, shape: Shape, fitted: Fitted) -> dict[str, Any]:
        size, hop = self._frames(config, shape)
        return {
            "quarter_wave": quarter_wave(size),
            "window": window_coefficients("hann"),
            "edges": self._edges(config, shape),
            "frame_length": size,
            "hop": hop,
            **{name: config[name] for name in ("cells", "bands", "pool")},
        }

    def scratch(self, config: Config, shape: Shape) -> int:
        return 3 * self._frames(config, shape)[0] // 2

    def cost(self, config: Config, shape: Shape) -> Cost:
        size = self._frames(config, shape)[0]
        groups = shape.axes * config["cells"]
        frame = spectrum_operations(size) + window_operations(size) + 6.0 * size
        cost = Cost.uniform(self.outputs(config, shape), groups, config["pool"] * frame)
        each = 5.0 * np.diff(self._edges(config, shape)) + 150.0
        return Cost(np.tile(each, groups), cost.group, cost.shared)

    def oracle(
        self, config: Config, shape: Shape, fitted: Fitted, values: np.ndarray
    ) -> np.ndarray:
        edges = self._edges(config, shape)
        power = frame_powers(values, config["cells"] * config["pool"])
        power = power.reshape(len(values), config["cells"], config["pool"], shape.axes, -1)
        sums = np.add.reduceat(power.mean(axis=2), edges[:-1], axis=-1)
        levels = np.log(np.maximum(sums / np.diff(edges), 1e-20))
        return levels.transpose(0, 2, 1, 3).reshape(len(values), -1)


RECORD = StftMap()
