"""What is special to single models that learn on the device."""

import numpy as np
import pytest
from scipy import stats

from kinglet.host.device import Device
from kinglet.models._device_scale import WARM_UP, scaled
from kinglet.models.loda import directions, places
from kinglet.models.os_elm import hidden_units
from kinglet.record import ENDLESS, models


def learned(name, config, x, horizon=ENDLESS, seed=0):
    """A device that has learned vectors, and what was prepared for it."""
    model = models()[name]
    config = model.complete(config)
    fitted = model.prepare(config, x.shape[1], horizon, seed)
    device = Device(model, config, fitted, x.shape[1])
    device.learn(x.astype(np.float32))
    return device, fitted


def scores(device, x):
    """Scores as they are: nothing is usual to a calibration that took none in."""
    device.calibration[:] = 0
    return device.judge(x.astype(np.float32))[:, 0]


def kept(device, size):
    """What lies in the reservoir of one feature."""
    return device.state[2 + 3 : 2 + 3 + size]


def test_the_reservoir_is_a_fair_sample_of_all_that_was_learned():
    times = np.concatenate(
        [kept(learned("neighbours", {"size": 64}, np.arange(n)[:, None])[0], 64) / n
         for n in range(2000, 4000, 100)]
    )  # fmt: skip
    assert stats.kstest(times, "uniform").pvalue > 0.01


def test_the_reservoir_holds_each_signal_once():
    device, _ = learned("neighbours", {"size": 32}, np.arange(1000)[:, None])
    assert len(np.unique(kept(device, 32))) == 32


def test_with_a_horizon_old_signals_leave_the_reservoir():
    horizon, n = 100.0, 3000
    ages = np.concatenate(
        [n + more - kept(learned("neighbours", {}, np.arange(n + more)[:, None], horizon)[0], 16)
         for more in range(0, 1000, 50)]
    )  # fmt: skip
    # A vector stays with probability 1 - 1/horizon each time: ages are exponential.
    assert ages.mean() == pytest.approx(horizon, rel=0.2)
    assert stats.kstest(ages, "expon", args=(0, horizon)).pvalue > 0.01


def test_a_regime_that_lies_in_no_cluster_is_known_to_the_neighbours():
    rng = np.random.default_rng(0)
    angle = rng.uniform(0, 2 * np.pi, 300)
    ring = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    device, _ = learned("neighbours", {"size": 32}, ring + 0.02 * rng.normal(size=ring.shape))
    on_the_ring = scores(device, ring)
    centre, outside = scores(device, np.array([[0.0, 0.0], [1.6, 0.0]]))
    assert min(centre, outside) > np.quantile(on_the_ring, 0.99)


def test_the_first_ten_signals_settle_the_scale_and_are_learned_scaled():
    rng = np.random.default_rng(1)
    x = 3 + rng.normal(size=(60, 4)) * [1, 1e3, 1e-2, 1e9]
    device, fitted = learned("loda", {}, x)
    mean, gain = device.state[1:5], device.state[5:9]
    np.testing.assert_allclose(mean, x[:WARM_UP].mean(axis=0), rtol=1e-5)
    np.testing.assert_allclose(gain, 1 / x[:WARM_UP].std(axis=0, ddof=1), rtol=1e-4)
    # The histograms are those of all sixty, the ten of the warm-up among them.
    config = models()["loda"].complete({})
    expected = places(scaled(x, x) @ directions(config, fitted), config["bins"]).mean(axis=0)
    np.testing.assert_allclose(device.state[9 : 9 + expected.size], expected.ravel(), atol=1e-5)


@pytest.mark.parametrize("name", ["loda", "os_elm"])
def test_units_and_offsets_of_the_features_do_not_matter(name):
    rng = np.random.default_rng(2)
    x = rng.normal(size=(100, 12)) @ rng.normal(size=(12, 12))
    other, probe = 2.0 ** rng.integers(-8, 8, 12), rng.normal(size=(20, 12))
    plain, _ = learned(name, {}, x)
    changed, _ = learned(name, {}, x * other + 4)
    np.testing.assert_allclose(
        scores(plain, probe), scores(changed, probe * other + 4), rtol=0.02, atol=0.02
    )


