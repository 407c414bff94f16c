"""What a model that learns on the device says of itself."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from kinglet.record.base import Record
from kinglet.record.values import ANOMALY, Config, Fitted

# Floats count exactly up to here, and stay there: a counter that saturates by itself.
ENDLESS = float(1 << 24)

# Signals to learn before there is a similarity, and floats of what is usual; calibration.h.
FIRST_SIMILARITY = 13
CALIBRATION_FLOATS = 8


class Learner(Record):
    """A model that learns on the device, signal by signal, in memory of a fixed size.

    Nothing is fitted on the desk. The C functions are::

        static void kn_NAME_learn(const kn_NAME_block *block, float *state, const float *in,
                                  float *scratch);
        static float kn_NAME_score(const kn_NAME_block *block, const float *state,
                                   const float *in, float *scratch);

    ``state`` is all that is remembered: floats, all zero where nothing was learned; ``state[0]`` is
    the number of signals learned, at most ``block->horizon``. The score is the logarithm of how
    unlike the learned signals one is; from it `kinglet/runtime/calibration.h` makes the
    similarity. The inputs are finite and at most 1e15; learning must leave every float of the
    state, and the score of every input, finite.

    Attributes
    ----------
    warm_up : int
        Signals that must be learned before a score means anything.
    calibrated : bool
        Whether the score is not a logarithm but the share of its own limit: above 1 is an anomaly.
    of_values : bool
        Whether it is meant for the plain values of a stream.
    votes : bool
        Whether detections remember each other. The C then has
        ``float kn_NAME_vote(const kn_NAME_block *block, float *state, float score)``, called once
        for each detection, which gives the score that counts.
    """

    tasks = (ANOMALY,)
    warm_up: ClassVar[int] = 3
    calibrated: ClassVar[bool] = False
    of_values: ClassVar[bool] = False
    votes: ClassVar[bool] = False

    def functions(self) -> tuple[str, ...]:
        """Names of the C functions that a library calls."""
        names = ("learn", "score", "vote") if self.votes else ("learn", "score")
        return tuple(f"kn_{self.name}_{name}" for name in names)

    def accepts(self, config: Config, n_inputs: int) -> bool:
        """Tell whether the model makes sense for vectors of so many features."""
        return True

    def prepare(
        self, config: Config, n_inputs: int, horizon: float = ENDLESS, seed: int = 0
    ) -> dict[str, np.ndarray]:
        """Everything that is settled or drawn on the desk; no signal takes part.

        Parameters
        ----------
        n_inputs : int
            Features of a signal.
        horizon : float
            Number of signals after which older ones fade; `ENDLESS` for never.
        seed : int
            Seed of everything drawn.
        """
        return {
            "inputs": np.array([n_inputs], dtype=np.uint32),
            "horizon": np.array([horizon], dtype=np.float32),
        }

    def block(self, config: Config, fitted: Fitted) -> dict[str, Any]:
        """Values of the C parameter block: by name, of what was prepared or of the configuration.

        A field that is not an array takes the only element of what was prepared.
        """
        values: dict[str, Any] = {}
        for item in self.fields:
            value = fitted[item.name] if item.name in fitted else config[item.name]
            values[item.name] = value if item.array or np.isscalar(value) else value[0]
        return values

    def state(self, config: Config, n_inputs: int) -> int:
        """Floats of what is remembered."""
        raise NotImplementedError

    def scratch(self, config: Config, n_inputs: int) -> int:
        """Scratch memory that one call needs, in floats."""
        return 0

    def score_cost(self, config: Config, n_inputs: int) -> float:
        """Operations of one score."""
        raise NotImplementedError

    def learn_cost(self, config: Config, n_inputs: int) -> float:
        """Operations of learning one signal, without the score before it."""
        raise NotImplementedError

    def oracle(
        self, config: Config, fitted: Fitted, learned: np.ndarray, x: np.ndarray
    ) -> np.ndarray:
        """Scores of ``x`` (n, n_inputs) after learning ``learned`` in order, in float64; in tests.

        Raises
        ------
        NotImplementedError
            Where no oracle is given.
        """
        raise NotImplementedError
