"""Finished libraries, the very object of the archive, on emulated cores with real signals."""

import numpy as np
import pytest

from kinglet import board
from kinglet.demo import basic_motions
from kinglet.library import build
from kinglet.library.timing import run_on_board
from kinglet.record import OUTLIER, models
from kinglet.toolchain import CORES, compile_object
from tests import samples

pytestmark = [
    pytest.mark.target,
    pytest.mark.skipif(
        board.unavailable_reason() is not None, reason=str(board.unavailable_reason())
    ),
]
CORES_AND_SIGNALS = {
    "cortex-m0": 20,
    "cortex-m3": 20,
    "cortex-m4f": 160,
    "cortex-m7f": 60,
    "cortex-m33f": 60,
    "rv32imc": 20,
}


@pytest.fixture(scope="module")
def real_signals() -> np.ndarray:
    """Accelerometer of the smart-watch recordings, and two signals that must be refused."""
    values = np.concatenate([basic_motions(part).signals.values for part in ("test", "train")])
    values = np.ascontiguousarray(values[:, :, : samples.SHAPE.axes])
    values[3, 7, 1] = np.inf
    values[5, 0, 0] = 1e12
    return values


@pytest.mark.parametrize("model", samples.MODELS)
@pytest.mark.parametrize("core", CORES_AND_SIGNALS)
def test_core_says_what_the_emulator_says(core, model, real_signals):
    values = real_signals[: CORES_AND_SIGNALS[core]]
    library = samples.library(model, core=core)
    run = run_on_board(
        library.compiled, library.sources, library.trained, library.task, CORES[core], None,
        values, count=False,
    )  # fmt: skip
    outputs = library.emulate(values).outputs
    expected = samples.answers(model, outputs)
    last = bytes(len(expected[0]))
    for index, (state, output) in enumerate(zip(run.returns, run.outputs, strict=True)):
        if index in (3, 5):
            assert state == 3, "not finite or too large: NEAI_INVALID_PARAM"
            assert output == last
            assert np.isnan(outputs[index]).all()
            continue
        assert state == 0
        assert output == expected[index], f"signal {index}"
        last = output


@pytest.mark.parametrize("model", models().serving(OUTLIER))
@pytest.mark.parametrize("core", ["cortex-m0", "cortex-m4f"])
def test_scores_of_outliers_are_the_same_bits(core, model, real_signals):
    library = samples.library(model, core=core)
    inner = "float board_score(float *in) { return neai_value(in); }"
    compiled = compile_object(
        f"{library.sources.source}\nfloat board_score(float *in);\n{inner}\n",
        CORES[core],
        headers={"NanoEdgeAI.h": library.sources.header},
    )
    harness = """extern float board_score(float *in);
float board_input[192], board_output;
int board_run(void) { board_output = board_score(board_input); return 0; }
"""
    image = board.link_image({"neai.o": compiled}, harness, CORES[core])
    values = np.delete(real_signals, (3, 5), axis=0)[:20]
    run = board.run(
        image, CORES[core], function="board_run", inputs=values.reshape(len(values), -1),
        output_size=4, measure_cycles=False,
    )  # fmt: skip
    assert b"".join(run.outputs) == library.emulate(values).outputs.tobytes()


HARNESS = """#include "NanoEdgeAI.h"
float board_input[192];
float board_output[4];
int board_init(void) { return 0; }
int board_run(void)
{
    static int id = -7;
    static float text[3] = {9.0f, 9.0f, 9.0f};
    int state[5];
    state[0] = neai_classification(board_input, text, &id);
    (void)neai_classification_init();
    state[1] = neai_classification(0, text, &id);
    state[2] = neai_classification(board_input, 0, &id);
    state[3] = neai_classification(board_input, text, 0);
    board_input[191] = -1e12f;
    state[4] = neai_classification(board_input, text, &id);
    board_output[0] = text[0];
    board_output[1] = text[2];
    board_output[2] = (float)id;
    board_output[3] = (float)(state[0] * 10000 + state[1] * 1000 + state[2] * 100 +
                              state[3] * 10 + state[4]);
    return neai_get_class_name(3) == 0 && neai_get_class_name(-1) == 0;
}
"""


@pytest.mark.parametrize("core", ["cortex-m0", "cortex-m4f"])
def test_errors_are_told_and_nothing_is_written(core):
    library = build(samples.fitted("lda")[0], core=core, signals=samples.signals()[0])
    image = board.link_image(
        {"neai.o": library.compiled}, HARNESS, CORES[core],
        headers={"NanoEdgeAI.h": library.sources.header},
    )  # fmt: skip
    run = board.run(
        image, CORES[core], function="board_run", inputs=[np.ones(192, np.float32).tobytes()],
        output_size=16, measure_cycles=False,
    )  # fmt: skip
    assert run.returns == [1]
    assert np.frombuffer(run.outputs[0], "<f4").tolist() == [9.0, 9.0, -7.0, 23333.0]


@pytest.mark.parametrize("core", ["cortex-m0", "cortex-m4f"])
def test_stack_seen_is_within_the_stack_told(core):
    library = build(samples.fitted("lda")[0], core=core, signals=samples.signals()[0])
    assert library.timing.stack_bytes is not None
    assert 0 < library.timing.stack_bytes <= library.sizes()["stack_bytes"] < 1500


def test_time_at_the_clock_of_the_part():
    slow = build(samples.fitted("lda")[0], clock_hz=40e6, signals=samples.signals()[0])
    sizes = slow.sizes()
    assert sizes["time_ms"] == pytest.approx(1e3 * sizes["cycles"] / 40e6)


def test_core_without_cycle_table_gives_the_reason():
    sizes = build(
        samples.fitted("lda")[0], core="cortex-m33f", signals=samples.signals()[0]
    ).sizes()
    assert sizes["cycles"] is None and sizes["time_ms"] is None
    assert sizes["instructions"] > 0 and "cycle table" in sizes["cycles_reason"]
