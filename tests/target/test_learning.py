"""Libraries that learn, on emulated cores: the knowledge of the host, bit for bit, all the way."""

import io
import struct
from functools import cache

import numpy as np
import pytest
from elftools.elf.elffile import ELFFile

from kinglet import board
from kinglet.library.build import compile_sources
from kinglet.record import Shape
from kinglet.tasks.similarity import similarities
from kinglet.toolchain import CORES, check_library
from tests import anomaly_samples as samples

pytestmark = [
    pytest.mark.target,
    pytest.mark.skipif(
        board.unavailable_reason() is not None, reason=str(board.unavailable_reason())
    ),
]
# Learned signals: fewer where floats are done in software.
CORES_AND_COUNTS = {
    "cortex-m0": 40,
    "cortex-m3": 60,
    "cortex-m4f": 500,
    "cortex-m7f": 500,
    "cortex-m33f": 500,
    "rv32imc": 60,
}
SMALL, LARGE = Shape(32, 3), Shape(256, 3)
CASES = [(name, SMALL) for name in samples.LEARNERS]
CASES += [("micro_clusters", LARGE), *((n, samples.STREAM) for n in ("micro_clusters", "evt"))]
# What a call does before it detects and, where it learns, learns the signal.
NOTHING, PRETRAINED, SENSITIVE = 0, 1, 2


@cache
def sequence(shape: Shape, count: int) -> list[tuple[int, bool, np.ndarray]]:
    """What is done in turn: beforehand, whether to learn, the signal."""
    nominal, abnormal = (f(12, 1, shape) for f in (samples.nominal, samples.abnormal))
    mixed = np.concatenate([nominal, abnormal, np.float32(1e-39) * nominal[:2]])
    refused = np.full((1, *shape), np.inf, dtype=np.float32)
    calls = [(NOTHING, True, signal) for signal in samples.nominal(count, 0, shape)]
    calls += [(NOTHING, False, signal) for signal in mixed]
    calls += [(SENSITIVE, False, signal) for signal in mixed[8:16]]
    calls += [(PRETRAINED, True, signal) for signal in mixed[:2]]
    calls += [(NOTHING, True, signal) for signal in [*refused, *mixed[10:14]]]
    return calls


@cache
def on_host(case: int, count: int) -> list[tuple[int, int, bytes]]:
    """States, similarity and knowledge after each call, by WebAssembly."""
    name, shape = CASES[case]
    library = samples.emulator(name, shape, suffix=f"n{case}")
    address = int(library.call("emulator_knowledge"))
    library.call("emulator_init", 0)
    seen = []
    for before, learns, signal in sequence(shape, count):
        library.put(signal)
        if before == PRETRAINED:
            library.call("emulator_init", 1)
        if before == SENSITIVE:
            library.call("emulator_sensitivity", 2.5)
        state = library.call("emulator_run")
        # A similarity that is not written stays, here as in the harness.
        similarity = library.call("emulator_similarity")
        if learns:
            state = 16 * state + library.call("emulator_learn")
        knowledge = library.read(address, samples.knowledge_bytes(name, shape))
        seen.append((int(state), int(similarity), knowledge))
    return seen


@pytest.mark.parametrize(
    "case", range(len(CASES)), ids=lambda case: "-".join(map(str, CASES[case]))
)
def test_browser_build_knows_and_says_what_the_search_played(case):
    count = 500
    name, shape = CASES[case]
    fitted = samples.fitted(name, shape)
    values = samples.nominal(count, 0, shape)
    # Each is first judged, then learned: a step with memory sees it twice.
    features = samples.features(fitted, np.repeat(values, 2, axis=0))
    player, state = samples.device(fitted), fitted.knowledge.state.nbytes
    for number, (_, similarity, knowledge) in enumerate(on_host(case, count)[:count]):
        if number >= 13:  # before that the library does not judge
            judged = player.judge(features[2 * number : 2 * number + 1])
            judged *= np.float32([1, samples.FACTOR])
            assert similarity == similarities(judged)[0], number
        player.learn(features[2 * number + 1 : 2 * number + 2])
        assert knowledge[48:80] == player.calibration.tobytes(), number
        assert knowledge[80 : 80 + state] == player.state.tobytes(), number