def test_loda_finds_the_density_of_a_normal_distribution():
    rng = np.random.default_rng(3)
    # One feature: the only direction is the feature, and the score is -log density.
    x = rng.normal(size=(20_000, 1))
    device, _ = learned("loda", {"bins": 24}, x)
    at = np.linspace(-2, 2, 9)[:, None]
    scale = x[:WARM_UP].std(ddof=1)
    # Learning and scoring each smooth by a B-spline of a quarter of the squared spacing.
    spacing = scale * 16 / (24 - 3)
    smooth = stats.norm(scale=np.sqrt(1 + spacing**2 / 2))
    expected = -smooth.logpdf(at[:, 0]) - stats.norm.entropy() - np.log(scale)
    np.testing.assert_allclose(scores(device, at), expected, atol=0.06)


def test_directions_of_loda_are_of_unit_length_and_take_every_feature_equally():
    model = models()["loda"]
    config = model.complete({"projections": 32})
    counts = np.zeros(25, dtype=int)
    for seed in range(40):
        fitted = model.prepare(config, 25, seed=seed)
        lengths = np.linalg.norm(fitted["weights"] / 127.0, axis=1)
        np.testing.assert_allclose(lengths, 1, atol=0.01)
        assert all(len(set(row)) == 5 for row in fitted["chosen"])
        counts += np.bincount(fitted["chosen"].ravel(), minlength=25)
    assert stats.chisquare(counts).pvalue > 0.001


@pytest.mark.parametrize("hidden", [8, 16])
def test_os_elm_is_ridge_regression_of_all_signals_at_once(hidden):
    rng = np.random.default_rng(4)
    inputs = 20
    x = rng.normal(size=(500, 6)) @ rng.normal(size=(6, inputs)) + rng.normal(size=(500, inputs))
    device, fitted = learned("os_elm", {"hidden": hidden}, x)
    z = scaled(x, x)
    units = hidden_units({"hidden": hidden}, fitted, z)
    expected = np.linalg.solve(units.T @ units + np.eye(hidden) / 10, units.T @ z)
    start = 1 + 2 * inputs + 1 + inputs
    found = device.state[start : start + hidden * inputs].reshape(hidden, inputs)
    np.testing.assert_allclose(found, expected, rtol=1e-3, atol=1e-3 * np.abs(expected).max())


def covariance(device, inputs, hidden):
    """P = U D U' of the recursive least squares, from its factors in the state."""
    packed = device.state[-hidden * (hidden + 1) // 2 :].astype(np.float64)
    upper = np.zeros((hidden, hidden))
    upper.T[np.tril_indices(hidden)] = packed
    diagonal = np.diag(upper).copy()
    np.fill_diagonal(upper, 1)
    return upper * diagonal @ upper.T


@pytest.mark.parametrize("horizon", [ENDLESS, 10.0, 200.0])
def test_os_elm_stays_sound_after_many_signals_of_little_variety(horizon):
    rng = np.random.default_rng(5)
    inputs, hidden = 20, 8
    x = rng.normal(size=(30_000, inputs))
    x[2000:] = x[2000]  # nothing new, for ever: forgetting alone would let P grow without bounds
    device, _ = learned("os_elm", {"hidden": hidden}, x, horizon)
    values = np.linalg.eigvalsh(covariance(device, inputs, hidden))
    assert values.min() > 0
    assert values.max() < 10 * (1 - 1 / horizon) ** -(2 * hidden)


def test_os_elm_forgets_a_relation_that_no_longer_holds():
    rng = np.random.default_rng(6)
    source = rng.normal(size=(4000, 3))
    before, after = rng.normal(size=(2, 3, 12))
    noise = 0.1 * rng.normal(size=(4000, 12))
    x = np.concatenate([source[:2000] @ before, source[2000:] @ after]) + noise
    for horizon, follows in ((100.0, True), (ENDLESS, False)):
        device, _ = learned("os_elm", {}, x, horizon)
        # What holds now must be the more usual of both, and clearly so only where the past fades.
        apart = scores(device, x[1500:2000]).mean() - scores(device, x[3500:]).mean()
        assert (apart > 0.5) == follows
