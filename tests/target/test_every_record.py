"""Every step and model on emulated cores: the same bits as on the host."""

import numpy as np
import pytest

from kinglet import board
from kinglet.costs.harness import Call, run
from kinglet.record import Shape, models, steps
from kinglet.toolchain import CORES
from tests.conformance.cases import make_case
from tests.conformance.models import make_model_case

pytestmark = [
    pytest.mark.target,
    pytest.mark.skipif(
        board.unavailable_reason() is not None, reason=str(board.unavailable_reason())
    ),
]
FLOAT_CORES = ("cortex-m4f", "cortex-m7f", "cortex-m33f")
SOFT_CORES = ("cortex-m0", "cortex-m3", "rv32imc")


def calls_of_steps(shapes, n_signals) -> list[Call]:
    calls = []
    for step in steps():
        for number, shape in enumerate([Shape(96, 1)] if step.kind == "vector" else shapes):
            case = make_case(step, shape, seed=number)
            if case is None:
                continue
            values = case.signals(n_signals)
            values[-1] *= np.float32(1e-42)  # subnormals too
            wanted = np.arange(case.outputs())[::2] if number else None
            flat = values.reshape(len(values), -1)
            calls.append(Call(step, case.config, shape, case.fitted, flat, wanted))
    return [
        Call(c.record, c.config, c.shape, c.fitted, c.values, c.wanted)  # type: ignore[arg-type]
        if isinstance(c.fitted, Shape)
        else c
        for c in calls
    ]


def calls_of_models(n_lines) -> list[Call]:
    calls = []
    for model in models():
        case = make_model_case(model, seed=0)
        x = case.x[:n_lines]
        shape = Shape(x.shape[1], case.n_outputs)
        calls.append(Call(model, case.config, case.fitted, shape, x))
    return calls
