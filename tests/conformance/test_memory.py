"""What every step with memory must keep: its lines are streams, each with a beginning."""

import numpy as np
import pytest

from kinglet.host import chain, run_chain
from kinglet.pipeline import Use
from kinglet.record import ANOMALY, Shape, steps
from tests.conformance.cases import usual_cases

WITH_MEMORY = [step for step in steps() if step.memory == "history"]
ALL = pytest.mark.parametrize("step", WITH_MEMORY, ids=lambda step: step.name)


def bits(rows: np.ndarray) -> list[bytes]:
    return [row.tobytes() for row in rows]


@ALL
def test_it_takes_one_sample_a_line_and_serves_what_learns_in_order(step):
    assert step.tasks == (ANOMALY,)
    assert step.accepts(step.complete({}), Shape(1, 3))
    assert not step.accepts(step.complete({}), Shape(2, 3))


@ALL
def test_streams_do_not_know_of_each_other(step):
    for case in usual_cases(step):
        branch = (Use.of(step, **case.config),)
        values = case.signals(4)
        stream = np.repeat([7, 3, 7], [60, 1, len(values) - 61])
        got = run_chain(branch, values, {}, stream)
        parts = [case.run(part) for part in np.split(values, [60, 61])]
        assert bits(got) == bits(np.concatenate(parts))
        assert bits(got[61:]) != bits(run_chain(branch, values, {})[61:])


@ALL
def test_a_stream_is_never_cut(step, monkeypatch):
    monkeypatch.setattr(chain, "_PIECE_FLOATS", 20)
    for case in usual_cases(step):
        values = case.signals(4)
        got = run_chain((Use.of(step, **case.config),), values, {})
        assert bits(got) == bits(case.run(values))


@ALL
def test_the_first_sample_stands_for_all_before_it(step):
    for case in usual_cases(step):
        values = np.repeat(case.signals(3)[5:6], 200, axis=0)
        assert len(set(bits(case.run(values)))) == 1, "a constant stream gives one answer"


@ALL
def test_what_was_long_ago_is_forgotten(step):
    """A burst as large as any accepted input leaves no trace behind in the end."""
    for case in usual_cases(step):
        values = np.concatenate([case.signals(3)] * 40)
        burst = values.copy()
        burst[20:40] = 9e11
        calm, after = case.run(values)[-100:], case.run(burst)[-100:]
        np.testing.assert_allclose(after, calm, rtol=1e-3, atol=1e-3)
