"""Every step and model on emulated cores: the same bits as on the host."""

import numpy as np
import pytest

from kinglet import board
from kinglet.costs.calibrate import model_calls
from kinglet.costs.harness import Call, run
from kinglet.record import Shape, models, steps
from kinglet.toolchain import CORES
from tests.conformance.cases import make_case

pytestmark = [
    pytest.mark.target,
    pytest.mark.skipif(
        board.unavailable_reason() is not None, reason=str(board.unavailable_reason())
    ),
]
FLOAT_CORES = ("cortex-m4f", "cortex-m7f", "cortex-m33f")
SOFT_CORES = ("cortex-m0", "cortex-m3", "rv32imc")


def calls_of_steps(shapes: tuple[Shape, ...], n_signals: int) -> list[Call]:
    """Each step in its default form and in a drawn one, with all outputs and with some."""
    calls = []
    for step in steps():
        for number, shape in enumerate([Shape(48, 1)] * 2 if step.kind == "vector" else shapes):
            case = make_case(step, shape, seed=number)
            if case is None:
                continue
            values = case.signals(n_signals)
            values[-1] *= np.float32(1e-39)  # subnormals too
            wanted = np.arange(case.outputs())[::2] if number and step.kind != "vector" else None
            flat = values.reshape(len(values), -1)
            calls.append(Call(step, case.config, case.fitted, shape, flat, wanted))
    return calls


def check(core: str, calls: list[Call], optimise: str) -> None:
    outputs, _ = run(calls, CORES[core], optimise=optimise)
    different = [
        f"{call.record.name} {dict(call.config)} {tuple(call.shape)}"
        for call, got in zip(calls, outputs, strict=True)
        if got.tobytes() != call.on_host().tobytes()
    ]
    assert not different


@pytest.mark.parametrize("optimise", ["size", "speed"])
@pytest.mark.parametrize("core", FLOAT_CORES)
def test_with_floats_in_hardware(core, optimise):
    calls = calls_of_steps((Shape(128, 3), Shape(64, 6), Shape(512, 1)), 16)
    for model in models():
        calls += model_calls(model, ((24, 3), (64, 6), (40, 10)), 100)
    check(core, calls, optimise)


@pytest.mark.parametrize("core", SOFT_CORES)
def test_with_floats_in_software(core):
    calls = calls_of_steps((Shape(64, 3), Shape(128, 2)), 3)
    for model in models():
        calls += model_calls(model, ((16, 3), (32, 5)), 10)
    check(core, calls, "size")


def test_every_record_is_among_the_calls():
    calls = calls_of_steps((Shape(128, 3), Shape(64, 6), Shape(512, 1)), 2)
    assert {call.record.name for call in calls} == set(steps().names())
