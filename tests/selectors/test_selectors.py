"""What every way to select features must keep."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kinglet.pipeline import Pool
from kinglet.record import selectors
from kinglet.selectors._purse import Purse

ALL = pytest.mark.parametrize("selector", list(selectors()), ids=lambda s: s.name)
RANKING = pytest.mark.parametrize(
    "selector", [s for s in selectors() if s.parameters], ids=lambda s: s.name
)
RELAXED = settings(max_examples=20, deadline=None, derandomize=True)


def free_pool(n_features):
    return Pool(np.zeros(n_features), np.zeros((n_features, 0), dtype=bool), np.zeros(0))


def priced_pool(n_features, rng):
    """Features that share a few intermediates, dear and cheap."""
    n_groups = int(rng.integers(0, 8))
    member = rng.random((n_features, n_groups)) < 0.3
    return Pool(rng.uniform(1, 50, n_features), member, rng.uniform(10, 500, n_groups))


def scaled(x):
    spread = x.std(axis=0)
    return np.clip((x - x.mean(axis=0)) / np.where(spread > 0, spread, 1), -5, 5).astype(np.float32)


def planted(n=300, n_noise=60, n_classes=4, seed=0):
    """Noise, and for each class one feature at a random place that tells it from the others."""
    rng = np.random.default_rng(seed)
    y = rng.integers(n_classes, size=n)
    x = rng.normal(size=(n, n_noise + n_classes))
    places = rng.choice(x.shape[1], n_classes, replace=False)
    for name, place in enumerate(places):
        x[:, place] += 2.5 * (y == name)
    return scaled(x), y, places


def planted_slope(n=300, n_noise=60, seed=0):
    """Noise, and a continuous target that four features at random places tell between them."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, n_noise + 4))
    places = rng.choice(x.shape[1], 4, replace=False)
    y = x[:, places] @ [1.0, -0.8, 0.7, 0.6] + 0.1 * rng.normal(size=n)
    return scaled(x), (y - y.mean()) / y.std(), places


@ALL
def test_record_says_all_that_people_and_search_need(selector):
    assert selector.title and selector.doc.endswith(".")
    rng = np.random.default_rng(0)
    for parameter in selector.parameters:
        assert parameter.doc and parameter.check(parameter.default)
        assert all(parameter.check(parameter.draw(rng)) for _ in range(20))


@RANKING
@pytest.mark.parametrize(
    ("problem", "dtype"),
    [(planted, np.int64), (planted_slope, np.float64), (planted_slope, np.float32)],
)
def test_planted_features_are_found(selector, problem, dtype):
    x, y, places = problem()
    y = y.astype(dtype)
    for count in (16, 32):
        chosen = selector.select(
            selector.complete({"count": count}), x, y, free_pool(x.shape[1]), np.inf, 0
        )
        assert len(chosen) == count
        assert set(places) <= set(chosen)


@ALL
@given(data=st.data())
@RELAXED
def test_selection_is_valid_within_the_limit_repeatable_and_grows_at_its_end(selector, data):
    n = data.draw(st.integers(4, 60))
    n_features = data.draw(st.integers(1, 150))
    rng = np.random.default_rng(data.draw(st.integers(0, 2**20)))
    y = np.arange(n) % data.draw(st.integers(2, 4))
    x = scaled(rng.normal(size=(n, n_features)) + y[:, None] * rng.normal(size=n_features))
    constant = rng.random(n_features) < 0.2
    x[:, constant] = rng.choice([0.0, 1.0])
    twins = rng.integers(0, n_features, size=2)
    x[:, twins[0]] = x[:, twins[1]]
    pool = priced_pool(n_features, rng)
    share = data.draw(st.sampled_from([0.0, 0.05, 0.3, 1.0, np.inf]))
    limit = share * pool.total(np.arange(n_features)) if share else 0.0
    config = selector.complete(selector.draw(rng))
    seed = data.draw(st.integers(0, 2**32 - 1))
    if data.draw(st.booleans()):  # a target of regression
        y = y + rng.normal(size=n)

    chosen = selector.select(config, x.copy(), y, pool, limit, seed)
    assert chosen.dtype.kind == "i" and chosen.ndim == 1
    assert len(np.unique(chosen)) == len(chosen), "one twice"
    assert len(chosen) <= config.get("count", n_features)
    assert pool.total(chosen) <= limit
    assert not np.isin(chosen, np.flatnonzero(np.ptp(x, axis=0) == 0)).any()
    again = selector.select(config, x.copy(), y, pool, limit, seed)
    np.testing.assert_array_equal(chosen, again)
    if "count" in config:
        more = {**config, "count": data.draw(st.integers(config["count"], 150))}
        longer = selector.select(more, x.copy(), y, pool, limit, seed)
        np.testing.assert_array_equal(longer[: len(chosen)], chosen)
        assert len(longer) == len(chosen) or len(chosen) == config["count"]


