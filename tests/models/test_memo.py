"""What is remembered between fits changes no result and stays small."""

import numpy as np
import pytest

from kinglet.models import _memo
from kinglet.models._memo import Memo, digest
from kinglet.record import EXTRAPOLATION, models
from tests.conformance.problems import blobs, slope

VARIANTS = [
    *(
        (name, [{}, {"precision": "float32"}, {"penalty": 0.05}, {"hidden": 24}])
        for name in ("mlp", "mlp_regression")
    ),
    ("rbf", [{"width": 0.3}, {"width": 1.0, "penalty": 1e-3}, {"centres": 48}]),
    ("extra_trees", [{"leaves": leaves, "trees": t} for leaves in (16, 64, 8) for t in (30, 10)]),
    *(
        (
            "tree_regression",
            [{"method": m, "leaves": n, "trees": t} for n in (32, 8) for t in (20, 10)],
        )
        for m in ("random_forest", "extra_trees", "boosted")
    ),
    ("kernel_regression", [{"method": m} for m in ("gaussian_process", "ridge", "svr")]),
    ("prototype_regression", [{"nearest": 2}, {"nearest": 6}]),
]


def fresh(monkeypatch):
    """Forget everything."""
    monkeypatch.setattr(_memo.MEMO, "_kept", type(_memo.MEMO._kept)())


@pytest.mark.parametrize(("name", "variants"), VARIANTS)
def test_variants_are_the_same_with_and_without_it(name, variants, monkeypatch):
    model = models()[name]
    x, y = slope(150) if EXTRAPOLATION in model.tasks else blobs(3, lines=50, noise=3.0)
    outputs = 1 if EXTRAPOLATION in model.tasks else 3

    def fit(variant, seed=5):
        return model.fit(model.complete(variant), x, y, outputs, seed)

    fresh(monkeypatch)
    together = [fit(variant) for variant in variants]
    backwards = [fit(variant) for variant in variants[::-1]][::-1]
    for variant, first, second in zip(variants, together, backwards, strict=True):
        fresh(monkeypatch)
        alone = fit(variant)
        for key in alone:
            assert first[key].tobytes() == second[key].tobytes() == alone[key].tobytes(), variant
    other = fit(variants[0], seed=6)
    # Another seed is another problem.
    assert any(other[key].tobytes() != together[0][key].tobytes() for key in other)


CHEAP = [model for model in models() if any(parameter.cheap for parameter in model.parameters)]


@pytest.mark.parametrize("model", CHEAP, ids=lambda model: model.name)
def test_a_cheap_parameter_costs_no_other_fit(model, monkeypatch):
    x, y = slope(150) if EXTRAPOLATION in model.tasks else blobs(3, lines=50, noise=3.0)
    computed = []

    get = Memo.get

    def counted(memo, key, compute):
        return get(memo, key, lambda: computed.append(key) or compute())

    fresh(monkeypatch)
    monkeypatch.setattr(Memo, "get", counted)
    # The largest first: smaller ones are a part of it.
    largest = {p.name: max(p.choices) for p in model.parameters if p.cheap and p.choices}
    model.fit(model.complete(largest), x, y, 1 if EXTRAPOLATION in model.tasks else 3, 0)
    first = len(computed)
    rng = np.random.default_rng(0)
    for _ in range(5):
        other = {p.name: p.draw(rng) for p in model.parameters if p.cheap}
        model.fit(model.complete(other), x, y, 1 if EXTRAPOLATION in model.tasks else 3, 0)
    assert first
    assert len(computed) == first


def test_it_is_bounded_and_the_oldest_goes_first():
    memo, computed = Memo(entries=3, most_bytes=1000), []

    def get(name, floats=10):
        def compute():
            computed.append(name)
            return (np.zeros(floats),)

        return memo.get(name, compute)

    for name in "abcad":
        get(name)
    assert computed == list("abcd") and "b" not in memo and "a" in memo
    get("large", 200)  # more than there is room for
    assert "large" not in memo


def test_what_is_remembered_cannot_be_written_to():
    (array,) = Memo(1, 1000).get("a", lambda: (np.zeros(3),))
    with pytest.raises(ValueError, match="read-only"):
        array[0] = 1


def test_a_digest_tells_bytes_shapes_and_types_apart():
    x = np.arange(6.0)
    seen = [digest(x), digest(x.reshape(2, 3)), digest(x.view(np.int64)), digest(x[::-1])]
    assert len(set(seen)) == 4 and digest(x.copy()) == seen[0]
    assert digest(x, x) != digest(x)
