"""Imitated anomalies: seeded, valid input for a library, and different from what they imitate."""

import numpy as np
import pytest

from kinglet.signals import VALUE_LIMIT, imitate
from kinglet.signals.signals import find_invalid


def signals(n: int = 70, length: int = 64, axes: int = 3) -> np.ndarray:
    rng = np.random.default_rng(1)
    tone = np.sin(0.4 * np.arange(length)[:, None] + rng.uniform(0, 6, size=(n, 1, axes)))
    return (5 + tone + 0.2 * rng.normal(size=(n, length, axes))).astype(np.float32)


def stream(n: int = 600, axes: int = 4) -> np.ndarray:
    return np.random.default_rng(2).normal(3, 1, size=(n, 1, axes)).astype(np.float32)


@pytest.mark.parametrize(("values", "option"), [(signals(), False), (stream(), True)])
def test_the_seed_alone_decides_and_the_input_stays(values, option):
    before = values.copy()
    one, same, other = (imitate(values, stream=option, seed=seed) for seed in (3, 3, 4))
    np.testing.assert_array_equal(values, before)
    np.testing.assert_array_equal(one, same)
    assert (one != other).any()
    assert one.dtype == np.float32 and one.shape == values.shape


def test_each_signal_becomes_an_anomaly_of_its_own():
    values = signals()
    changed = imitate(values, seed=0).astype(float)
    # By more than the noise of the sensor, and the level stays what it was.
    distance = (changed - values).std(axis=(1, 2)) / values.std(axis=1).mean(axis=1)
    assert (distance > 0.1).all()
    assert np.abs(changed.mean(axis=1) - values.mean(axis=1)).max() < 0.5 * values.std()


def test_the_kinds_that_are_told():
    values = signals(140)
    changed = imitate(values, seed=5).astype(float)
    mean = values.mean(axis=1, keepdims=True, dtype=float)
    swing, new = values - mean, changed - mean
    gain = (new * swing).sum(axis=(1, 2)) / (swing * swing).sum(axis=(1, 2))
    rest = np.abs(new - gain[:, None, None] * swing).max(axis=(1, 2))
    exact = rest < 1e-5
    assert set(gain[exact].round(4)) == {0.5, 2.0}, "half or twice the swing"
    spread = swing.std(axis=1, keepdims=True)
    difference = new - swing
    clipped = np.abs(new - np.clip(swing, -spread / 2, spread / 2)).max(axis=(1, 2)) < 1e-5
    steps = np.abs(np.diff(new, axis=1)).mean(axis=(1, 2))
    smooth = steps < 0.7 * np.abs(np.diff(swing, axis=1)).mean(axis=(1, 2))
    added = ~(exact | clipped | smooth)
    # What is added: noise and tone all along the signal, an impact from some sample on.
    impact = added & (np.abs(difference[:, 0]).max(axis=1) < 1e-6)
    size = (difference.std(axis=1) / spread[:, 0])[added & ~impact]
    np.testing.assert_allclose(size, 0.5, atol=0.2)
    counts = [np.sum(kind) for kind in (exact, clipped, smooth & ~exact & ~clipped, added)]
    assert counts == [40, 20, 20, 60] and 15 <= impact.sum() <= 20


@pytest.mark.parametrize("shape", [(30, 2, 1), (30, 4, 1), (30, 256, 1), (1, 64, 3), (7, 2, 9)])
def test_every_shape_works(shape):
    values = np.random.default_rng(0).normal(size=shape).astype(np.float32)
    changed = imitate(values)
    assert changed.shape == shape and find_invalid(changed) is None
    assert (changed != values).any(axis=(1, 2)).mean() > 0.8


@pytest.mark.parametrize("level", [0.0, -7.0, 1e9])
@pytest.mark.parametrize("option", [False, True])
def test_constant_signals_stay_valid_and_near(level, option):
    values = np.full((40, 1 if option else 16, 2), level, np.float32)
    changed = imitate(values, stream=option)
    assert find_invalid(changed) is None
    np.testing.assert_allclose(changed, values, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("option", [False, True])
def test_the_largest_signals_stay_valid_input(option):
    largest = np.nextafter(np.float32(VALUE_LIMIT), np.float32(0))
    source = stream() if option else signals() - 5
    values = np.where(source > np.median(source), largest, -largest).astype(np.float32)
    changed = imitate(values, stream=option)
    assert find_invalid(changed) is None and (changed != values).any()


def runs(mask: np.ndarray) -> list[int]:
    """Lengths of the stretches in which something holds."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], mask.astype(int), [0]])))
    return (edges[1::2] - edges[::2]).tolist()


def test_a_stream_keeps_its_order_and_changes_in_stretches():
    values = stream(6000)
    changed = imitate(values, stream=True, seed=1)[:, 0].astype(float)
    difference = changed - values[:, 0]
    differs = difference != 0
    assert (differs.sum(axis=1) <= 1).all(), "one variable at a time"
    assert differs.any(axis=1).mean() > 0.9 and differs.any(axis=0).all()
    mean, spread = values[:, 0].mean(axis=0), values[:, 0].std(axis=0)
    relative = difference / spread
    ramp = np.abs(np.diff(relative, n=2, axis=0)) < 1e-4
    kinds = {
        "shifted": np.abs(np.abs(relative) - 3) < 1e-4,
        "still": np.diff(changed, axis=0) == 0,
        "drifts": ramp & (np.abs(np.diff(relative, axis=0)[1:]) > 1e-2),
        "swings": (np.abs(difference - (values[:, 0] - mean)) < 1e-4) & differs,
    }
    for name, mask in kinds.items():
        lengths = [length for column in mask.T for length in runs(column) if length > 4]
        assert len(lengths) > 3, name
        assert max(lengths) <= 2 * 256 and max(lengths) > 2 * min(lengths), name
    farthest = np.abs(relative[2:][kinds["drifts"]]).max()
    assert 3.5 < farthest < 4.01, "drifts away to four"


@pytest.mark.parametrize(("n", "axes"), [(1, 1), (31, 1), (33, 2), (100, 16)])
def test_streams_of_every_length_work(n, axes):
    changed = imitate(stream(n, axes), stream=True)
    assert changed.shape == (n, 1, axes) and find_invalid(changed) is None
