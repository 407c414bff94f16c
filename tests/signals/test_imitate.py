"""Imitations: seeded, valid input for a library, and different from what they imitate."""

import tracemalloc

import numpy as np
import pytest
from scipy.stats import ks_2samp

from kinglet.signals import VALUE_LIMIT, imitate, pieces
from kinglet.signals.imitate import imitate_outliers
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


@pytest.mark.parametrize("axes", [1, 3])
def test_outliers_depend_on_the_seed_alone_and_the_input_stays(axes):
    values = signals(axes=axes)
    before = values.copy()
    one, same, other = (imitate_outliers(values, seed=seed) for seed in (3, 3, 4))
    np.testing.assert_array_equal(values, before)
    np.testing.assert_array_equal(one, same)
    assert (one != other).any()
    assert one.dtype == np.float32 and one.shape == values.shape


def test_every_outlier_is_far_from_its_signal():
    values = signals(400) - 5
    changed = imitate_outliers(values).astype(float)
    distance = np.sqrt(((changed - values) ** 2).mean(axis=1).max(axis=1)) / values.std()
    assert distance.min() > 0.1 and np.median(distance) > 0.4
    assert distance.max() < 4, "near enough to say something of the limit"


def test_the_kinds_of_outliers_that_are_told():
    values = signals(480)
    changed = imitate_outliers(values, seed=1).astype(float)
    mean = values.mean(axis=1, keepdims=True, dtype=float)
    swing, difference = values - mean, changed - values

    def holds(error: np.ndarray) -> np.ndarray:
        return np.abs(error).max(axis=(1, 2)) < 1e-4

    new = changed - changed.mean(axis=1, keepdims=True)
    gains = (new * swing).sum(axis=1) / (swing**2).sum(axis=1)
    scaled = holds(new - gains[:, None] * swing) & ~holds(difference - difference[:, :1])
    together = scaled & (np.ptp(gains, axis=1) < 1e-4)
    sizes = np.exp(np.abs(np.log(np.abs(gains))))
    assert 1.39 < sizes[together].min() < 1.5 and 1.9 < sizes[together].max() < 2.01
    assert sizes[scaled & ~together].min() > 1.59 and sizes[scaled & ~together].max() < 2.51
    shifted = holds(difference - difference[:, :1])
    usual = np.sqrt(values.var(axis=1).mean(axis=0) + values.mean(axis=1).var(axis=0))
    shifts = np.abs(difference[shifted, 0]) / usual
    assert shifts.min() > 0.69 and shifts.max() < 1.51
    turned = holds(changed - (2 * mean - values[:, ::-1]))
    power = np.abs(np.fft.rfft(swing, axis=1)) ** 2
    phases = holds((np.abs(np.fft.rfft(new, axis=1)) ** 2 - power)[:, 1:-1] / power.max())
    phases &= ~turned & ~shifted
    energy = (values.astype(float) ** 2).sum(axis=2), (changed**2).sum(axis=2)
    rotated = np.abs(energy[0] - energy[1]).max(axis=1) < 1e-2
    swapped = holds(np.sort(changed, axis=2) - np.sort(values, axis=2))
    counts = {
        "gain": together,
        "gain of axes": scaled & ~together,
        "level": shifted,
        "turned": turned,
        "phases": phases,
        "swapped": swapped,
        "rotated": rotated & ~swapped,
    }
    assert {name: kind.sum() for name, kind in counts.items()} == dict.fromkeys(counts, 40)


def test_an_outlier_may_be_faster_or_slower():
    tone = np.sin(2 * np.pi * 8 * np.arange(128) / 128)
    values = np.tile(tone[:, None], (300, 1, 1)).astype(np.float32)
    changed = imitate_outliers(values).astype(float)[:, :, 0]
    spectrum = np.abs(np.fft.rfft(changed - changed.mean(axis=1, keepdims=True), axis=1))
    peaks = spectrum.argmax(axis=1)
    moved = peaks[(peaks != 8) & (peaks < 16)]
    slower, faster = moved[moved < 8], moved[moved > 8]
    assert len(slower) > 5 and len(faster) > 5
    assert slower.min() >= 5 and faster.max() <= 12


@pytest.mark.parametrize("shape", [(30, 2, 1), (30, 4, 2), (30, 256, 1), (1, 64, 3), (7, 2, 9)])
def test_outliers_of_every_shape(shape):
    values = np.random.default_rng(0).normal(size=shape).astype(np.float32)
    changed = imitate_outliers(values)
    assert changed.shape == shape and find_invalid(changed) is None
    assert (changed != values).any(axis=(1, 2)).all()


@pytest.mark.parametrize("level", [0.0, -7.0, 1e9])
def test_outliers_of_constant_signals_differ_a_little(level):
    values = np.full((60, 16, 1), level, np.float32)  # of several axes one may be turned
    changed = imitate_outliers(values)
    assert find_invalid(changed) is None and (changed != values).any(axis=(1, 2)).all()
    np.testing.assert_allclose(changed, values, rtol=1e-4, atol=1e-4)


def test_outliers_of_the_largest_signals_stay_valid_input():
    largest = np.nextafter(np.float32(VALUE_LIMIT), np.float32(0))
    values = np.where(signals() > 5, largest, -largest).astype(np.float32)
    assert find_invalid(imitate_outliers(values)) is None


@pytest.mark.parametrize("function", [imitate, imitate_outliers])
def test_large_data_are_imitated_in_pieces(monkeypatch, function):
    values = signals(3000)
    whole = function(values, seed=2).astype(float)
    monkeypatch.setattr(pieces, "_VALUES", 1 << 14)
    tracemalloc.start()
    changed = function(values, seed=2)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2.5 * values.nbytes
    # Other draws, the same kinds in the same shares: the distances are distributed alike.
    ours, theirs = (
        np.sqrt(((each - values) ** 2).mean(axis=(1, 2))) for each in (changed.astype(float), whole)
    )
    assert ks_2samp(ours, theirs).statistic < 0.1


def test_a_large_stream_is_imitated_in_little_more_memory_than_the_result(monkeypatch):
    values = stream(50000)
    monkeypatch.setattr(pieces, "_VALUES", 1 << 14)
    tracemalloc.start()
    imitate(values, stream=True)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1.7 * values.nbytes
