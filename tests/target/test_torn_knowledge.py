"""A copy of the knowledge that was taken at the wrong moment is refused, or was no wrong moment."""

import json
import subprocess
import sys

import numpy as np
import pytest

from kinglet import board
from kinglet.library.build import compile_sources
from kinglet.toolchain import CORES
from tests import anomaly_samples as samples
from tests.anomaly_samples import SHAPE, STREAM

pytestmark = [
    pytest.mark.target,
    pytest.mark.skipif(
        board.unavailable_reason() is not None, reason=str(board.unavailable_reason())
    ),
]
NOT_INITIALIZED, INVALID_PARAM = 2, 3
DIRTY = 32
HARNESS = """#include "NanoEdgeAI.h"
float board_input[{values}];
int board_knowledge(void) {{ return (int)neai_anomalydetection_get_knowledge(0); }}
int board_init(void) {{ return (int)neai_anomalydetection_init(false); }}
int board_pretrained(void) {{ return (int)neai_anomalydetection_init(true); }}
int board_learn(void) {{ return (int)neai_anomalydetection_learn(board_input); }}
int board_detect(void)
{{
    uint8_t similarity;
    return (int)neai_anomalydetection_detect(board_input, &similarity);
}}
int board_sensitivity(void) {{ return (int)neai_anomalydetection_set_sensitivity(3.0f); }}
"""
CASES = [("micro_clusters", SHAPE), ("neighbours", SHAPE), ("evt", STREAM)]


def interrupted(name, shape, core, optimise, calls, folder):
    """For each call the knowledge before and after, copies between, and where it was stored to."""
    sources = samples.sources(name, shape)
    image = board.link_image(
        {"neai.o": compile_sources(sources, core, None, optimise)},
        HARNESS.format(values=shape.length * shape.axes),
        core,
        headers={"NanoEdgeAI.h": sources.header},
    )
    job = {
        "family": core.family,
        "model": core.unicorn,
        "knowledge_bytes": samples.knowledge_bytes(name, shape),
        "calls": [(f"board_{function}", signal.tobytes().hex()) for function, signal in calls],
    }
    (folder / "image.elf").write_bytes(image)
    (folder / "job.json").write_text(json.dumps(job))
    subprocess.run([sys.executable, "-m", "tests.target.interrupt", str(folder)], check=True)
    return json.loads((folder / "copies.json").read_text())


class Restored:
    """A fresh library into which a copy is put back."""

    def __init__(self, name, shape):
        self.library = samples.emulator(name, shape)
        self.address = int(self.library.call("emulator_knowledge"))
        self.library.put(samples.nominal(1, 0, shape)[0])

    def accepts(self, knowledge: bytes) -> bool:
        states = []
        for function in ("emulator_run", "emulator_learn"):
            self.library.write(self.address, knowledge)
            states.append(self.library.call(function))
        assert states.count(NOT_INITIALIZED) in (0, 2)
        return NOT_INITIALIZED not in states


@pytest.mark.parametrize(
    ("core", "optimise"),
    [("cortex-m0", "size"), ("cortex-m4f", "size"), ("cortex-m4f", "speed"), ("rv32imc", "size")],
)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case[0])
def test_an_interrupt_may_copy_at_any_moment(case, core, optimise, tmp_path):
    name, shape = case
    nominal, abnormal = (f(20, 0, shape) for f in (samples.nominal, samples.abnormal))
    wrong = np.full_like(nominal[0], np.inf)
    calls = [("learn", nominal[0]), ("init", nominal[0])]
    calls += [("learn", signal) for signal in nominal]
    calls += [("detect", abnormal[0]), ("sensitivity", nominal[0]), ("detect", abnormal[1])]
    calls += [("learn", wrong), ("detect", wrong), ("pretrained", nominal[0])]
    calls += [("learn", abnormal[2]), ("init", nominal[0])]
    restored = Restored(name, shape)
    seen = interrupted(name, shape, CORES[core], optimise, calls, tmp_path)
    size = samples.knowledge_bytes(name, shape)
    for (function, _), call in zip(calls, seen, strict=True):
        whole = {call["before"], call["after"]}
        for copy in call["torn"]:
            assert copy in whole or not restored.accepts(bytes.fromhex(copy)), function
        if call["state"] in (NOT_INITIALIZED, INVALID_PARAM):
            assert not call["places"], "a call that was refused stored something"
        if function in ("learn", "sensitivity") and call["places"]:
            assert call["places"][0] == DIRTY and call["places"][-1] == size - 4
    assert seen[1]["places"] and len(seen[2]["torn"]) > 10
    # Where detections are not remembered, one leaves the knowledge alone.
    detections = [call["places"] for (f, _), call in zip(calls, seen, strict=True) if f == "detect"]
    assert any(detections) == (shape.length == 1)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case[0])
def test_a_copy_that_one_call_has_overtaken_is_refused(case):
    """It was begun before a learn and ended after, or the power went while it was written."""
    name, shape = case
    library = samples.emulator(name, shape)
    address, size = int(library.call("emulator_knowledge")), samples.knowledge_bytes(name, shape)
    library.call("emulator_init", 0)
    copies = []
    for signal in samples.nominal(16, 0, shape):
        library.put(signal)
        library.call("emulator_learn")
        copies.append(library.read(address, size))
    old, new = copies[-2:]
    restored = Restored(name, shape)
    assert restored.accepts(old) and restored.accepts(new)
    for place in range(size + 1):
        mixtures = [old[:place] + new[place:], new[:place] + old[place:]]
        mixtures += [new[:place] + filler * (size - place) for filler in (b"\0", b"\xff")]
        for mixture in mixtures:
            assert mixture in (old, new) or not restored.accepts(mixture)
