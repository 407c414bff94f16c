"""One image with any number of calls of steps and models, for the emulated core.

It serves the table of cycles and the tests that compare every core with the host, bit for bit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from kinglet import board
from kinglet.ccode import Tables, block_constant, fold, prune
from kinglet.host import predict, run_step
from kinglet.record import Model, Shape, Step
from kinglet.toolchain import Abi, Core, Optimise


@dataclass(frozen=True)
class Call:
    """One step or model with everything it needs, and its inputs.

    Parameters
    ----------
    record : Step or Model
    config, fitted : mapping
    shape : Shape
        Of the input; for a model (n_inputs, n_outputs).
    values : ndarray of float32, shape (n, n_values)
        Interleaved signals, vectors, or scaled features.
    wanted : ndarray of int, optional
        All outputs by default.
    """

    record: Step | Model
    config: Mapping[str, Any]
    fitted: Mapping[str, np.ndarray]
    shape: Shape
    values: np.ndarray
    wanted: np.ndarray | None = field(default=None)

    def chosen(self) -> np.ndarray:
        """Outputs to compute."""
        assert isinstance(self.record, Step)
        if self.wanted is not None:
            return self.wanted
        return np.arange(self.record.outputs(self.config, self.shape))

    def on_host(self) -> np.ndarray:
        """What the host computes, float32 (n, n_outputs)."""
        if isinstance(self.record, Model):
            return predict(
                self.record, self.config, self.fitted, self.values, n_outputs=self.shape.axes
            )
        return run_step(
            self.record, self.config, self.shape, self.fitted, self.values, wanted=self.wanted
        )

    def operations(self) -> float:
        """Operations of one call, by the record's formula."""
        if isinstance(self.record, Model):
            return self.record.cost(self.config, self.fitted, *self.shape)
        return self.record.cost(self.config, self.shape).total(self.chosen())

    def scratch(self) -> int:
        """Floats of scratch memory."""
        if isinstance(self.record, Model):
            return self.record.scratch(self.config, *self.shape)
        return self.record.scratch(self.config, self.shape)

    def history(self) -> int:
        """Floats of memory of the signals before, which are one stream."""
        if isinstance(self.record, Model):
            return 0
        return self.record.history(self.config, self.shape)


def source(calls: Sequence[Call], n_outputs: int) -> str:
    """C of the image: ``board_run`` makes the call whose number stands before its input."""
    tables = Tables()
    blocks, cases = [], []
    for number, call in enumerate(calls):
        name, record = f"block_{number}", call.record
        if isinstance(record, Model):
            values = record.block(call.config, call.fitted)
            arguments = "board_input.values, board_output, scratch"
        else:
            values = record.block(call.config, call.shape, call.fitted)
            wanted = tables.add("uint16_t", call.chosen(), "wanted")
            length, axes = call.shape
            blocks.append(
                f"static const kn_shape shape_{number} = {{{length}u, {axes}u, {axes}u, 1u}};"
            )
            last = "scratch"
            if record.memory == "history":
                # Zero in a fresh image; the calls of a step come in the order of its stream.
                last = f"history_{number}"
                blocks.append(f"static float {last}[{call.history()}];")
            arguments = (
                f"&shape_{number}, board_input.values, {wanted}, {len(call.chosen())}u, "
                f"board_output, {last}"
            )
        blocks.append(block_constant(name, record, values, tables))
        cases.append(f"    case {number}: kn_{record.name}(&{name}, {arguments}); return 0;")
    records = {call.record.name: call.record for call in calls}
    inputs = max(call.values.shape[1] for call in calls)
    scratch = max(1, *(call.scratch() for call in calls))
    text = "\n".join(
        [
            "#include <stddef.h>\n#include <stdint.h>",
            fold(records.values()),
            f"struct {{ uint32_t number; float values[{inputs}]; }} board_input;",
            f"float board_output[{n_outputs}];",
            f"static float scratch[{scratch}];",
            tables.text(),
            *blocks,
            "int board_run(void)\n{\n    switch (board_input.number) {",
            *cases,
            "    default: return 1;\n    }\n}",
        ]
    )
    return prune(text)


def run(
    calls: Sequence[Call],
    core: Core,
    *,
    optimise: Optimise = "size",
    abi: Abi | None = None,
    measure: bool = False,
) -> tuple[list[np.ndarray], board.BoardRun]:
    """Make all calls on the emulated core.

    Parameters
    ----------
    measure : bool
        Count instructions and cycles of the one record that all calls are of.

    Returns
    -------
    tuple of (list of ndarray, BoardRun)
        Outputs of each call, float32 (n, n_outputs).
    """
    widths = [call.on_host().shape[1] for call in calls]
    image = board.link_image({}, source(calls, max(widths)), core, abi=abi, optimise=optimise)
    inputs = [
        number.to_bytes(4, "little") + np.ascontiguousarray(line, dtype="<f4").tobytes()
        for number, call in enumerate(calls)
        for line in call.values
    ]
    result = board.run(
        image,
        core,
        function="board_run",
        inputs=inputs,
        output_size=4 * max(widths),
        measure=f"kn_{calls[0].record.name}" if measure else None,
        measure_cycles=measure,
    )
    outputs, start = [], 0
    for call, width in zip(calls, widths, strict=True):
        raw = result.outputs[start : start + len(call.values)]
        outputs.append(np.array([np.frombuffer(line, dtype="<f4")[:width] for line in raw]))
        start += len(call.values)
    return outputs, result