@RANKING
@pytest.mark.parametrize("problem", (planted, planted_slope))
def test_the_best_feature_comes_first(selector, problem):
    x, y, _ = problem(n_noise=20)
    told = y if problem is planted_slope else y > y.mean()
    twice = np.column_stack([x, x[:, 0] + 6.0 * told])
    config = selector.complete({"count": 16, "thrift": 0.0})
    chosen = selector.select(config, scaled(twice), y, free_pool(x.shape[1] + 1), np.inf, 0)
    assert chosen[0] == x.shape[1]


@ALL
@pytest.mark.parametrize("problem", (planted, planted_slope))
def test_nothing_is_selected_where_nothing_can_be(selector, problem):
    x, y, _ = problem(n=40)
    config = selector.complete({})
    pool = priced_pool(x.shape[1], np.random.default_rng(0))
    assert len(selector.select(config, x, y, pool, -1.0, 0)) == 0
    assert len(selector.select(config, np.zeros_like(x), y, pool, np.inf, 0)) == 0


@RANKING
@pytest.mark.parametrize("cheap_first", (True, False))
def test_the_cheaper_of_two_equal_features_is_preferred(selector, cheap_first):
    x, y, places = planted(n_classes=2)
    twin = next(f for f in range(x.shape[1]) if f not in places)
    x[:, twin] = x[:, places[0]]
    cheap, dear = sorted([twin, places[0]], reverse=not cheap_first)
    each = np.full(x.shape[1], 0.01)
    each[cheap], each[dear] = 0.05, 0.9
    pool = Pool(each, np.zeros((len(each), 0), dtype=bool), np.zeros(0))
    chosen = selector.select(selector.complete({"count": 16}), x, y, pool, 0.92, 0)
    assert cheap in chosen and dear not in chosen


@pytest.mark.parametrize("name", ["forward", "tree_importance"])
def test_near_duplicates_leave_room_for_others(name):
    x, y, places = planted()
    rng = np.random.default_rng(0)
    copies = x[:, places[0], None] + 0.01 * rng.normal(size=(len(x), 12))
    x = np.concatenate([x, copies.astype(np.float32)], axis=1)
    selector = selectors()[name]
    chosen = selector.select(
        selector.complete({"count": 16}), x, y, free_pool(x.shape[1]), np.inf, 0
    )
    alike = np.abs(np.corrcoef(x.T)[places[0]]) > 0.99
    assert alike.sum() == 13 and np.isin(chosen, np.flatnonzero(alike)).sum() == 1
    assert np.isin(places[1:], chosen).all()


@pytest.mark.parametrize("order", ([0, 1, 2], [0, 2, 1]))
def test_a_feature_whose_spectrum_is_paid_already_is_preferred(order):
    rng = np.random.default_rng(0)
    y = np.repeat([0, 1, 2], 50)
    strong = rng.normal(size=150) + 4.0 * (y == 0)
    weak = rng.normal(size=150) + 2.0 * (y == 1)
    x = scaled(np.stack([strong, weak, weak], axis=1)[:, order])
    member = np.array([[1, 0], [1, 0], [0, 1]], dtype=bool)[order]
    pool = Pool(np.ones(3), member, np.array([100.0, 100.0]))
    selector = selectors()["forward"]
    chosen = selector.select(selector.complete({}), x, y, pool, 110.0, 0)
    np.testing.assert_array_equal(np.sort(np.array(order)[chosen]), [0, 1])


