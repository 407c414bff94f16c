import numpy as np
import pytest

from kinglet.errors import InputError
from kinglet.signals import Signals

RANDOM = np.random.default_rng(1)


def make(n: int = 4, rate: float | None = 50.0, group=None, length: int = 8, axes: int = 2):
    return Signals.from_array(RANDOM.normal(size=(n, length, axes)), rate, group)


def test_flat_arrays_hold_the_axes_interleaved_sample_by_sample():
    flat = np.arange(24).reshape(2, 12)
    signals = Signals.from_array(flat, axes=3)
    assert (signals.n_signals, signals.length, signals.axes, len(signals)) == (2, 4, 3, 2)
    np.testing.assert_array_equal(signals.values[1, 2], [18, 19, 20])
    np.testing.assert_array_equal(signals.line, [1, 2])


def test_values_are_a_contiguous_float32_copy():
    array = np.asfortranarray(RANDOM.normal(size=(3, 4, 2)))
    signals = Signals.from_array(array)
    array[:] = 0
    assert signals.values.dtype == np.float32
    assert signals.values.flags.c_contiguous
    assert signals.values.any()


@pytest.mark.parametrize(
    ("shape", "axes"), [((2, 12), None), ((2, 12), 5), ((2, 4, 3), 2), ((12,), 1), ((2, 12), 0)]
)
def test_a_shape_that_does_not_fit_is_refused(shape, axes):
    with pytest.raises(InputError, match="shape"):
        Signals.from_array(np.zeros(shape), axes=axes)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 1e12, -1e12, 1e300])
def test_a_value_that_a_library_refuses_is_refused_and_placed(value):
    array = np.zeros((3, 4, 2))
    array[1, 2, 1] = value
    with pytest.raises(InputError, match="signal 1, sample 2, axis 1"):
        Signals.from_array(array)


def test_the_limit_is_the_one_of_float32():
    # 999999996000 rounds to the float32 that 1e12 rounds to, which the device refuses.
    with pytest.raises(InputError, match="below 1e12"):
        Signals.from_array(np.full((1, 2, 1), 999999996000.0))
    largest = np.nextafter(np.float32(1e12), np.float32(0))
    assert Signals.from_array(np.full((1, 2, 1), largest)).values.max() == largest


@pytest.mark.parametrize("rate", [0.0, -1.0, np.nan, np.inf])
def test_a_rate_must_be_positive(rate):
    with pytest.raises(InputError, match="sampling rate"):
        make(rate=rate)


def test_arrays_that_do_not_belong_together_are_refused():
    with pytest.raises(InputError, match=r"'group' has shape \(3,\) for 4 signals"):
        make(group=[0, 1, 2])


@pytest.mark.parametrize(
    ("indices", "rows"), [([2, 0], [2, 0]), (slice(1, 3), [1, 2]), (3, [3])], ids=str
)
def test_take_keeps_where_each_signal_came_from(indices, rows):
    signals = make(group=[0, 0, 7, 7])
    some = signals.take(indices)
    np.testing.assert_array_equal(some.values, signals.values[rows])
    np.testing.assert_array_equal(some.group, signals.group[rows])
    np.testing.assert_array_equal(some.line, np.array(rows) + 1)
    assert some.rate == signals.rate


def test_take_by_mask():
    signals = make(group=[0, 0, 7, 7])
    np.testing.assert_array_equal(signals.take(signals.group == 7).line, [3, 4])


def test_concatenate_keeps_recordings_of_different_parts_apart():
    first, second = make(group=[3, 3, 5, 5]), make(n=3, group=[5, 0, 5])
    both = Signals.concatenate([first, second])
    np.testing.assert_array_equal(both.group, [0, 0, 1, 1, 3, 2, 3])
    np.testing.assert_array_equal(both.file, [0, 0, 0, 0, 1, 1, 1])
    np.testing.assert_array_equal(both.line, [1, 2, 3, 4, 1, 2, 3])
    np.testing.assert_array_equal(both.values[4:], second.values)
    assert both.files == ("array", "array")


@pytest.mark.parametrize(
    ("other", "what"),
    [({"length": 16}, "length"), ({"axes": 3}, "axes"), ({"rate": 20.0}, "rate")],
)
def test_concatenate_refuses_parts_that_disagree(other, what):
    with pytest.raises(InputError, match=f"{what} is"):
        Signals.concatenate([make(), make(**other)])


def test_concatenate_refuses_nothing():
    with pytest.raises(InputError, match="no signals"):
        Signals.concatenate([])


def test_targets_follow_their_signals():
    plain = make()
    with_target = Signals(
        plain.values, plain.rate, plain.group, plain.line, plain.file, plain.files, np.arange(4.0)
    )
    both = Signals.concatenate([with_target, with_target.take([3, 1])])
    np.testing.assert_array_equal(both.target, [0, 1, 2, 3, 3, 1])
    with pytest.raises(InputError, match="target"):
        Signals.concatenate([plain, with_target])
