"""Cepstra of a warped spectrum."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.fft import dct

from kinglet.record import Config, Cost, Field, Fitted, Parameter, Shape, Step
from kinglet.runtime.tables import (
    quarter_wave,
    spectrum_operations,
    strictly_increasing,
    window_coefficients,
    window_operations,
)
from kinglet.steps._frames import frame_places, frame_powers


class MelCepstra(Step):
    """Cosine transform of the log levels of triangular filters, frame by frame."""

    name = "mel_cepstra"
    title = "mel cepstra"
    doc = (
        "Cuts each axis into evenly spaced frames that overlap by about half, takes the mean away "
        "and the power spectrum through a Hann window, then the logarithm of the power that each "
        "of M triangular filters lets through, and of these the discrete cosine transform c_j = "
        "sqrt(2/M) sum_m e_m cos(pi j (m + 1/2) / M); c_0 is the level. The filters are evenly "
        "spaced on log(1 + f / corner), f = 1 at half the rate: linear below the corner, "
        "logarithmic above. Speech has its corner at 700 Hz. For speech and sounds told apart by "
        "resonances; one frame where the moment does not matter."
    )
    source = (
        "Davis and Mermelstein (1980), Comparison of parametric representations for monosyllabic "
        "word recognition in continuously spoken sentences"
    )
    kind = "features"
    parameters = (
        Parameter("frames", 8, "Frames that an axis is cut into.", choices=(1, 4, 8)),
        Parameter("filters", 20, "Triangular filters.", choices=(12, 16, 20, 32)),
        Parameter("coefficients", 12, "Coefficients kept of each frame.", choices=(8, 12)),
        Parameter(
            "corner",
            0.35,
            "Frequency up to which the filters are evenly spaced.",
            choices=(0.1, 0.2, 0.35, 1.0),
            unit="half the sampling rate",
        ),
    )
    fields = (
        Field("quarter_wave", "float", "sin(2 pi i / frame length), a quarter", array=True),
        Field("window", "float", "coefficients of the window", array=True),
        Field("cosine", "float", "two factors of each coefficient", array=True),
        Field("edges", "uint16_t", "frequencies where filters start, peak and end", array=True),
        Field("frame_length", "uint16_t", "samples of a frame"),
        Field("hop", "uint16_t", "samples from one frame to the next"),
        Field("frames", "uint16_t", "frames per axis"),
        Field("filters", "uint16_t", "filters"),
        Field("coefficients", "uint16_t", "coefficients of a frame"),
    )
    # The level of a filter far below the largest hangs on the rounding of the transform.
    tolerance = (1e-5, 1e-4)

    def _frames(self, config: Config, shape: Shape) -> tuple[int, int]:
        """Length of a frame, and samples from one frame to the next."""
        return frame_places(shape.length, config["frames"])

    def _edges(self, config: Config, shape: Shape) -> np.ndarray:
        """Frequencies, in bins, at which the filters start, peak and end."""
        bins, corner = self._frames(config, shape)[0] // 2, config["corner"]
        warped = np.linspace(0, np.log1p(1 / corner), config["filters"] + 2)
        return strictly_increasing(corner * np.expm1(warped) * bins)

    def accepts(self, config: Config, shape: Shape) -> bool:
        bins = self._frames(config, shape)[0] // 2
        return bins >= config["filters"] + 1

    def output(self, config: Config, shape: Shape) -> Shape:
        return Shape(shape.axes * config["frames"] * config["coefficients"], 1)

    def labels(self, config: Config, shape: Shape) -> list[str]:
        return [
            f"cepstrum {c} of frame {frame} of axis {axis}"
            for axis in range(shape.axes)
            for frame in range(config["frames"])
            for c in range(config["coefficients"])
        ]

    def block(self, config: Config, shape: Shape, fitted: Fitted) -> dict[str, Any]:
        size, hop = self._frames(config, shape)
        angle = np.pi * np.arange(config["coefficients"]) / config["filters"]
        scale = np.sqrt(2 / config["filters"])
        return {
            "quarter_wave": quarter_wave(size),
            "window": window_coefficients("hann"),
            "cosine": np.stack([2 * np.cos(angle) - 2, scale * np.cos(angle / 2)], axis=1),
            "edges": self._edges(config, shape),
            "frame_length": size,
            "hop": hop,
            **{name: config[name] for name in ("frames", "filters", "coefficients")},
        }

    def scratch(self, config: Config, shape: Shape) -> int:
        return self._frames(config, shape)[0]

    def cost(self, config: Config, shape: Shape) -> Cost:
        size = self._frames(config, shape)[0]
        frame = spectrum_operations(size) + window_operations(size)
        frame += 6.0 * size + 90.0 * config["filters"]
        groups = shape.axes * config["frames"]
        each = 16.0 * config["filters"] + 40.0
        return Cost.uniform(self.outputs(config, shape), groups, frame, each)

    def oracle(
        self, config: Config, shape: Shape, fitted: Fitted, values: np.ndarray
    ) -> np.ndarray:
        edges = self._edges(config, shape)
        power = frame_powers(values, config["frames"])
        frequency = np.arange(power.shape[-1]) + 1
        filters = [
            np.interp(frequency, edges[m : m + 3], (0, 1, 0)) for m in range(config["filters"])
        ]
        levels = np.log(np.maximum(power @ np.transpose(filters), 1e-20))
        cepstra = dct(levels) / 2 * np.sqrt(2 / config["filters"])
        kept = cepstra[..., : config["coefficients"]]
        return kept.transpose(0, 2, 1, 3).reshape(len(values), -1)


RECORD = MelCepstra()
