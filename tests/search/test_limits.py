"""Limits that model and count of features alone break, told before anything is fitted."""

from dataclasses import replace

import numpy as np
import pytest

from kinglet.costs import CostModel, Sizes
from kinglet.pipeline import FittedPipeline, make_plan
from kinglet.pipeline.spec import model
from kinglet.record import ANOMALY, ENDLESS, Learner, Shape, models
from kinglet.search import blocks
from kinglet.search.limits import Limits, model_too_large
from kinglet.search.space import Space
from kinglet.search.strategy.draw import Drawer
from kinglet.search.strategy.structure import Structure, tail_of
from tests import samples

WIDE = Limits(32 << 10, 128 << 10, 0.02, 80e6)
COSTS = CostModel("cortex-m4f")


def just(sizes: Sizes) -> Limits:
    """Limits that sizes just keep."""
    return Limits(
        sizes.ram_bytes, sizes.flash_bytes, 1.1501 * sizes.cycles / 80e6, 80e6,
        sizes.knowledge_bytes or 1,
    )  # fmt: skip


@pytest.mark.parametrize("name", samples.MODELS)
def test_models_that_just_fit_are_not_too_large(name):
    made, _ = samples.fitted(name)
    sizes = COSTS.predict(make_plan(made), 192, 20)
    pipeline = made.pipeline
    assert just(sizes).broken_by(sizes) == ""
    assert model_too_large(pipeline, made.shape, made.n_outputs, just(sizes), COSTS) == ""
    for limit, field, value in (("ram", "ram_bytes", 16), ("flash", "flash_bytes", 8),
                                ("time", "time_s", 1e-7)):  # fmt: skip
        tight = replace(WIDE, **{field: value})
        assert model_too_large(pipeline, made.shape, made.n_outputs, tight, COSTS) == limit
        assert tight.broken_by(sizes) == limit


@pytest.mark.parametrize(
    "name", [record.name for record in models() if isinstance(record, Learner)]
)
def test_learners_that_just_fit_are_not_too_large(name):
    kind, space = models()[name], Space(ANOMALY, Shape(64, 3), 0)
    drawer, rng = Drawer(space), np.random.default_rng(0)
    pool = Structure(tuple(blocks.statistics()), drawer.structure(name, rng).scale, "forward")
    use = model(name)
    count = next(c for c in reversed(drawer.counts(pool, use)))
    pipeline = pool.with_tail(replace(tail_of(space.portfolio[0]), count=count, model=use))
    selected = np.arange(count)
    made = FittedPipeline(
        pipeline=pipeline, shape=space.shape, classes=(), selected=selected, scale_fit={},
        model_fit=kind.prepare(use.settings, count, ENDLESS, 0), chain_fits={}, output=None,
    )  # fmt: skip
    plan = make_plan(made)
    sizes = COSTS.predict(plan, 192, 0)
    limits = just(sizes)
    assert limits.broken_by(sizes) == ""
    assert model_too_large(pipeline, space.shape, 1, limits, COSTS) == ""
    for limit, field, value in (("knowledge", "knowledge_bytes", sizes.knowledge_bytes - 1),
                                ("ram", "ram_bytes", sizes.knowledge_bytes)):  # fmt: skip
        tight = replace(limits, **{field: value})
        assert model_too_large(pipeline, space.shape, 1, tight, COSTS) == limit
