"""Mean and variance of each feature, learned on the device."""

from __future__ import annotations

from typing import Any

import numpy as np

from kinglet.models._variance import Moments, log_share, squared_share
from kinglet.record import Config, Field, Fitted, Learner, Parameter

_SCORES = ("z2", "student", "max")
_STUDENT_MOST = 256


class DiagonalGaussian(Learner):
    """Mean and variance of each feature: the smallest of all, and the fastest."""

    name = "diagonal_gaussian"
    title = "diagonal Gaussian"
    doc = (
        "Mean and variance of each feature by itself. The score is the logarithm of the squared "
        "deviations z^2 in units of the variances: their mean (z2), the heavier tailed "
        "n mean log(1 + z^2 n/(n^2 - 1)) (student), or their maximum (max), which finds what shows "
        "in one feature only. The smallest and fastest of all. Not for several regimes of a "
        "machine, nor for correlated features."
    )
    source = (
        "Welford (1962); Gelman et al., Bayesian Data Analysis, 3rd edition, section 3.2 "
        "(predictive distribution)"
    )
    # n log(1 + z^2/n) rounds to some hundredths of a thousandth of z^2 at n = 256.
    tolerance = (1e-4, 1e-4)
    parameters = (
        Parameter("score", "z2", "How deviations of the features are joined.", choices=_SCORES),
    )
    fields = (
        Field("inputs", "uint32_t", "number of features"),
        Field("score", "uint32_t", "0 mean, 1 student, 2 maximum"),
        Field("horizon", "float", "signals after which older ones fade"),
    )

    def block(self, config: Config, fitted: Fitted) -> dict[str, Any]:
        return super().block(config, fitted) | {"score": _SCORES.index(config["score"])}

    def state(self, config: Config, n_inputs: int) -> int:
        return 1 + 2 * n_inputs

    def score_cost(self, config: Config, n_inputs: int) -> float:
        return 190.0 + n_inputs * (157.0 if config["score"] == "student" else 72.0)

    def learn_cost(self, config: Config, n_inputs: int) -> float:
        return 48.0 + 24.0 * n_inputs

    def oracle(
        self, config: Config, fitted: Fitted, learned: np.ndarray, x: np.ndarray
    ) -> np.ndarray:
        moments = Moments(x.shape[1], float(fitted["horizon"][0]))
        for line in learned.astype(np.float64):
            moments.take(line)
        shares = squared_share(x - moments.mean, moments.variance())
        if config["score"] == "max":
            joined = shares.max(axis=1)
        elif config["score"] == "student":
            n = min(max(moments.count, 2), _STUDENT_MOST)
            joined = (n * np.log1p(shares * n / (n**2 - 1))).mean(axis=1)
        else:
            joined = shares.mean(axis=1)
        return log_share(joined)


RECORD = DiagonalGaussian()
