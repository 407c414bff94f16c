"""What models behind the scaler that learns on the device have in common."""

from __future__ import annotations

import numpy as np

from kinglet.models._variance import least_variance
from kinglet.record import ENDLESS, Config, Learner

WARM_UP = 10
_MOST = 8.0

# Operations of scaling one value, and of gathering one.
SCALE_COST = 28.0


class ScaledLearner(Learner):
    """A model that learns signals scaled by the first ten of them, those ten included.

    While they are gathered they lie where the model will learn.
    """

    warm_up = WARM_UP

    def prepare(
        self, config: Config, n_inputs: int, horizon: float = ENDLESS, seed: int = 0
    ) -> dict[str, np.ndarray]:
        return super().prepare(config, n_inputs, max(horizon, float(WARM_UP)), seed)

    def own(self, config: Config, n_inputs: int) -> int:
        """Floats that the model itself remembers."""
        raise NotImplementedError

    def working(self, config: Config, n_inputs: int) -> int:
        """Floats of scratch memory beside the scaled signals."""
        return 0

    def state(self, config: Config, n_inputs: int) -> int:
        return 1 + 2 * n_inputs + max(self.own(config, n_inputs), WARM_UP * n_inputs)

    def scratch(self, config: Config, n_inputs: int) -> int:
        return WARM_UP * n_inputs + self.working(config, n_inputs)


def scaled(learned: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Scale vectors as a device does that has learned others; the oracle of `device_scale.h`.

    Parameters
    ----------
    learned : ndarray, shape (n_learned, n_inputs)
        At least `WARM_UP` vectors; the first so many settle the scale.
    x : ndarray, shape (n, n_inputs)
    """
    first = learned[:WARM_UP].astype(np.float64)
    mean = first.mean(axis=0)
    variance = np.maximum(first.var(axis=0, ddof=1), least_variance(mean))
    return np.clip((x - mean) / np.sqrt(variance), -_MOST, _MOST)
