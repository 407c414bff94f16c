"""Ridge regression as a classifier."""

from __future__ import annotations

import numpy as np

from kinglet.models._read_out import LinearModel, ridge_read_out
from kinglet.record import Config, Parameter


class Ridge(LinearModel):
    """Ridge regression of the classes, its scores turned into probabilities."""

    name = "ridge"
    title = "ridge classifier"
    doc = (
        "p = softmax(W x + b): least squares on targets of 1 and -1 with a penalty on |W|^2, then "
        "one scale for all scores, chosen by leave-one-out log-loss. The fit in closed form makes "
        "it the quickest to search, also with more features than lines."
    )
    source = "Hoerl and Kennard (1970), Ridge regression, Technometrics 12(1)"
    parameters = (
        Parameter(
            "penalty",
            0.1,
            "Weight of the squared weights against the mean squared error.",
            low=1e-4,
            high=10.0,
            scale="log",
        ),
    )

    def fit(
        self, config: Config, x: np.ndarray, y: np.ndarray, n_outputs: int, seed: int
    ) -> dict[str, np.ndarray]:
        return ridge_read_out(x.astype(np.float64), y, n_outputs, config["penalty"])


RECORD = Ridge()
