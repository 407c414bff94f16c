"""Statistics of an axis over time."""

from __future__ import annotations

import numpy as np
from scipy import stats

from kinglet.record import Config, Cost, Fitted, Shape, Step

_VALUES = (
    "mean",
    "minimum",
    "maximum",
    "peak to peak",
    "root mean square",
    "standard deviation",
    "log standard deviation",
    "crest factor",
    "skewness",
    "kurtosis",
    "mean crossings",
    "mean absolute difference",
    "Hjorth mobility",
    "Hjorth complexity",
)
# Extremes (with the mean), moments, crossings, differences.
_GROUP = np.array([0] * 4 + [1] * 6 + [2] + [3] * 3)
# Cycles a sample; all need the first group's loop.
_CYCLES = np.array([22.0, 22.0, 17.0, 36.0])


class TimeStatistics(Step):
    """Moments, extremes, crossings and differences of each axis."""

    name = "time_statistics"
    title = "time statistics"
    doc = (
        "Fourteen values of each axis: mean, minimum, maximum, peak to peak, root mean square, "
        "standard deviation s and its natural logarithm, crest factor max|x - mean| / s, skewness "
        "and kurtosis (E(x - mean)^k / s^k, 3 for a normal distribution), share of neighbouring "
        "samples on different sides of the mean, mean absolute difference of neighbours, and "
        "Hjorth's mobility m(x) = r(x') / s and complexity m(x') / m(x), where r is the root mean "
        "square and x' the first differences. A constant axis has 0 for all that is divided by s. "
        "The cheapest features; they see neither frequencies nor the order of events."
    )
    source = "Hjorth (1970), EEG analysis based on time domain properties"
    kind = "features"
    tolerance = (2e-5, 5e-5)  # the skewness of a symmetric signal is all rounding

    def accepts(self, config: Config, shape: Shape) -> bool:
        return shape.length >= 8

    def output(self, config: Config, shape: Shape) -> Shape:
        return Shape(len(_VALUES) * shape.axes, 1)

    def labels(self, config: Config, shape: Shape) -> list[str]:
        return [f"{value} of axis {axis}" for axis in range(shape.axes) for value in _VALUES]

    def cost(self, config: Config, shape: Shape) -> Cost:
        axis = np.arange(shape.axes)[:, None]
        return Cost(
            each=np.full(len(_VALUES) * shape.axes, 15.0),
            group=(4 * axis + _GROUP).ravel(),
            shared=np.tile(_CYCLES * shape.length + 60.0, shape.axes),
            basis=np.where(np.arange(4) > 0, 4 * axis, -1).ravel(),
        )

    def oracle(
        self, config: Config, shape: Shape, fitted: Fitted, values: np.ndarray
    ) -> np.ndarray:
        x = values.astype(np.float64)
        mean, spread = x.mean(axis=1), x.std(axis=1)
        first, second = np.diff(x, axis=1), np.diff(x, n=2, axis=1)
        slope, curve = (np.sqrt((d**2).mean(axis=1)) for d in (first, second))
        above = x > mean[:, None]
        columns = (
            mean,
            x.min(axis=1),
            x.max(axis=1),
            np.ptp(x, axis=1),
            np.sqrt((x**2).mean(axis=1)),
            spread,
            np.log(spread),
            np.abs(x - mean[:, None]).max(axis=1) / spread,
            stats.skew(x, axis=1),
            stats.kurtosis(x, axis=1, fisher=False),
            (above[:, 1:] != above[:, :-1]).mean(axis=1),
            np.abs(first).mean(axis=1),
            slope / spread,
            curve / slope * spread / slope,
        )
        return np.stack(columns, axis=2).reshape(len(x), -1)

    def near_tie(
        self, config: Config, shape: Shape, fitted: Fitted, values: np.ndarray
    ) -> np.ndarray:
        x = values.astype(np.float64)
        distance = np.abs(x - x.mean(axis=1, keepdims=True)).min(axis=1)
        tied = np.zeros((len(x), shape.axes, len(_VALUES)), dtype=bool)
        tied[:, :, _VALUES.index("mean crossings")] = distance < 1e-6 * np.abs(x).max(axis=1)
        return tied.reshape(len(x), -1)


RECORD = TimeStatistics()
