"""Window before a spectrum."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.signal import get_window

from kinglet.record import Config, Cost, Field, Fitted, Parameter, Shape, Step
from kinglet.runtime.tables import is_power_of_two, quarter_wave, window_coefficients


class Window(Step):
    """Remove the mean and taper the ends of each axis."""

    name = "window"
    title = "window"
    doc = (
        "y_i = (x_i - mean(x)) w_i with a periodic cosine window w of mean square 1. Before a "
        "spectrum it keeps a strong tone from leaking over all bins, at the price of a peak 1.5 to "
        "2 times as wide. Leave it out for noise-like signals, and where the ends of the signal "
        "matter."
    )
    source = (
        "Harris (1978), On the use of windows for harmonic analysis with the discrete Fourier "
        "transform, section V"
    )
    kind = "signal"
    parameters = (
        Parameter("shape", "hann", "Shape of the taper.", choices=("hann", "hamming", "blackman")),
    )
    fields = (
        Field("quarter_wave", "float", "sin(2 pi i / length), i = 0..length/4", array=True),
        Field(
            "window", "float", "a, b, d of a - b c + d c^2, c = cos(2 pi i / length)", array=True
        ),
    )

    def accepts(self, config: Config, shape: Shape) -> bool:
        return shape.length >= 8 and is_power_of_two(shape.length)

    def output(self, config: Config, shape: Shape) -> Shape:
        return shape

    def block(self, config: Config, shape: Shape, fitted: Fitted) -> dict[str, Any]:
        return {
            "quarter_wave": quarter_wave(shape.length),
            "window": window_coefficients(config["shape"]),
        }

    def cost(self, config: Config, shape: Shape) -> Cost:
        return Cost.uniform(shape.axes, shape.axes, shared=20.0 * shape.length)

    def oracle(
        self, config: Config, shape: Shape, fitted: Fitted, values: np.ndarray
    ) -> np.ndarray:
        values = values.astype(np.float64)
        window = get_window(config["shape"], shape.length)
        window /= np.sqrt(np.mean(window**2))
        return (values - values.mean(axis=1, keepdims=True)) * window[:, None]


RECORD = Window()
