"""Spectrum of each axis."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.signal import get_window, periodogram

from kinglet.record import Config, Cost, Field, Fitted, Parameter, Shape, Step
from kinglet.runtime.tables import (
    is_power_of_two,
    quarter_wave,
    spectrum_operations,
    window_coefficients,
)

_MODES = ("power", "magnitude", "log_power")
_WINDOWS = ("none", "hann", "hamming", "blackman")
# What a mode adds to a bin: nothing, a square root, a logarithm.
_OPERATIONS = {"power": 0.0, "magnitude": 24.0, "log_power": 85.0}


class Rfft(Step):
    """Power, magnitude or log power at each frequency of an axis."""

    name = "rfft"
    title = "spectrum"
    doc = (
        "Bins 1 to L/2 of the discrete Fourier transform X of each axis; bin 0, the mean, is left "
        "out. Power: P_k = 2 |X_k|^2 / L^2 and |X_k|^2 / L^2 for k = L/2, so that all add up to "
        "the variance; magnitude: its square root; log power: log max(P_k, 1e-20). Before it "
        "the mean is taken away and, where a window is chosen, the ends are tapered. For vibration "
        "and sound. Of no use for single events, whose moment a spectrum forgets. The length must "
        "be a power of two."
    )
    source = (
        "Cooley and Tukey (1965), An algorithm for the machine calculation of complex Fourier "
        "series; real input as in Sorensen et al. (1987), Real-valued fast Fourier transform "
        "algorithms"
    )
    kind = "signal"
    gives = "spectrum"
    parameters = (
        Parameter("mode", "power", "What is told of each frequency.", choices=_MODES),
        Parameter("window", "hann", "Taper of the ends before.", choices=_WINDOWS),
    )
    fields = (
        Field("quarter_wave", "float", "sin(2 pi i / length), i = 0..length/4", array=True),
        Field(
            "window", "float", "a, b, d of a - b c + d c^2, c = cos(2 pi i / length)", array=True
        ),
        Field("windowed", "uint16_t", "1 where there is a window"),
        Field("mode", "uint16_t", "0 power, 1 magnitude, 2 log power"),
    )
    # An error of 3e-7 of the largest bin is more in the logarithm of a small one.
    tolerance = (1e-5, 1e-4)

    def accepts(self, config: Config, shape: Shape) -> bool:
        return shape.length >= 8 and is_power_of_two(shape.length)

    def output(self, config: Config, shape: Shape) -> Shape:
        return Shape(shape.length // 2, shape.axes)

    def labels(self, config: Config, shape: Shape) -> list[str]:
        return [f"spectrum of axis {axis}" for axis in range(shape.axes)]

    def block(self, config: Config, shape: Shape, fitted: Fitted) -> dict[str, Any]:
        window = config["window"]
        return {
            "quarter_wave": quarter_wave(shape.length),
            "window": window_coefficients("hann" if window == "none" else window),
            "windowed": window != "none",
            "mode": _MODES.index(config["mode"]),
        }

    def scratch(self, config: Config, shape: Shape) -> int:
        return shape.length

    def cost(self, config: Config, shape: Shape) -> Cost:
        each = _OPERATIONS[config["mode"]] * shape.length / 2
        window = 0.0 if config["window"] == "none" else 10.0
        shared = (10.0 + window) * shape.length + spectrum_operations(shape.length) + each
        return Cost.uniform(shape.axes, shape.axes, shared)

    def oracle(
        self, config: Config, shape: Shape, fitted: Fitted, values: np.ndarray
    ) -> np.ndarray:
        # The mean is taken away before the window; the mean square of the window is 1.
        values = values - values.mean(axis=1, keepdims=True, dtype=np.float64)
        if config["window"] != "none":
            window = get_window(config["window"], shape.length)
            values = values * (window / np.sqrt(np.mean(window**2)))[:, None]
        power = periodogram(values, shape.length, detrend=False, axis=1)[1][:, 1:]
        if config["mode"] == "magnitude":
            return np.sqrt(power)
        return np.log(np.maximum(power, 1e-20)) if config["mode"] == "log_power" else power


RECORD = Rfft()
