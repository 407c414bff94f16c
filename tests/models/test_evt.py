"""The Weibull stream detector: its distribution, its memory of outliers, its use over a stream."""

import numpy as np
import pytest
from scipy import special, stats

from kinglet.host import Device
from kinglet.record import ENDLESS, models

EVT = models()["evt"]
SINCE, MEAN, VARIANCE, SHAPE, LOG_SCALE = 1, 4, 5, 6, 7


def device(n_inputs=1, horizon=ENDLESS, **config):
    whole = EVT.complete(config)
    return Device(EVT, whole, EVT.prepare(whole, n_inputs, horizon), n_inputs)


def noise(n, n_inputs=1, seed=0):
    rng = np.random.default_rng(seed)
    return rng.standard_t(4, size=(n, n_inputs)).astype(np.float32)


def deviation(made, x, n_inputs=1):
    """In standard deviations of what was learned, the largest over the inputs."""
    mean, square = made.state[8:].astype(np.float64)[: 2 * n_inputs].reshape(2, -1)
    return (np.abs(x - mean) / np.sqrt(square / (made.state[0] - 1))).max(axis=1)


@pytest.mark.parametrize("n_inputs", [1, 5])
@pytest.mark.parametrize("delta", [0.9, 0.94, 0.99])
@pytest.mark.parametrize("maxima", [5, 10])
def test_an_outlier_lies_where_the_weibull_distribution_is_above_delta(n_inputs, delta, maxima):
    for seed in range(8):
        made = device(n_inputs, delta=delta, maxima=maxima)
        made.learn(noise(500, n_inputs, seed))
        excess = np.concatenate([np.linspace(-1.9, 4, 300), np.linspace(4, 60, 300)])
        mean, square = made.state[8 : 8 + 2 * n_inputs].reshape(2, -1)
        x = np.tile(mean, (600, 1))
        x[:, seed % n_inputs] += (2 + excess) * np.sqrt(square[seed % n_inputs] / 499)
        y = deviation(made, x, n_inputs)
        shape, scale = made.state[SHAPE], np.exp(made.state[LOG_SCALE])
        probability = stats.weibull_min.cdf(y - 2, shape, scale=scale)
        clear = np.abs(probability - delta) > 1e-4
        found = made.judge(x)[:, 0] > 1
        assert (found == (probability > delta))[clear].all()
        assert found.any() and not found.all()


def test_the_distribution_has_the_moments_of_the_maxima():
    shapes = []
    for seed in range(60):
        made = device(maxima=10)
        made.learn(noise(400, seed=seed))
        mean, variance, shape = (float(made.state[at]) for at in (MEAN, VARIANCE, SHAPE))
        shapes.append(shape)
        expected = np.clip((np.sqrt(variance) / mean) ** -1.086, 0.3, 6)
        assert shape == pytest.approx(expected, rel=1e-5)
        log_scale = np.log(mean) - special.gammaln(1 + 1 / shape)
        assert made.state[LOG_SCALE] == pytest.approx(log_scale, abs=5e-6)
    assert np.ptp(shapes) > 0.5


@pytest.mark.parametrize("outliers", [5, 10])
@pytest.mark.parametrize("gap", [0.5, 5.0, 10.0])
def test_outliers_are_collective_where_the_latest_are_close(outliers, gap):
    rng = np.random.default_rng(3)
    busy = np.repeat(rng.uniform(0, 1, 30) ** 3, 40)
    outlier = rng.uniform(size=len(busy)) < busy
    made, single = (device(outliers=outliers, gap=gap, vote=v) for v in ("collective", "point"))
    for one in (made, single):
        one.learn(noise(300))
    x = np.where(outlier, 1e4, made.state[8])[:, None].astype(np.float32)
    stamps = np.flatnonzero(outlier)
    expected = np.zeros(len(x), dtype=bool)
    for last in range(outliers - 1, len(stamps)):
        first = stamps[last - outliers + 1]
        expected[stamps[last]] = stamps[last] - first <= gap * (outliers - 1)
    voted = made.judge(x)[:, 0]
    assert ((voted > 1) == expected).all()
    assert expected.any() == (gap >= 1), "in half a sample it cannot happen"
    scores = single.judge(x)[:, 0]
    assert ((scores > 1) == outlier).all()
    assert (voted == np.where(expected, scores, np.minimum(scores, 1))).all()


def test_after_years_without_outliers_the_next_are_no_neighbours_of_the_last():
    made = device(vote="collective")
    made.learn(noise(300))
    outlier = np.full((1, 1), 1e4, dtype=np.float32)
    nominal = made.state[8:9][None].copy()
    for _ in range(4):
        assert made.judge(outlier)[0, 0] == 1
    made.state[SINCE] = ENDLESS - 1
    made.judge(np.repeat(nominal, 3, axis=0))
    assert made.state[SINCE] == ENDLESS  # a counter that wrapped round would be small
    assert made.judge(outlier)[0, 0] == 1
    assert [made.judge(outlier)[0, 0] > 1 for _ in range(4)] == [False, False, False, True]


def test_up_to_gamma_the_score_grows_with_the_deviation_and_is_no_anomaly():
    made = device(gamma=3)
    made.learn(noise(200))
    spread = np.sqrt(made.state[9] / 199)
    x = made.state[8] + np.linspace(0, 2.99, 50)[:, None] * spread
    z = made.judge(x.astype(np.float32))[:, 0]
    np.testing.assert_allclose(z, np.linspace(0, 2.99, 50) / 3 - 1, atol=1e-4)
    assert (np.diff(z) > 0).all()
    beyond = made.state[8] + np.linspace(3.001, 40, 50)[:, None] * spread
    z = made.judge(beyond.astype(np.float32))[:, 0]
    assert (z >= 0).all() and (np.diff(z) > 0).all()


@pytest.mark.parametrize("n_inputs", [1, 3])
def test_a_stream_is_watched_while_it_is_learned(n_inputs):
    made = device(n_inputs, gamma=3, maxima=10, delta=0.99)
    rng = np.random.default_rng(1)
    stream = rng.normal(size=(3000, n_inputs)).astype(np.float32) * 2 + 20
    made.learn(stream[:300])
    failing = np.zeros(3000, dtype=bool)
    failing[rng.choice(np.arange(300, 3000), 20, replace=False)] = True
    stream[failing, 0] += 40
    found = np.zeros(3000, dtype=bool)
    for line in range(300, 3000):
        found[line] = made.judge(stream[line : line + 1])[0, 0] > 1
        if not found[line]:
            made.learn(stream[line : line + 1])
    assert found[failing].all()
    assert found[~failing].mean() < 0.01
    assert np.abs(made.state[8 : 8 + n_inputs] - 20).max() < 0.3, "outliers moved the mean"


def test_one_value_needs_little_memory_and_eight_are_the_most():
    largest = EVT.complete({"outliers": 10, "maxima": 10})
    assert 4 * EVT.state(largest, 1) <= 400
    assert [EVT.accepts(largest, n) for n in (0, 1, 8, 9)] == [False, True, True, False]