def harness(cases: list[int]) -> str:
    """``board_run`` does one call of the sequence on the library of a number."""
    values = max(shape.length * shape.axes for _, shape in CASES)
    size = max(samples.knowledge_bytes(*CASES[case]) for case in cases)
    includes = "\n".join(f'#include "NanoEdgeAI_n{case}.h"' for case in cases)
    functions = "init", "set_sensitivity", "detect", "learn", "get_knowledge"
    rows = ",\n".join(
        "{" + ", ".join(f"neai_anomalydetection_{name}_n{case}" for name in functions) + "}"
        for case in cases
    )
    return f"""{includes}
struct {{ uint32_t number, before, learns; float values[{values}]; }} board_input;
struct {{ uint32_t similarity; uint8_t knowledge[{size}]; }} board_output;
static const struct {{
    enum neai_state (*init)(bool);
    enum neai_state (*set_sensitivity)(float);
    enum neai_state (*detect)(float *, uint8_t *);
    enum neai_state (*learn)(float *);
    void *(*get_knowledge)(uint32_t *);
}} libraries[] = {{
{rows}
}};
static uint8_t similarity[{len(cases)}];
int board_begin(void)
{{
    uint32_t i;
    for (i = 0; i < {len(cases)}u; i++) {{ (void)libraries[i].init(false); }}
    return 0;
}}
int board_run(void)
{{
    const uint32_t number = board_input.number;
    const uint8_t *knowledge;
    uint32_t size, i;
    int state;
    if (board_input.before == {PRETRAINED}u) {{ (void)libraries[number].init(true); }}
    if (board_input.before == {SENSITIVE}u) {{
        (void)libraries[number].set_sensitivity(2.5f);
    }}
    state = (int)libraries[number].detect(board_input.values, &similarity[number]);
    if (board_input.learns != 0u) {{
        state = 16 * state + (int)libraries[number].learn(board_input.values);
    }}
    board_output.similarity = similarity[number];
    knowledge = libraries[number].get_knowledge(&size);
    for (i = 0; i < size; i++) {{ board_output.knowledge[i] = knowledge[i]; }}
    return state;
}}
"""


def link(core: str, cases: list[int]) -> bytes:
    """An image with many libraries, each checked as before it ships."""
    objects, headers = {}, {}
    for case in cases:
        name, shape = CASES[case]
        sources = samples.sources(name, shape, f"n{case}")
        compiled = compile_sources(sources, CORES[core], None, "size")
        check_library(compiled, CORES[core], None, sources.public)
        objects[f"n{case}.o"] = compiled
        headers[sources.names.header] = sources.header
    return board.link_image(objects, harness(cases), CORES[core], headers=headers)


@pytest.mark.parametrize("core", CORES_AND_COUNTS)
def test_every_core_knows_and_says_what_the_host_does(core):
    cases = list(range(len(CASES)))
    counts = [CORES_AND_COUNTS[core] for _ in cases]
    if CORES[core].fpu == "none":
        counts[CASES.index(("micro_clusters", LARGE))] = 15
    inputs = [
        struct.pack("<III", case, before, learns) + signal.tobytes()
        for case in cases
        for before, learns, signal in sequence(CASES[case][1], counts[case])
    ]
    sizes = [samples.knowledge_bytes(*CASES[case]) for case in cases]
    run = board.run(
        link(core, cases), CORES[core], function="board_run", inputs=inputs, setup=["board_begin"],
        output_size=4 + max(sizes), measure_cycles=False,
    )  # fmt: skip
    answers = iter(zip(run.returns, run.outputs, strict=True))
    for case in cases:
        for number, (state, similarity, knowledge) in enumerate(on_host(case, counts[case])):
            got_state, output = next(answers)
            place = f"{CASES[case]}, call {number}"
            assert (got_state, output[0]) == (state, similarity), place
            assert output[4 : 4 + sizes[case]] == knowledge, place


@pytest.mark.parametrize("core", CORES_AND_COUNTS)
def test_knowledge_lies_in_a_section_of_its_own_and_not_in_flash(core):
    cases = [0, 1]
    sizes = [samples.knowledge_bytes(*CASES[case]) for case in cases]
    for case, size in zip(cases, sizes, strict=True):
        sources = samples.sources(*CASES[case], f"n{case}")
        compiled = compile_sources(sources, CORES[core], None, "size")
        section = ELFFile(io.BytesIO(compiled)).get_section_by_name(".neai")
        assert section["sh_type"] == "SHT_NOBITS" and section["sh_size"] == size
        assert size % 8 == 0 and section["sh_addralign"] == 8
    image = ELFFile(io.BytesIO(link(core, cases)))
    section = image.get_section_by_name(".neai")
    assert section["sh_type"] == "SHT_NOBITS" and section["sh_size"] == sum(sizes)
    start, end = (
        image.get_section_by_name(".symtab").get_symbol_by_name(name)[0]["st_value"]
        for name in ("_sneai_knowledge", "_eneai_knowledge")
    )
    assert (start, end) == (section["sh_addr"], section["sh_addr"] + sum(sizes))
    for segment in image.iter_segments("PT_LOAD"):
        stored = segment["p_vaddr"], segment["p_vaddr"] + segment["p_filesz"]
        assert stored[1] <= start or stored[0] >= end, "part of the flash image"
