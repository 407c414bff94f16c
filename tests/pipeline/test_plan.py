"""The plan computes exactly the selected features, and predicts what they cost."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kinglet.host import fit_chain, run_chain, run_step
from kinglet.pipeline import FittedPipeline, Pipeline, make_plan, make_pool
from kinglet.pipeline.spec import model, selector, step
from kinglet.record import Shape, steps
from kinglet.search import blocks

SHAPE = Shape(128, 3)


def make_fitted(selected=None, seed=0) -> tuple[FittedPipeline, np.ndarray]:
    """A pipeline of many branches, fitted on noise; and the signals."""
    rng = np.random.default_rng(seed)
    values = np.cumsum(rng.normal(size=(40, *SHAPE)), axis=1).astype(np.float32)
    branches = blocks.fitting(
        blocks.with_modulus(blocks.union(), SHAPE) + blocks.time_frequency() + blocks.kernels(),
        SHAPE,
    )
    pipeline = Pipeline(branches, step("scale"), selector("all_features"), model("lda"))
    fits = {}
    for chain in branches:
        fits |= fit_chain(chain, values, 0)
    features = np.concatenate([run_chain(chain, values, fits) for chain in branches], axis=1)
    if selected is None:
        selected = np.sort(rng.choice(features.shape[1], 40, replace=False))
    scale = steps()["scale"]
    scale_fit = scale.fit({"method": "standard", "limit": 5.0}, Shape(len(selected), 1),
                          features[:, selected], None, rng)  # fmt: skip
    label = np.arange(40) % 3
    from kinglet.record import models

    model_fit = models()["lda"].fit({}, features[:, selected], label, 3, 0)
    fitted = FittedPipeline(
        pipeline, SHAPE, ("a", "b", "c"), np.asarray(selected), scale_fit, model_fit, fits
    )
    return fitted, values


def run_plan(plan, values) -> np.ndarray:
    """Run the nodes as the library does, with a buffer for each."""
    outputs, joined = [], []
    for node in plan.nodes:
        source = values if node.source < 0 else outputs[node.source]
        out = run_step(
            node.step, node.config, node.shape, node.fitted,
            source.reshape(len(values), -1), wanted=node.wanted, planar=node.planar,
        )  # fmt: skip
        outputs.append(out)
        if node.step.kind == "features":
            joined.append(out)
    return np.concatenate(joined, axis=1)


@settings(max_examples=20, deadline=None)
@given(st.data())
def test_any_selection_gives_the_bits_of_the_whole_pool(data):
    whole, values = make_fitted()
    pool = np.concatenate(
        [run_chain(chain, values, whole.chain_fits) for chain in whole.pipeline.chains()], axis=1
    )
    total = pool.shape[1]
    selected = data.draw(st.lists(st.integers(0, total - 1), min_size=1, max_size=60, unique=True))
    selected = np.sort(selected)
    fitted, _ = make_fitted(selected)
    got = run_plan(make_plan(fitted), values)
    assert got.tobytes() == np.ascontiguousarray(pool[:, selected]).tobytes()


def test_pool_cost_is_the_cost_of_the_plan():
    whole, _ = make_fitted()
    pool = make_pool(whole.pipeline, SHAPE, dict(whole.chain_fits), {})
    rng = np.random.default_rng(1)
    for count in (1, 5, 40, 200):
        selected = np.sort(rng.choice(pool.n_features, count, replace=False))
        fitted, _ = make_fitted(selected)
        planned = sum(node.operations() for node in make_plan(fitted).nodes)
        assert pool.total(selected) == pytest.approx(planned, rel=0.03)


def test_marginal_cost_adds_up():
    whole, _ = make_fitted()
    pool = make_pool(whole.pipeline, SHAPE, dict(whole.chain_fits), {})
    paid = np.zeros(pool.member.shape[1], dtype=bool)
    total = 0.0
    chosen = np.random.default_rng(2).choice(pool.n_features, 30, replace=False)
    for index in chosen:
        total += pool.marginal(paid)[index]
        paid |= pool.member[index]
    assert total == pytest.approx(pool.total(chosen))


def test_a_pruned_plan_is_smaller_than_the_whole():
    small, _ = make_fitted(np.array([0]))
    large, _ = make_fitted()
    assert make_plan(small).parameter_bytes() < make_plan(large).parameter_bytes() / 4
    assert len(make_plan(small).nodes) == 1
    assert make_plan(small).arena <= make_plan(large).arena


def test_save_and_load(tmp_path):
    fitted, _ = make_fitted()
    fitted.save(tmp_path)
    again = FittedPipeline.load(tmp_path)
    assert again.pipeline == fitted.pipeline and again.classes == fitted.classes
    assert again.chain_fits.keys() == fitted.chain_fits.keys()
    for ours, theirs in ((fitted.model_fit, again.model_fit), (fitted.scale_fit, again.scale_fit)):
        assert all(np.array_equal(ours[name], theirs[name]) for name in ours)
    assert make_plan(again).parameter_bytes() == make_plan(fitted).parameter_bytes()
