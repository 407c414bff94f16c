"""Every step and model on emulated cores: the same bits as on the host."""

import numpy as np
import pytest

from kinglet import board
from kinglet.costs.calibrate import learner_calls, model_calls
from kinglet.costs.calls import Call, LearnerCall, ModelCall, StepCall
from kinglet.costs.harness import run
from kinglet.demo import basic_motions
from kinglet.record import Learner, Model, Shape, models, steps
from kinglet.toolchain import CORES
from tests.conformance.cases import fitting_shapes, make_case

pytestmark = [
    pytest.mark.target,
    pytest.mark.skipif(
        board.unavailable_reason() is not None, reason=str(board.unavailable_reason())
    ),
]
FLOAT_CORES = ("cortex-m4f", "cortex-m7f", "cortex-m33f")
SOFT_CORES = ("cortex-m0", "cortex-m3", "rv32imc")


def real_signals() -> dict[tuple[int, int], np.ndarray]:
    """Windows of smart-watch recordings, all their axes or some, by shape."""
    values = np.concatenate([basic_motions(part).signals.values for part in ("test", "train")])
    order = np.random.default_rng(0).permutation(len(values))
    return {(64, axes): np.ascontiguousarray(values[order][:, :, :axes]) for axes in (2, 3, 6)}


REAL = real_signals()


def calls_of_steps(shapes: tuple[Shape, ...], n_signals: int) -> list[StepCall]:
    """Each step in its default form and in a drawn one, with all outputs and with some."""
    calls = []
    for step in steps():
        for number, shape in enumerate(fitting_shapes(step, shapes)):
            case = make_case(step, shape, seed=number)
            if case is None:
                continue
            with_memory = step.memory == "history"
            values = case.signals(n_signals)[: max(n_signals, 80) if with_memory else n_signals]
            real = REAL.get(tuple(shape))
            if real is not None and step.takes == "signal" and step.kind != "vector":
                values = np.concatenate([real[: n_signals - 2], values[:2]])
            values[-1] *= np.float32(1e-39)  # subnormals too
            wanted = np.arange(case.outputs())[::2] if number and step.kind != "vector" else None
            flat = values.reshape(len(values), -1)
            calls.append(StepCall(step, case.config, case.fitted, shape, flat, wanted))
    return calls


def calls_of_models(shapes: tuple[tuple[int, int], ...], n_lines: int) -> list[ModelCall]:
    return [
        call
        for model in models()
        if isinstance(model, Model)
        for call in model_calls(model, shapes, n_lines)
    ]


def calls_of_learners(inputs: tuple[int, ...], n_lines: int) -> list[LearnerCall]:
    """Each learner from nothing beyond its horizon, its memory seen after each vector; and judging
    when it knows."""
    return [
        call
        for model in models()
        if isinstance(model, Learner)
        for n_learned, learns in ((0, True), (40, False))
        for call in learner_calls(model, inputs, n_learned, n_lines, learns=learns, horizon=20)
    ]


def check(core: str, calls: list[Call], optimise: str) -> None:
    outputs, _ = run(calls, CORES[core], optimise=optimise)
    different = [
        f"{call.record.name} {dict(call.config)} {tuple(call.shape)}"
        for call, got in zip(calls, outputs, strict=True)
        if got.tobytes() != call.on_host().tobytes()
    ]
    assert not different


@pytest.mark.parametrize(
    ("core", "optimise"), [*((core, "size") for core in FLOAT_CORES), ("cortex-m4f", "speed")]
)
def test_with_floats_in_hardware(core, optimise):
    calls = calls_of_steps((Shape(64, 6), Shape(64, 3)), 162)
    calls += calls_of_steps((Shape(128, 3), Shape(512, 1)), 8)
    check(core, calls, optimise)
    check(core, calls_of_models(((24, 3), (64, 6), (40, 10)), 100), optimise)


@pytest.mark.parametrize(
    ("core", "optimise"),
    [("cortex-m4f", "size"), ("cortex-m33f", "size"), ("cortex-m4f", "speed")],
)
def test_learning_with_floats_in_hardware(core, optimise):
    check(core, calls_of_learners((1, 7, 32), 40), optimise)


@pytest.mark.parametrize("core", SOFT_CORES)
def test_with_floats_in_software(core):
    calls = calls_of_steps((Shape(64, 3), Shape(64, 2)), 22)
    check(core, [*calls, *calls_of_models(((16, 3), (32, 5)), 10)], "size")


@pytest.mark.parametrize("core", SOFT_CORES)
def test_learning_with_floats_in_software(core):
    check(core, calls_of_learners((8,), 24), "size")


def test_every_record_is_among_the_calls():
    calls = calls_of_steps((Shape(128, 3), Shape(64, 6), Shape(512, 1)), 2)
    assert {call.record.name for call in calls} == set(steps().names())
