"""Calls of steps and models with everything they need, for the host and for an emulated core."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from kinglet.ccode import Tables, block_constant, literal
from kinglet.host import Device, predict, run_step
from kinglet.record import Learner, Model, Record, Shape, Step


@dataclass(frozen=True)
class Call:
    """One record and its inputs.

    Parameters
    ----------
    record : Record
    config, fitted : mapping
    shape : Shape
        Of the input; for a model (n_inputs, n_outputs).
    values : ndarray of float32, shape (n, n_values)
        Interleaved signals, vectors, or scaled features.
    """

    record: Record
    config: Mapping[str, Any]
    fitted: Mapping[str, np.ndarray]
    shape: Shape
    values: np.ndarray

    @property
    def measured(self) -> str:
        """The C function whose cycles count."""
        return f"kn_{self.record.name}"

    def on_host(self) -> np.ndarray:
        """What the host computes, float32 (n, n_outputs)."""
        raise NotImplementedError

    def operations(self) -> float:
        """Operations of one call, by the record's formula."""
        raise NotImplementedError

    def scratch(self) -> int:
        """Floats of scratch memory."""
        raise NotImplementedError

    def source(self, number: int, tables: Tables) -> tuple[list[str], str]:
        """Constants and memory of the call with a number, and its statements, in C.

        The input is in ``board_input.values``, the output goes to ``board_output``, and there is
        ``scratch``.
        """
        raise NotImplementedError


@dataclass(frozen=True)
class StepCall(Call):
    """A step; with memory its values are one stream.

    Parameters
    ----------
    wanted : ndarray of int, optional
        All outputs by default.
    """

    record: Step
    wanted: np.ndarray | None = field(default=None)

    def chosen(self) -> np.ndarray:
        """Outputs to compute."""
        if self.wanted is not None:
            return self.wanted
        return np.arange(self.record.outputs(self.config, self.shape))

    def on_host(self) -> np.ndarray:
        """Outputs that are wanted of each signal, float32 (n, n_outputs)."""
        return run_step(
            self.record, self.config, self.shape, self.fitted, self.values, wanted=self.wanted
        )

    def operations(self) -> float:
        """Operations of one call."""
        return self.record.cost(self.config, self.shape).total(self.chosen())

    def scratch(self) -> int:
        """Floats of scratch memory."""
        return self.record.scratch(self.config, self.shape)

    def source(self, number: int, tables: Tables) -> tuple[list[str], str]:
        """Block, shape and history, and the call."""
        name, (length, axes) = self.record.name, self.shape
        block = self.record.block(self.config, self.shape, self.fitted)
        lines = [
            block_constant(f"block_{number}", self.record, block, tables),
            f"static const kn_shape shape_{number} = {{{length}u, {axes}u, {axes}u, 1u}};",
        ]
        memory = "scratch"
        if self.record.memory == "history":
            # Zero in a fresh image; the calls of a step come in the order of its stream.
            memory = f"history_{number}"
            floats = self.record.history(self.config, self.shape)
            lines.append(f"static float {memory}[{floats}];")
        wanted = tables.add("uint16_t", self.chosen(), "wanted")
        return lines, (
            f"kn_{name}(&block_{number}, &shape_{number}, board_input.values, {wanted}, "
            f"{len(self.chosen())}u, board_output, {memory});"
        )


@dataclass(frozen=True)
class ModelCall(Call):
    """A model of the desk."""

    record: Model

    def on_host(self) -> np.ndarray:
        """Outputs for each line, float32 (n, n_outputs)."""
        return predict(self.record, self.config, self.fitted, self.values, self.shape.axes)

    def operations(self) -> float:
        """Operations of one call."""
        return self.record.cost(self.config, self.fitted, *self.shape)

    def scratch(self) -> int:
        """Floats of scratch memory."""
        return self.record.scratch(self.config, *self.shape)

    def source(self, number: int, tables: Tables) -> tuple[list[str], str]:
        """Block and call."""
        block = self.record.block(self.config, self.fitted)
        lines = [block_constant(f"block_{number}", self.record, block, tables)]
        return lines, (
            f"kn_{self.record.name}(&block_{number}, board_input.values, board_output, scratch);"
        )


@dataclass(frozen=True)
class LearnerCall(Call):
    """A model that learns on the device: judging a vector, or learning it.

    Judging gives z and limit, learning gives all that is remembered after it.

    Parameters
    ----------
    before : ndarray of float32, shape (n, n_inputs)
        Vectors that were learned before the first call.
    learns : bool
    """

    record: Learner
    before: np.ndarray
    learns: bool

    @property
    def measured(self) -> str:
        """Learning without the score before it, or the score."""
        return f"kn_{self.record.name}_{'learn' if self.learns else 'score'}"

    def _device(self) -> Device:
        device = Device(self.record, self.config, self.fitted, self.shape.length)
        device.learn(self.before)
        return device

    def on_host(self) -> np.ndarray:
        """What the device says of each vector or remembers after it, float32 (n, n_outputs)."""
        device = self._device()
        if not self.learns:
            return device.judge(self.values)
        remembered = []
        for line in self.values:
            device.learn(line[None])
            remembered.append(np.concatenate([device.state, device.calibration]))
        return np.array(remembered)

    def operations(self) -> float:
        """Operations of one score, or of learning once."""
        cost = self.record.learn_cost if self.learns else self.record.score_cost
        return cost(self.config, self.shape.length)

    def scratch(self) -> int:
        """Floats of scratch memory."""
        return self.record.scratch(self.config, self.shape.length)

    def source(self, number: int, tables: Tables) -> tuple[list[str], str]:
        """Block and memory, the call, and a copy of what it leaves behind."""
        name, device = self.record.name, self._device()
        block, state = f"block_{number}", f"state_{number}"
        lines = [
            block_constant(block, self.record, self.record.block(self.config, self.fitted), tables),
            _memory("float", f"{state}[{len(device.state)}]", device.state),
            _memory("kn_calibration", f"calibration_{number}", device.calibration),
        ]
        arguments = f"&{block}, {state}, &calibration_{number}, board_input.values"
        if not self.learns:
            return lines, (
                f"board_output[0] = kn_{name}_judge({arguments}, board_output + 1, scratch);"
            )
        return lines, (
            f"kn_{name}_take({arguments}, scratch);\n"
            f"        copy({state}, sizeof {state}, board_output);\n"
            f"        copy(&calibration_{number}, sizeof(kn_calibration), "
            f"board_output + {len(device.state)});"
        )


def _memory(ctype: str, name: str, values: np.ndarray) -> str:
    return f"static {ctype} {name} = {{{', '.join(map(literal, values))}}};"
