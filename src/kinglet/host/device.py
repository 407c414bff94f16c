"""The device played on this machine: learn signals, judge new ones, in C and in batches."""

from __future__ import annotations

import ctypes

import numpy as np

from kinglet.ccode import block_struct
from kinglet.host.call import check_guard, make_scratch, pointer
from kinglet.host.compiled import library
from kinglet.record import CALIBRATION_FLOATS, Config, Fitted, Learner


class Device:
    """One device with its knowledge.

    Parameters
    ----------
    model : Learner
    config, fitted : mapping
        Hyperparameters, and what `Learner.prepare` gave.
    n_inputs : int
    stream : bool
        Whether vectors are samples of a stream: they are learned and scored in turn, for the
        calibration; see `kinglet/runtime/calibration.h`.

    Attributes
    ----------
    state : ndarray of float32
        What the model remembers; written by `learn`.
    calibration : ndarray of float32, shape (8,)
        ``kn_calibration``.
    learned : int
        Number of signals learned.
    """

    def __init__(
        self,
        model: Learner,
        config: Config,
        fitted: Fitted,
        n_inputs: int,
        *,
        stream: bool = False,
    ) -> None:
        self._model = model
        self._stream = stream
        self._n_inputs = n_inputs
        self._block, self._kept = block_struct(model, model.block(config, fitted))
        self._scratch = make_scratch(model.scratch(config, n_inputs))
        self._memory = make_scratch(model.state(config, n_inputs))
        self.state = self._memory[: model.state(config, n_inputs)]
        self.calibration = np.zeros(CALIBRATION_FLOATS, dtype=np.float32)
        self.learned = 0

    def learn(self, x: np.ndarray) -> None:
        """Learn vectors in order, float32 of shape (n, n_inputs)."""
        turns = ctypes.c_uint32(self._stream), ctypes.c_uint32(self.learned)
        self._call("learn", self._checked(x), *turns)
        self.learned += len(x)

    def judge(self, x: np.ndarray) -> np.ndarray:
        """Judge vectors in order.

        Parameters
        ----------
        x : ndarray of float32, shape (n, n_inputs)

        Returns
        -------
        ndarray of float32, shape (n, 2)
            z, how far the score lies above the usual one; and the limit up to which it is nominal.
        """
        out = np.empty((len(x), 2), dtype=np.float32)
        self._call("judge", self._checked(x), pointer(out))
        return out

    def _checked(self, x: np.ndarray) -> np.ndarray:
        if x.shape[1] != self._n_inputs:
            raise ValueError(f"{self._model.name} was prepared for {self._n_inputs} features")
        return np.ascontiguousarray(x, dtype=np.float32)

    def _call(self, what: str, x: np.ndarray, *more: object) -> None:
        library()[f"batch_{self._model.name}_{what}"](
            ctypes.byref(self._block),
            pointer(self.state),
            pointer(self.calibration),
            pointer(x),
            ctypes.c_uint32(x.shape[1]),
            pointer(self._scratch),
            ctypes.c_uint32(len(x)),
            *more,
        )
        check_guard(self._scratch, self._model.name)
        check_guard(self._memory, self._model.name)
