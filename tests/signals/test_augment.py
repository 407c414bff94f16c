import sys
from typing import get_args

import numpy as np
import pytest
from scipy.signal import welch

from kinglet.errors import InputError
from kinglet.signals import (
    AUGMENTATIONS,
    VALUE_LIMIT,
    Augmentation,
    augment,
    augmentations,
    pieces,
)
from kinglet.signals.signals import find_invalid

MODULE = sys.modules[augment.__module__]


def make(n: int = 40, length: int = 64, axes: int = 3):
    scale = np.array([1.0, 5.0, 0.2, 3.0, 1.0, 2.0])[:axes]
    return (np.random.default_rng(0).normal(size=(n, length, axes)) * scale).astype(np.float32)


def test_every_kind_has_words():
    assert tuple(AUGMENTATIONS) == get_args(Augmentation)
    assert len(set(AUGMENTATIONS.values())) == len(AUGMENTATIONS)


@pytest.mark.parametrize("kind", AUGMENTATIONS)
def test_the_seed_alone_decides_and_the_input_stays(kind):
    values = make()
    before = values.copy()
    one, same, other = (augment(values, kind, seed) for seed in (3, 3, 4))
    np.testing.assert_array_equal(values, before)
    np.testing.assert_array_equal(one, same)
    assert one.dtype == np.float32 and one.shape == values.shape
    assert (one != values).any(axis=(1, 2)).all(), "a signal is left as it was"
    assert (one != other).any(axis=(1, 2)).mean() > 0.8


@pytest.mark.parametrize("kind", AUGMENTATIONS)
def test_a_copy_depends_on_no_other_signal(kind):
    values = make()
    changed = values.copy()
    changed[::2] *= 1000
    np.testing.assert_array_equal(augment(values, kind, 0)[1::2], augment(changed, kind, 0)[1::2])


def test_scaling_is_one_factor_for_each_axis_of_each_signal():
    values = make(400)
    factor = augment(values, "scaling", 0).astype(float) / values
    np.testing.assert_allclose(factor, np.broadcast_to(factor[:, :1], factor.shape), rtol=1e-6)
    low, high = MODULE.SCALING_RANGE
    assert low - 1e-6 <= factor.min() < 1.02 * low
    assert 0.98 * high < factor.max() <= high + 1e-6
    assert len(np.unique(factor[:, 0].round(6))) > 1000


@pytest.mark.parametrize("length", [2, 64, 100])
def test_shift_moves_every_signal_and_holds_its_ends(length):
    values = make(200, length)
    result = augment(values, "shift", 0)
    most = max(1, int(MODULE.SHIFT_FRACTION * length))

    def moved(signal: np.ndarray, by: int) -> np.ndarray:
        ends = np.concatenate([signal[:1].repeat(most, 0), signal, signal[-1:].repeat(most, 0)])
        return ends[most - by : most - by + length]

    found = set()
    for signal, copy in zip(values, result, strict=True):
        (by,) = (by for by in range(-most, most + 1) if np.array_equal(moved(signal, by), copy))
        found.add(by)
    assert found == {by for by in range(-most, most + 1) if by}


@pytest.mark.parametrize("axes", [3, 6])
def test_rotation_turns_each_three_axes_alike(axes):
    values = make(200, axes=axes)
    before = values.astype(float).reshape(len(values), -1, 3)
    after = augment(values, "rotation", 0).astype(float).reshape(before.shape)
    rotation = np.stack([np.linalg.lstsq(a, b)[0] for a, b in zip(before, after, strict=True)])
    np.testing.assert_allclose(np.einsum("nij,njk->nik", before, rotation), after, atol=1e-4)
    np.testing.assert_allclose(rotation @ rotation.transpose(0, 2, 1), [np.eye(3)] * 200, atol=1e-4)
    np.testing.assert_allclose(np.linalg.det(rotation), 1, atol=1e-4)
    angle = np.arccos((np.trace(rotation, axis1=1, axis2=2) - 1) / 2)
    assert 0.95 * MODULE.MAX_ROTATION < angle.max() <= MODULE.MAX_ROTATION + 1e-3


def test_jitter_is_white_and_coloured_noise_is_pink():
    values = make(50, 4096)
    values[3] *= 100
    slopes = {}
    fractions = {
        "jitter": MODULE.JITTER_FRACTION,
        "coloured_noise": MODULE.COLOURED_FRACTION,
    }
    for kind, fraction in fractions.items():
        noise = augment(values, kind, 0).astype(float) - values
        share = noise.std(axis=1) / values.std(axis=1)
        assert share.mean() == pytest.approx(fraction, rel=0.03)
        assert share.min() > 0.6 * fraction and share.max() < 1.5 * fraction
        frequency, power = welch(noise / values.std(axis=1, keepdims=True), nperseg=512, axis=1)
        mean = power.mean(axis=(0, 2))[4:-4]
        slopes[kind] = np.polyfit(np.log(frequency[4:-4]), np.log(mean), 1)[0]
    assert slopes["jitter"] == pytest.approx(0, abs=0.05)
    assert slopes["coloured_noise"] == pytest.approx(-1, abs=0.1)


@pytest.mark.parametrize("kind", ["jitter", "coloured_noise"])
def test_a_constant_axis_gets_no_noise(kind):
    values = np.full((2, 8, 1), 7, np.float32)
    np.testing.assert_array_equal(augment(values, kind, 0), values)


@pytest.mark.parametrize(
    ("axes", "kind"), [(axes, kind) for axes in (1, 3) for kind in augmentations(64, axes)]
)
def test_the_largest_signals_stay_valid_input(axes, kind):
    largest = np.nextafter(np.float32(VALUE_LIMIT), np.float32(0))
    values = np.where(make(20, 64, axes) > 0, largest, -largest).astype(np.float32)
    assert find_invalid(augment(values, kind, 0)) is None


def test_what_makes_no_sense_is_not_offered_and_refused():
    assert augmentations(1, 3) == []
    assert set(AUGMENTATIONS) - set(augmentations(64, 2)) == {"rotation"}
    assert "rotation" in augmentations(64, 9)
    with pytest.raises(InputError, match="64 samples and 2 axes; use one of jitter"):
        augment(make(axes=2), "rotation", 0)
    with pytest.raises(InputError, match="use none"):
        augment(make(length=1), "jitter", 0)
    with pytest.raises(InputError, match="'shake'"):
        augment(make(), "shake", 0)


@pytest.mark.parametrize("kind", AUGMENTATIONS)
def test_in_how_many_pieces_signals_are_changed_does_not_matter(monkeypatch, kind):
    values = make(50)
    whole = augment(values, kind, 1)
    monkeypatch.setattr(pieces, "_VALUES", 7 * values[0].size)
    np.testing.assert_allclose(augment(values, kind, 1), whole, rtol=1e-6, atol=1e-7)
