"""One image with any number of calls of steps and models, for the emulated core.

It serves the table of cycles and the tests that compare every core with the host, bit for bit.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from kinglet import board
from kinglet.ccode import Tables, fold, learner_functions, prune
from kinglet.costs.calls import Call
from kinglet.record import Learner
from kinglet.toolchain import Abi, Core, Optimise

_COPY = """
static void copy(const void *from, uint32_t bytes, float *to)
{
    uint32_t i;
    for (i = 0; i < bytes / 4u; i++) {
        to[i] = ((const float *)from)[i];
    }
}
"""


def source(calls: Sequence[Call], n_outputs: int) -> str:
    """C of the image: ``board_run`` makes the call whose number stands before its input."""
    tables = Tables()
    blocks, cases = [], []
    for number, call in enumerate(calls):
        lines, statements = call.source(number, tables)
        blocks += lines
        cases.append(f"    case {number}:\n        {statements}\n        return 0;")
    records = {call.record.name: call.record for call in calls}
    inputs = max(call.values.shape[1] for call in calls)
    scratch = max(1, *(call.scratch() for call in calls))
    text = "\n".join(
        [
            "#include <stddef.h>\n#include <stdint.h>",
            fold(records.values(), ["calibration.h"]),
            *(learner_functions(each) for each in records.values() if isinstance(each, Learner)),
            f"struct {{ uint32_t number; float values[{inputs}]; }} board_input;",
            f"float board_output[{n_outputs}];",
            f"static float scratch[{scratch}];",
            tables.text(),
            *blocks,
            _COPY,
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
        Count instructions and cycles of the one function that all calls are of.

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
        measure=calls[0].measured if measure else None,
        measure_cycles=measure,
    )
    outputs, start = [], 0
    for call, width in zip(calls, widths, strict=True):
        raw = result.outputs[start : start + len(call.values)]
        outputs.append(np.array([np.frombuffer(line, dtype="<f4")[:width] for line in raw]))
        start += len(call.values)
    return outputs, result
