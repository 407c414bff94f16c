"""What conformance cannot see of statistics: constants, sizes, values that repeat."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from kinglet.host import run_step
from kinglet.record import Shape, steps

STATISTICS = steps()["time_statistics"]


def run(name, values, **config):
    step = steps()[name]
    shape = Shape(*values.shape[1:])
    return run_step(step, step.complete(config), shape, {}, values.reshape(len(values), -1))


@pytest.mark.parametrize("level", [0.0, 0.1, -9.81, 7e11, 1e-40])
def test_a_constant_deviates_by_exactly_nothing(level):
    values = np.full((1, 100, 1), level, dtype=np.float32)
    named = dict(
        zip(STATISTICS.labels({}, Shape(100, 1)), run("time_statistics", values)[0], strict=True)
    )
    for value in ("standard deviation", "crest factor", "skewness", "kurtosis", "mean crossings"):
        assert named[f"{value} of axis 0"] == 0
    assert named["mean of axis 0"] == np.float32(level)
    assert named["log standard deviation of axis 0"] == pytest.approx(np.log(1e-20))
    pair = np.concatenate([values, np.random.default_rng(0).normal(size=(1, 100, 1))], axis=2)
    assert run("cross_correlation", pair.astype(np.float32))[0, 0] == 0


@given(power=st.integers(-100, 30), seed=st.integers(0, 99))
@settings(max_examples=30, deadline=None)
def test_shape_statistics_do_not_depend_on_the_unit(power, seed):
    values = np.random.default_rng(seed).standard_t(3, size=(2, 64, 2)).astype(np.float32)
    scaled = values * np.float32(2.0**power)
    labels = STATISTICS.labels({}, Shape(64, 2))
    free = [any(w in name for w in ("crest", "ness", "kurt", "cross", "Hj")) for name in labels]
    before, after = run("time_statistics", values), run("time_statistics", scaled)
    assert before[:, free].tobytes() == after[:, free].tobytes()
    assert run("cross_correlation", values).tobytes() == run("cross_correlation", scaled).tobytes()


@given(arrays(np.float32, (1, 37, 1), elements=st.sampled_from([-3, -0.0, 0.0, 1e-44, 2, 9e11])))
@settings(max_examples=60, deadline=None)
def test_quantiles_of_values_that_repeat(values):
    expected = np.quantile(values.astype(np.float64).ravel(), np.arange(5, 100, 5) / 100)
    assert run("quantiles", values, count=19)[0] == pytest.approx(expected, rel=1e-6, abs=1e-44)
