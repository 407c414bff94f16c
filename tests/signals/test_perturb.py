import tracemalloc
from functools import partial

import numpy as np
import pytest

from kinglet.errors import InputError
from kinglet.signals import VALUE_LIMIT, change_beyond_doubt, perturb, pieces
from kinglet.signals.signals import find_invalid


def make(n: int = 40, length: int = 64, axes: int = 3):
    scale = np.array([1.0, 5.0, 0.2, 3.0, 1.0, 2.0])[:axes]
    return (np.random.default_rng(0).normal(size=(n, length, axes)) * scale).astype(np.float32)


@pytest.mark.parametrize("kind", ["gain", "noise", "tilt"])
def test_the_seed_alone_decides_and_the_input_stays(kind):
    values = make()
    before = values.copy()
    one, same, other = (perturb(values, kind, seed) for seed in (3, 3, 4))
    np.testing.assert_array_equal(values, before)
    np.testing.assert_array_equal(one, same)
    assert one.dtype == np.float32 and one.shape == values.shape
    # No signal is left as it was, and no two seeds agree on one.
    assert (one != values).any(axis=(1, 2)).all()
    assert (one != other).any(axis=(1, 2)).all()


def test_gain_is_one_factor_for_each_axis_of_each_signal():
    values = make(400)
    factor = perturb(values, "gain", 0).astype(float) / values
    np.testing.assert_allclose(factor, np.broadcast_to(factor[:, :1], factor.shape), rtol=1e-6)
    drawn = factor[:, 0].ravel()
    assert 0.8 - 1e-6 <= drawn.min() < 0.81
    assert 1.24 < drawn.max() <= 1.25 + 1e-6
    assert len(np.unique(drawn.round(6))) > 1000


def test_noise_is_a_tenth_of_each_signal_and_axis():
    values = make(20, 4096)
    values[3] *= 100
    noise = perturb(values, "noise", 0).astype(float) - values
    np.testing.assert_allclose(noise.std(axis=1) / values.std(axis=1), 0.1, rtol=0.06)
    np.testing.assert_allclose(noise.mean(axis=1) / values.std(axis=1), 0, atol=0.01)
    neighbours = (noise[:, 1:] * noise[:, :-1]).mean(axis=1) / noise.var(axis=1)
    assert np.abs(neighbours).max() < 0.08


def test_a_constant_axis_gets_no_noise():
    values = np.full((2, 8, 1), 7, np.float32)
    np.testing.assert_array_equal(perturb(values, "noise", 0), values)


def test_tilt_of_axes_that_do_not_come_in_threes_is_an_offset():
    values = make(axes=2)
    offset = perturb(values, "tilt", 0).astype(float) - values
    np.testing.assert_allclose(offset, np.broadcast_to(offset[:, :1], offset.shape), atol=1e-5)
    reach = np.abs(offset[:, 0]).max(axis=0) / values.std(axis=(0, 1))
    assert (reach > 0.25).all() and (reach <= 0.3 + 1e-5).all()


@pytest.mark.parametrize("axes", [3, 6])
def test_tilt_of_three_axes_is_a_rotation_and_an_offset(axes):
    values = make(axes=axes)
    result = perturb(values, "tilt", 0)
    # Differences in time are free of the offset; a rotation keeps their lengths and angles.
    before = np.diff(values.astype(float), axis=1).reshape(len(values), -1, 3)
    after = np.diff(result.astype(float), axis=1).reshape(len(values), -1, 3)
    rotation = np.stack([np.linalg.lstsq(a, b)[0] for a, b in zip(before, after, strict=True)])
    np.testing.assert_allclose(np.einsum("nij,njk->nik", before, rotation), after, atol=1e-4)
    np.testing.assert_allclose(rotation @ rotation.transpose(0, 2, 1), [np.eye(3)] * 40, atol=1e-4)
    np.testing.assert_allclose(np.linalg.det(rotation), 1, atol=1e-4)
    angle = np.rad2deg(np.arccos((np.trace(rotation, axis1=1, axis2=2) - 1) / 2))
    assert 10 < angle.max() <= 15.1


@pytest.mark.parametrize("kind", ["gain", "noise", "tilt"])
@pytest.mark.parametrize("axes", [1, 3])
def test_the_largest_signals_stay_valid_input(kind, axes):
    largest = np.nextafter(np.float32(VALUE_LIMIT), np.float32(0))
    values = np.where(make(20, 64, axes) > 0, largest, -largest).astype(np.float32)
    assert find_invalid(perturb(values, kind, 0)) is None


def test_an_unknown_kind_is_refused():
    with pytest.raises(InputError, match="gain, noise, tilt"):
        perturb(make(), "shake", 0)


def test_beyond_doubt_is_ten_times_or_another_order():
    values = make()
    before = values.copy()
    np.testing.assert_allclose(change_beyond_doubt(values, "scaled", 0), 10 * values, rtol=1e-6)
    shuffled = change_beyond_doubt(values, "shuffled", 3)
    np.testing.assert_array_equal(values, before)
    np.testing.assert_array_equal(np.sort(shuffled, axis=1), np.sort(values, axis=1))
    assert (shuffled != values).any(axis=1).all()
    np.testing.assert_array_equal(shuffled, change_beyond_doubt(values, "shuffled", 3))
    assert (shuffled != change_beyond_doubt(values, "shuffled", 4)).any()


def test_beyond_doubt_of_single_samples_mixes_the_axes():
    values = make(length=1)
    shuffled = change_beyond_doubt(values, "shuffled", 0)
    np.testing.assert_array_equal(np.sort(shuffled, axis=2), np.sort(values, axis=2))
    assert (shuffled != values).any(axis=(1, 2)).mean() > 0.5


def test_the_largest_signals_stay_valid_beyond_doubt():
    values = np.full((3, 8, 1), 9e11, np.float32)
    for kind in ("scaled", "shuffled"):
        assert find_invalid(change_beyond_doubt(values, kind, 0)) is None


CHANGES = {
    **{kind: partial(perturb, kind=kind, seed=1) for kind in ("gain", "noise", "tilt")},
    "scaled": partial(change_beyond_doubt, kind="scaled", seed=1),
}


@pytest.mark.parametrize("kind", CHANGES)
@pytest.mark.parametrize("axes", [2, 3])
def test_in_how_many_pieces_signals_are_changed_does_not_matter(monkeypatch, kind, axes):
    values = make(50, axes=axes)
    whole = CHANGES[kind](values)
    monkeypatch.setattr(pieces, "_VALUES", 7 * values[0].size)
    np.testing.assert_allclose(CHANGES[kind](values), whole, rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("kind", CHANGES)
def test_large_data_are_changed_in_little_more_memory_than_the_result(monkeypatch, kind):
    values = make(4000)
    monkeypatch.setattr(pieces, "_VALUES", 1 << 14)
    tracemalloc.start()
    CHANGES[kind](values)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1.7 * values.nbytes
