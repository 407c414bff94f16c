"""Nearest neighbours that learn on the device."""

from __future__ import annotations

import numpy as np

from kinglet.models._reservoir import Reservoir
from kinglet.record import Config, Field, Fitted, Learner, Parameter


class Neighbours(Learner):
    """Distance from the nearest of a bounded sample of the signals learned."""

    name = "neighbours"
    title = "nearest neighbours"
    doc = (
        "A fair sample of the signals learned is kept as it is (reservoir sampling). The score is "
        "the logarithm of the mean squared deviation from the nearest of them, each feature in "
        "units of how far nearest neighbours usually differ. Follows any shape of the nominal "
        "signals, several regimes included. Not where memory is short: it holds whole vectors."
    )
    source = (
        "Ramaswamy et al. (2000), Efficient algorithms for mining outliers; Vitter (1985), Random "
        "sampling with a reservoir"
    )
    tolerance = (1e-4, 1e-4)
    parameters = (
        Parameter("size", 16, "Number of signals kept.", choices=(16, 32, 64)),
        Parameter(
            "nearest", 1, "Number of neighbours whose distances are averaged.", low=1, high=3
        ),
    )
    fields = (
        Field("inputs", "uint32_t", "number of features"),
        Field("size", "uint32_t", "number of vectors kept"),
        Field("nearest", "uint32_t", "neighbours averaged, 1 to 3"),
        Field("horizon", "float", "signals after which older ones fade"),
    )

    def state(self, config: Config, n_inputs: int) -> int:
        return 2 + (3 + int(config["size"])) * n_inputs

    def scratch(self, config: Config, n_inputs: int) -> int:
        return n_inputs

    def score_cost(self, config: Config, n_inputs: int) -> float:
        return 345.0 + 97.0 * n_inputs + config["size"] * (28.0 + 17.7 * n_inputs)

    def learn_cost(self, config: Config, n_inputs: int) -> float:
        return 335.0 + 137.0 * n_inputs + config["size"] * (30.0 + 17.7 * n_inputs)

    def oracle(
        self, config: Config, fitted: Fitted, learned: np.ndarray, x: np.ndarray
    ) -> np.ndarray:
        reservoir = Reservoir(config["size"], float(fitted["horizon"][0]), learned)
        return reservoir.score(x, config["nearest"])


RECORD = Neighbours()
