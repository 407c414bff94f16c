"""What a preprocessing step says of itself."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

import numpy as np

from kinglet.record.base import Record
from kinglet.record.values import Config, Cost, Fitted, Shape


class Step(Record):
    """A transformation of one signal; stateless but for what was fitted on training lines.

    A step with ``memory`` also looks back at the signals before, in their order (samples of
    several sensors, one a line): its signals are one stream.

    ``kind`` says what it makes: ``signal`` (axes of samples to axes of samples), ``features``
    (axes of samples to a vector; the end of a branch) or ``vector`` (the joined vector to a vector
    of the same length, in place).

    The C function has one signature for all::

        static void kn_NAME(const kn_NAME_block *block, const kn_shape *shape, const float *in,
                            const uint16_t *wanted, uint32_t wanted_count,
                            float *out, float *scratch);

    ``wanted`` lists, ascending, the outputs to compute: axes for a signal step, features for a
    feature step (a vector step computes all). Outputs are written side by side: wanted axis k
    starts at ``out + k * output_length``, wanted feature k is ``out[k]``. The bits of an output
    never depend on which others are wanted.

    For a step with memory the last argument is not scratch but its history: floats that last, all
    zero at the start of a stream. Every call takes all axes of its shape into the history, whatever
    is wanted.
    """

    kind: ClassVar[Literal["signal", "features", "vector"]]
    # What it makes sense after: any signal, or a spectrum only.
    takes: ClassVar[Literal["signal", "spectrum"]] = "signal"
    gives: ClassVar[Literal["signal", "spectrum"]] = "signal"
    # Share of the outputs that may stay constant on ordinary signals (a kernel that never fires).
    constant_share: ClassVar[float] = 0.0
    memory: ClassVar[Literal["none", "history"]] = "none"
    fit_kind: ClassVar[Literal["none", "unlabelled", "labelled"]] = "none"

    def accepts(self, config: Config, shape: Shape) -> bool:
        """Tell whether the step makes sense for signals of this shape."""
        return True

    def output(self, config: Config, shape: Shape) -> Shape:
        """Shape of the output; a vector of n values has shape (n, 1)."""
        raise NotImplementedError

    def outputs(self, config: Config, shape: Shape) -> int:
        """Number of outputs that can be wanted: axes of a signal step, else features."""
        result = self.output(config, shape)
        return result.axes if self.kind == "signal" else result.length

    def labels(self, config: Config, shape: Shape) -> list[str]:
        """Name each output for people."""
        per_axis = max(1, self.outputs(config, shape) // shape.axes)
        return [
            f"{self.title} {index % per_axis} of axis {index // per_axis}"
            for index in range(self.outputs(config, shape))
        ]

    def fit(
        self,
        config: Config,
        shape: Shape,
        values: np.ndarray,
        label: np.ndarray | None,
        rng: np.random.Generator,
    ) -> dict[str, np.ndarray]:
        """Learn from training lines what the block needs.

        Parameters
        ----------
        values : ndarray of float32, shape (n, length, axes); (n, length) for a vector step
        label : ndarray of int, shape (n,), optional
        rng : numpy.random.Generator
        """
        return {}

    def block(self, config: Config, shape: Shape, fitted: Fitted) -> dict[str, Any]:
        """Values of the C parameter block, by name of field."""
        return {}

    def scratch(self, config: Config, shape: Shape) -> int:
        """Scratch memory that one call needs, in floats."""
        return 0

    def history(self, config: Config, shape: Shape) -> int:
        """Memory of the signals before, in floats; 0 for a step without memory."""
        return 0

    def cost(self, config: Config, shape: Shape) -> Cost:
        """Operations of the outputs, for prediction of time and for selection."""
        raise NotImplementedError

    def needs(self, config: Config, shape: Shape, fitted: Fitted) -> np.ndarray:
        """Which input axes each output needs, bool (n_outputs, axes).

        By default outputs lie in equal runs, one an axis.
        """
        per_axis = self.outputs(config, shape) // shape.axes
        return np.repeat(np.eye(shape.axes, dtype=bool), per_axis, axis=0)

    def narrow(
        self, config: Config, shape: Shape, fitted: Fitted, wanted: np.ndarray, kept: np.ndarray
    ) -> tuple[dict[str, Any], dict[str, np.ndarray], np.ndarray]:
        """Rewrite for an input of which only the axes ``kept`` are there.

        Returns
        -------
        tuple of (config, fitted, wanted)
            Such that the step over the kept axes gives the same bits for the same outputs.
        """
        per_axis = self.outputs(config, shape) // shape.axes
        wanted = np.asarray(wanted)
        axis = np.searchsorted(kept, wanted // per_axis)
        return dict(config), dict(fitted), axis * per_axis + wanted % per_axis

    def oracle(
        self, config: Config, shape: Shape, fitted: Fitted, values: np.ndarray
    ) -> np.ndarray:
        """Compute the same in NumPy; in tests only.

        Parameters
        ----------
        values : ndarray, shape (n, length, axes); (n, length) for a vector step
            For a step with memory one stream, in order.

        Returns
        -------
        ndarray, shape (n, length', axes') for a signal step, else (n, n_outputs)
        """
        raise NotImplementedError

    def near_tie(
        self, config: Config, shape: Shape, fitted: Fitted, values: np.ndarray
    ) -> np.ndarray:
        """Outputs, bool (n, n_outputs), that hang on a comparison too close for the oracle."""
        return np.zeros((len(values), self.outputs(config, shape)), dtype=bool)
