"""What is predicted of a library that learns on the device, against the library itself."""

import re

import pytest

from kinglet import board
from kinglet.costs import CostModel
from kinglet.library import footprint, timing
from kinglet.library.build import compile_sources
from kinglet.pipeline import make_plan
from kinglet.search.limits import Limits
from kinglet.toolchain import CORES, compile_object, inspect_object
from tests import anomaly_samples as samples

CORE = CORES["cortex-m4f"]
LEARNERS = pytest.mark.parametrize("name", samples.LEARNERS)
SHAPES = pytest.mark.parametrize("shape", (samples.SHAPE, samples.STREAM), ids=("window", "stream"))


def predicted(name, shape, optimise="size"):
    plan = make_plan(samples.fitted(name, shape))
    return CostModel(CORE.name, optimise).predict(plan, shape.length * shape.axes, 0)


@LEARNERS
@SHAPES
def test_prediction_bounds_the_measured_library(name, shape):
    sources = samples.sources(name, shape)
    compiled = compile_sources(sources, CORE, None, "size")
    measured, expected = footprint.measure(compiled, sources, CORE, None), predicted(name, shape)
    assert expected.ram_bytes == measured.ram_bytes
    assert expected.knowledge_bytes == make_plan(samples.fitted(name, shape)).knowledge_bytes
    assert measured.flash_bytes <= expected.flash_bytes <= 1.25 * measured.flash_bytes
    if board.unavailable_reason() is None:
        time = timing.measure(
            compiled, sources, samples.fitted(name, shape), samples.TASK, CORE, None,
            samples.nominal(8, 3, shape),
        )  # fmt: skip
        assert expected.cycles <= 1.15 * time.cycles
        # A library that turns out to be too slow was told so before it was built.
        limits = Limits(1 << 20, 1 << 20, 1e-8 * (time.cycles - 1), 1e8, 1 << 20)
        assert limits.broken_by(expected) == "time"


@LEARNERS
def test_tables_are_counted_to_the_byte(name):
    sources = samples.sources(name)
    # `used` keeps the compiler from specialising functions, and so from dropping constants.
    compiled = compile_object(
        sources.source,
        CORE,
        headers={sources.names.header: sources.header},
        flags=["-DKN_STEP=__attribute__((noinline, used)) static"],
    )
    objects = inspect_object(compiled).objects
    tables = {key: size for key, size in objects.items() if re.fullmatch(r"neai_\w+_\d+", key)}
    plan = make_plan(samples.fitted(name))
    assert sum(tables.values()) == plan.parameter_bytes()
    assert objects["neai_remember.state"] == 4 * plan.state
