"""Converted models on emulated cores: the bits of the emulator, layer by layer."""

import numpy as np
import pytest

from kinglet import board
from kinglet.ccode import Names
from kinglet.library.build import compile_sources
from kinglet.library.sources import make_sources
from kinglet.library.timing import run_on_board
from kinglet.tasks import TASKS
from kinglet.toolchain import CORES
from tests.convert import models

pytestmark = [
    pytest.mark.target,
    pytest.mark.skipif(
        board.unavailable_reason() is not None, reason=str(board.unavailable_reason())
    ),
]
CORES_AND_SIGNALS = {"cortex-m0": 10, "cortex-m4f": 100}
EACH = (  # every layer is in one of these
    ("classifier", "svc_poly", "size"),
    ("classifier", "svc_rbf", "size"),
    ("classifier", "mlp_tanh", "size"),
    ("classifier", "mlp_logistic", "size"),
    ("classifier", "bayes", "size"),
    ("classifier", "neighbours", "size"),
    ("classifier", "forest", "size"),
    ("classifier", "forest", "speed"),
    ("classifier", "boosted", "speed"),
    ("two", "svc", "size"),
    ("regressor", "svr", "size"),
    ("detector", "isolation", "size"),
    ("detector", "envelope", "size"),
)


@pytest.mark.parametrize(("kind", "name", "optimise"), EACH)
@pytest.mark.parametrize("core", CORES_AND_SIGNALS)
def test_core_says_what_the_emulator_says(core, kind, name, optimise):
    graph = models.graph(kind, name)
    values = models.signals(models.unseen())[: CORES_AND_SIGNALS[core]].copy()
    values[1, 2, 0] = np.nan
    task = TASKS[graph.task]
    sources = make_sources(graph.program(optimise), task, Names())
    compiled = compile_sources(sources, CORES[core], None, optimise)
    run = run_on_board(compiled, sources, graph, task, CORES[core], None, values, count=False)
    emulated = models.emulator(graph, optimise).run(values)
    np.testing.assert_array_equal(run.returns, emulated.states)
    assert emulated.states[1] == 3
    for index in np.flatnonzero(emulated.states == 0):
        said, core_said = emulated.outputs[index], run.outputs[index]
        if kind == "detector":
            assert core_said[0] == (said[0] > 1)
        else:
            assert core_said[: 4 * len(said)] == said.tobytes(), f"signal {index}"
