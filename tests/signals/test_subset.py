"""What is taken brings with it all that is known of it."""

import numpy as np

from kinglet.signals import Labelled, Signals, label_normal, label_signals, label_targets, take

RANDOM = np.random.default_rng(0)


def signals(n: int = 40) -> Signals:
    return Signals.from_array(RANDOM.normal(size=(n, 8, 3)), 50.0, np.arange(n) // 10)


def agree(data: Labelled, some: Labelled, rows: np.ndarray) -> None:
    for name in ("values", "group", "line", "file"):
        np.testing.assert_array_equal(
            getattr(some.signals, name), getattr(data.signals, name)[rows]
        )
    np.testing.assert_array_equal(some.label, data.label[rows])
    np.testing.assert_array_equal(some.machine, data.machine[rows])
    assert some.classes == data.classes and some.imitated == data.imitated
    for name in ("files", "warnings", "rate"):
        assert getattr(some.signals, name) == getattr(data.signals, name)


def test_each_signal_keeps_its_class_recording_machine_and_line():
    whole = label_signals(signals(), ["a", "b"] * 20)
    data = Labelled(whole.signals, whole.label, whole.classes, np.arange(40, dtype=np.int32) % 3)
    rows = np.array([39, 3, 4])
    agree(data, take(data, rows), rows)


def test_a_class_that_is_left_out_keeps_its_name_and_number():
    data = label_signals(signals(), np.repeat(["a", "b"], 20))
    some = take(data, np.arange(25, 40))
    assert some.classes == ("a", "b") and set(some.label) == {1}


def test_targets_follow():
    data = label_targets(signals(), RANDOM.normal(size=40))
    rows = np.array([7, 2, 30])
    some = take(data, rows)
    agree(data, some, rows)
    np.testing.assert_array_equal(some.signals.target, data.label[rows])


def test_signals_and_their_imitations():
    data = label_normal(signals())
    rows = np.array([3, 8, 43, 48])
    some = take(data, rows)
    agree(data, some, rows)
    np.testing.assert_array_equal(some.label, [0, 0, 1, 1])


def test_what_is_taken_is_a_copy():
    data = label_signals(signals(), ["a", "b"] * 20)
    before = data.signals.values.copy()
    some = take(data, np.arange(40))
    some.signals.values[:] = 0
    np.testing.assert_array_equal(data.signals.values, before)
