"""Extreme values of one value or a few per sample: the Weibull stream detector."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from kinglet.models._variance import Moments, squared_share
from kinglet.record import ENDLESS, Config, Field, Fitted, Learner, Parameter

_HEAD = 8
_WARM_UP = 10


class ExtremeValues(Learner):
    """How rare a deviation is among the maxima of the excursions before it."""

    name = "evt"
    title = "extreme values (Weibull)"
    doc = (
        "For streams of one value or a few per sample. Running mean m and variance v give "
        "y = |x - m| / sqrt(v), the largest over the inputs; an excursion of y above gamma gives "
        "one maximum e = max(y) - gamma when it ends, and mean and spread of the latest N maxima "
        "a Weibull distribution F (kappa = (spread / mean)^-1.086, from 0.3 to 6; lambda = mean / "
        "Gamma(1 + 1 / kappa)). A sample is a point outlier where F(y - gamma) > delta. The "
        "outliers are collective where the mean gap between the latest M is at most T; a T of half "
        "a sample is the talk's setting in which that cannot happen. Time counts in detections. "
        "As a detector of a stream, each sample is judged and then learned unless it is a point "
        "outlier, so that outliers move neither mean nor distribution. Not for many inputs, nor "
        "where what is wrong lies within the usual range."
    )
    source = (
        "On-device extreme value theory for anomaly detection (talk), with an estimator of our "
        "own; Justus et al. (1978), Methods for estimating wind speed frequency distributions "
        "(the exponent 1.086)"
    )
    parameters = (
        Parameter("gamma", 2, "Deviation that begins an excursion, in standard deviations.",
                  choices=(2, 3, 4)),
        Parameter("delta", 0.94, "Probability above which a maximum is an outlier.",
                  choices=(0.9, 0.94, 0.99)),
        Parameter("maxima", 5, "Maxima N that the distribution remembers.", choices=(5, 10)),
        Parameter("outliers", 5, "Outliers M that can be collective.", choices=(5, 10)),
        Parameter("gap", 5.0, "Mean gap T up to which they are; with 0.5 they never are.",
                  choices=(0.5, 5.0, 10.0), unit="samples"),
        Parameter("vote", "point", "Which outliers are anomalies.",
                  choices=("point", "collective")),
    )  # fmt: skip
    fields = (
        Field("inputs", "uint32_t", "number of values of a sample"),
        Field("horizon", "float", "samples after which older ones fade"),
        Field("gamma", "float", "deviation that begins an excursion"),
        Field("limit", "float", "-log(1 - delta)"),
        Field("maxima", "float", "maxima that are remembered"),
        Field("gaps", "uint32_t", "outliers that can be collective, less one"),
        Field("longest", "float", "sum of so many gaps up to which they are"),
        Field("collective", "uint32_t", "1 where single outliers are no anomaly"),
    )
    warm_up = _WARM_UP
    calibrated = True
    of_values = True
    votes = True

    def accepts(self, config: Config, n_inputs: int) -> bool:
        return 1 <= n_inputs <= 8

    def prepare(
        self, config: Config, n_inputs: int, horizon: float = ENDLESS, seed: int = 0
    ) -> dict[str, np.ndarray]:
        gaps = config["outliers"] - 1
        return super().prepare(config, n_inputs, horizon, seed) | {
            "limit": np.array([-math.log1p(-config["delta"])], dtype=np.float32),
            "gaps": np.array([gaps], dtype=np.uint32),
            "longest": np.array([gaps * config["gap"]], dtype=np.float32),
            "collective": np.array([config["vote"] == "collective"], dtype=np.uint32),
        }

    def state(self, config: Config, n_inputs: int) -> int:
        return _HEAD + 2 * n_inputs + int(config["outliers"]) - 1

    def score_cost(self, config: Config, n_inputs: int) -> float:
        return 85.0 + 65.0 * n_inputs  # 150 more for an outlier

    def learn_cost(self, config: Config, n_inputs: int) -> float:
        return 153.0 + 89.0 * n_inputs  # 600 more where an excursion ends

    def oracle(
        self, config: Config, fitted: Fitted, learned: np.ndarray, x: np.ndarray
    ) -> np.ndarray:
        stream = _Stream(config, learned.shape[1], float(fitted["horizon"][0]))
        for sample in learned.astype(np.float64):
            stream.learn(sample)
        return np.fromiter(stream.scores(x.astype(np.float64)), dtype=np.float64)


class _Stream:
    """The same in float64."""

    def __init__(self, config: Config, n_inputs: int, horizon: float) -> None:
        self.gamma, self.maxima = float(config["gamma"]), int(config["maxima"])
        self.limit = -math.log1p(-config["delta"])
        self.moments = Moments(n_inputs, horizon)
        self.peak, self.number = 0.0, 1
        self.e_mean, self.e_variance = 1 / self.gamma, self.gamma**-2

    def deviation(self, x: np.ndarray) -> float:
        shares = squared_share(x - self.moments.mean, self.moments.variance())
        return float(np.sqrt(shares.max()))

    def learn(self, x: np.ndarray) -> None:
        if self.moments.count >= min(_WARM_UP, self.moments.horizon):
            self._follow(self.deviation(x))
        self.moments.take(x)

    def _follow(self, deviation: float) -> None:
        if deviation > self.gamma:
            self.peak = max(self.peak, deviation)
        elif self.peak:
            self.number = min(self.number + 1, self.maxima)
            weight, change = 1 / self.number, self.peak - self.gamma - self.e_mean
            self.e_mean += weight * change
            self.e_variance = (1 - weight) * (self.e_variance + weight * change**2)
            self.peak = 0.0

    def scores(self, x: np.ndarray) -> Iterator[float]:
        mean = max(self.e_mean, 1e-6)
        ratio = max(self.e_variance / mean**2, 1e-20)
        shape = min(max(ratio**-0.543, 0.3), 6)
        scale = mean / math.gamma(1 + 1 / shape)
        for y in map(self.deviation, x):
            if y > self.gamma:
                power = shape * math.log((y - self.gamma) / scale)
                yield math.exp(min(max(power, -87), 88)) / self.limit
            else:
                yield y / self.gamma - 1


RECORD = ExtremeValues()