@RANKING
def test_thrift_lowers_the_price(selector):
    x, y, _ = planted(n_noise=196)
    member = np.repeat(np.eye(40, dtype=bool), 5, axis=0)  # five features of each of 40 spectra
    pool = Pool(np.ones(200), member, np.full(40, 100.0))
    prices = [
        pool.total(selector.select(selector.complete(c), x, y, pool, np.inf, 0))
        for c in ({"count": 32, "thrift": 0.0}, {"count": 32, "thrift": 1.0})
    ]
    assert prices[1] < 0.97 * prices[0]


@pytest.mark.parametrize("name", ["forward", "ridge_elimination"])
def test_the_count_is_reached_with_fewer_lines_than_features(name):
    x, y, _ = planted(n=30, n_noise=300)
    selector = selectors()[name]
    config = selector.complete({"count": 96})
    chosen = selector.select(config, x, y, free_pool(x.shape[1]), np.inf, 0)
    assert len(chosen) == 96


def test_forward_selection_of_a_target_is_orthogonal_matching_pursuit():
    x, y, _ = planted_slope()
    selector = selectors()["forward"]
    config = selector.complete({"count": 8, "thrift": 0.0})
    chosen = selector.select(config, x, y, free_pool(x.shape[1]), np.inf, 0)
    best = []
    for _ in range(8):  # each time the feature with which least squares leave least
        rest = [f for f in range(x.shape[1]) if f not in best]
        best.append(min(rest, key=lambda f: left_over(x[:, [*best, f]], y)))
    np.testing.assert_array_equal(chosen, best)


def left_over(x, y):
    """Squared residual of least squares with a bias."""
    columns = np.column_stack([x, np.ones(len(x))]).astype(float)
    return np.sum((y - columns @ np.linalg.lstsq(columns, y, rcond=None)[0]) ** 2)


def test_the_same_numbers_as_classes_or_as_target_are_two_problems():
    rng = np.random.default_rng(0)
    y = rng.integers(3, size=300)
    x = rng.normal(size=(300, 40))
    x[:, 5] += 3.0 * (y == 1)  # tells the middle class, and nothing of more or less
    x[:, 9] += 1.0 * y
    for selector in selectors():
        if not selector.parameters:
            continue
        pool, config = free_pool(40), selector.complete({"count": 8})
        worth = [
            selector.select(config, scaled(x), target, pool, np.inf, 0)
            for target in (y, y.astype(float))
        ]
        assert 9 in worth[0] and 9 in worth[1] and 5 in worth[0]
        assert not np.array_equal(*worth)


def test_all_features_gives_up_the_dearest_group():
    x, y, _ = planted(n=40, n_noise=8, n_classes=2)
    member = np.zeros((10, 2), dtype=bool)
    member[:4, 0] = member[4:8, 1] = True
    pool = Pool(np.ones(10), member, np.array([100.0, 400.0]))
    selector = selectors()["all_features"]
    np.testing.assert_array_equal(selector.select({}, x, y, pool, 200.0, 0), [0, 1, 2, 3, 8, 9])
    np.testing.assert_array_equal(selector.select({}, x, y, pool, 510.0, 0), np.arange(10))


@given(seed=st.integers(0, 2**20), limit=st.floats(0, 3000))
@RELAXED
def test_purse_counts_as_the_pool_does(seed, limit):
    rng = np.random.default_rng(seed)
    pool = priced_pool(20, rng)
    purse = Purse(pool, limit)
    for feature in rng.permutation(20):
        before = pool.total(purse.selected())
        after = pool.total(np.append(purse.selected(), feature))
        affordable = purse.value(np.ones(20))[feature] > 0
        if abs(after - limit) > 1e-6:
            assert affordable == (after <= limit), (before, after, limit)
        if affordable:
            purse.buy(int(feature))
