"""The device played on this machine, where samples come in the order of time."""

import numpy as np
import pytest
from scipy.signal import lfilter

from kinglet.host import Device
from kinglet.record import models


def device(name, n_inputs, **options):
    model = models()[name]
    config = model.complete({})
    return Device(model, config, model.prepare(config, n_inputs), n_inputs, **options)


def drifting(n, seed, count=16):
    """Moving means of values that wander: each sample is nearly the one before."""
    noise = np.random.default_rng(seed).normal(size=(n, count))
    values = lfilter([1], [1, -0.9], noise, axis=0)
    return lfilter(np.ones(16) / 16, [1], values, axis=0).astype(np.float32)


def false_alarms(name, stream):
    rates = []
    for seed in range(40):
        x = drifting(400, seed)[100:]
        player = device(name, 16, stream=stream)
        player.learn(x[:200])
        z, limit = player.judge(x[200:]).T
        rates.append((z > limit).mean())
    return np.mean(rates)


@pytest.mark.parametrize("name", ["micro_clusters", "mahalanobis"])
def test_neighbours_in_time_do_not_set_the_limit(name):
    right_after, in_turn = false_alarms(name, False), false_alarms(name, True)
    assert in_turn < 0.5 * right_after and in_turn < 0.05


def test_stretches_grow_and_half_of_the_samples_are_learned():
    player, learned = device("diagonal_gaussian", 1, stream=True), []
    for sample in np.random.default_rng(0).normal(size=(1024, 1, 1)).astype(np.float32):
        before = player.state[0]
        player.learn(sample)
        learned.append(player.state[0] > before)
    lengths = np.diff(np.flatnonzero(np.diff(learned)))
    assert 0.45 < np.mean(learned) < 0.55 and learned[:3] == [True] * 3
    assert set(lengths) <= {4, 8, 12, 16, 24, 32, 48} and set(lengths[-10:]) == {32}
    assert player.learned == 1024


def test_batches_of_a_stream_do_not_matter():
    x = drifting(300, 0, 4)
    whole, parts = (
        device("micro_clusters", 4, stream=True),
        device("micro_clusters", 4, stream=True),
    )
    whole.learn(x)
    for part in np.split(x, [1, 50, 51, 200]):
        parts.learn(part)
    assert whole.state.tobytes() == parts.state.tobytes()
    assert whole.calibration.tobytes() == parts.calibration.tobytes()
