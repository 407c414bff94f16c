"""What every step must keep, whoever adds it."""

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from kinglet.ccode import block_struct
from kinglet.record import CTYPE_BYTES, Shape, steps
from tests.conformance.cases import Case, cases, usual_cases

ALL = pytest.mark.parametrize("step", list(steps()), ids=lambda step: step.name)
# A vector step computes all of its outputs, wanted or not.
WITH_OUTPUTS = pytest.mark.parametrize(
    "step", [step for step in steps() if step.kind != "vector"], ids=lambda step: step.name
)
RELAXED = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    derandomize=True,
)


def some_case(data, step) -> Case:
    case = data.draw(cases(step))
    assume(case is not None)
    return case


@ALL
def test_record_says_all_that_people_and_search_need(step):
    assert step.title and step.doc.endswith(".")
    assert step.kind in ("signal", "features", "vector")
    assert step.header().is_file()
    assert f"kn_{step.name}(" in step.header().read_text()
    for item in step.fields:
        assert item.ctype in CTYPE_BYTES and item.doc
    rng = np.random.default_rng(0)
    for parameter in step.parameters:
        assert parameter.doc.endswith(".") and parameter.check(parameter.default)
        assert all(parameter.check(parameter.draw(rng)) for _ in range(20))
    assert usual_cases(step), "no usual shape is accepted"


@ALL
def test_block_has_every_field(step):
    for case in usual_cases(step):
        block = step.block(case.config, case.shape, case.fitted)
        assert set(block) == {item.name for item in step.fields}
        block_struct(step, block)  # every value converts to its C type


@ALL
def test_values_equal_the_oracle(step):
    relative, absolute = step.tolerance
    for case in usual_cases(step):
        for scale in (1e-3, 1.0, 1e3):
            values = case.signals(8, scale)
            got = case.by_output(case.run(values))
            expected = step.oracle(case.config, case.shape, case.fitted, values)
            if step.kind == "signal":
                expected = expected.transpose(0, 2, 1)
            expected = expected.reshape(got.shape)
            tied = step.near_tie(case.config, case.shape, case.fitted, values)
            size = np.abs(expected).max(axis=(0, 2), keepdims=True)
            allowed = relative * np.abs(expected) + absolute * np.maximum(size, 1e-30)
            bad = (np.abs(got - expected) > allowed) & ~tied[:, :, None]
            where = np.argwhere(bad)[:3].tolist()
            assert not bad.any(), (
                f"{case.config} {case.shape} scale {scale}: {bad.sum()} differ, first at {where}: "
                f"{got[bad][:3]} against {expected[bad][:3]}"
            )


@WITH_OUTPUTS
@given(data=st.data())
@RELAXED
def test_wanted_subset_is_the_whole_gathered(step, data):
    case = some_case(data, step)
    total = case.outputs()
    count = data.draw(st.integers(1, min(total, 40)))
    rng = np.random.default_rng(case.seed)
    wanted = np.sort(rng.choice(total, count, replace=False))
    values = case.signals(3)
    whole = case.by_output(case.run(values))
    part = case.by_output(case.run(values, wanted=wanted))
    assert part.tobytes() == np.ascontiguousarray(whole[:, wanted]).tobytes()


@WITH_OUTPUTS
@given(data=st.data())
@RELAXED
def test_narrowed_step_gives_the_same_bits(step, data):
    case = some_case(data, step)
    rng = np.random.default_rng(case.seed)
    total = case.outputs()
    wanted = np.sort(rng.choice(total, min(total, 5), replace=False))
    needs = step.needs(case.config, case.shape, case.fitted)
    assert needs.shape == (total, case.shape.axes)
    kept = np.flatnonzero(needs[wanted].any(axis=0))
    if data.draw(st.booleans()):  # a neighbour branch keeps one axis more
        kept = np.union1d(kept, [case.seed % case.shape.axes])
    values = case.signals(3)
    expected = case.run(values, wanted=wanted)
    config, fitted, rewritten = step.narrow(case.config, case.shape, case.fitted, wanted, kept)
    narrow = Case(step, config, Shape(case.shape.length, len(kept)), fitted, case.seed)
    got = narrow.run(np.ascontiguousarray(values[:, :, kept]), wanted=rewritten)
    assert got.tobytes() == expected.tobytes()


@ALL
@given(data=st.data())
@RELAXED
def test_layout_batch_and_repetition_do_not_change_a_bit(step, data):
    case = some_case(data, step)
    values = case.signals(3)
    before = values.copy()
    once = case.run(values)
    assert once.tobytes() == case.run(values).tobytes()
    some = slice(0, 2) if step.memory == "history" else slice(1, 2)  # a stream has a beginning
    assert once[some].tobytes() == case.run(values[some]).tobytes()
    assert before.tobytes() == values.tobytes(), "the input was written to"
    if step.kind != "vector":
        planar = np.ascontiguousarray(values.transpose(0, 2, 1))
        assert once.tobytes() == case.run(planar, planar=True).tobytes()


@ALL
@given(data=st.data())
@RELAXED
def test_any_accepted_input_gives_finite_output(step, data):
    case = some_case(data, step)
    kind = data.draw(st.sampled_from(["zeros", "constant", "huge", "tiny", "mixed", "step"]))
    values = case.signals(2)
    if kind == "zeros":
        values[:] = 0
    elif kind == "constant":
        values[:] = np.float32(data.draw(st.floats(-9e11, 9e11)))
    elif kind == "huge":
        values = np.clip(values * np.float32(3e11), -9.9e11, 9.9e11)
    elif kind == "tiny":
        values = values * np.float32(1e-41)
    elif kind == "mixed":
        values[:, ::2] *= np.float32(1e11)
        values[:, 1::2] *= np.float32(1e-38)
        values = np.clip(values, -9.9e11, 9.9e11)
    else:
        values[:] = 0
        values[:, values.shape[1] // 2 :] = 9.9e11
    out = case.run(np.ascontiguousarray(values, dtype=np.float32))
    assert np.isfinite(out).all(), f"{kind}: {out[~np.isfinite(out)][:5]}"


@ALL
def test_varied_input_gives_varied_output(step):
    for case in usual_cases(step):
        rng = np.random.default_rng(5)
        values = case.signals(48)
        size = (len(values),) + (1,) * (values.ndim - 1)
        values = (values * rng.uniform(0.1, 10, size=size)).astype(np.float32)
        trend = np.linspace(-1, 1, values.shape[1]).reshape((1, -1) + (1,) * (values.ndim - 2))
        values += (trend * rng.normal(0, 3, size=size)).astype(np.float32)
        out = case.by_output(case.run(values))
        constant = (out == out[:1]).all(axis=(0, 2))
        assert constant.mean() <= step.constant_share, (
            f"{case.config} {case.shape}: outputs {np.flatnonzero(constant)[:9]} never change"
        )


@ALL
@given(data=st.data())
@RELAXED
def test_costs_cover_every_output(step, data):
    case = some_case(data, step)
    total = case.outputs()
    cost = step.cost(case.config, case.shape)
    assert cost.each.shape == cost.group.shape == (total,)
    assert (cost.each >= 0).all() and (cost.shared >= 0).all()
    assert cost.group.max(initial=-1) < len(cost.shared)
    assert cost.total(np.arange(total)) >= cost.total(np.arange(1)) > 0
    assert len(step.labels(case.config, case.shape)) == total
    assert (step.history(case.config, case.shape) > 0) == (step.memory == "history")
