"""Normal signals alone become something to learn from, with imitations to test against."""

import numpy as np
import pytest

from kinglet.errors import InputError
from kinglet.signals import Signals, label_normal, make_splits, read_normal


def values(n: int = 60, length: int = 16, axes: int = 3, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(n, length, axes)).astype(np.float32)


@pytest.fixture
def write(tmp_path):
    def write(name: str, array: np.ndarray):
        path = tmp_path / name
        np.savetxt(path, array.reshape(len(array), -1), fmt="%.9g", delimiter=",")
        return path

    return write


def test_each_normal_signal_has_an_imitation(write):
    arrays = [values(30, seed=1), values(70, seed=2)]
    files = [("normal", write(f"{index}.csv", array)) for index, array in enumerate(arrays)]
    data = read_normal(files, 3, 50.0, seed=4)
    signals = data.signals
    assert data.imitated and data.classes == ("normal", "outlier") and signals.rate == 50
    np.testing.assert_array_equal(data.label, np.repeat([0, 1], 100))
    np.testing.assert_array_equal(signals.values[:100], np.concatenate(arrays))
    assert (signals.values[100:] != signals.values[:100]).any(axis=(1, 2)).all()
    np.testing.assert_array_equal(signals.group, np.repeat([0, 1, 2, 3], [30, 70, 30, 70]))
    assert not data.machine.any() and signals.warnings == ()
    same, other = (read_normal(files, 3, seed=seed).signals.values for seed in (4, 5))
    np.testing.assert_array_equal(same, signals.values)
    assert (other[100:] != signals.values[100:]).any()


def test_a_normal_signal_is_held_out_with_its_imitation(write):
    for count in (1, 7):
        files = [("normal", write(f"{k}.csv", values(20, seed=k))) for k in range(count)]
        data = read_normal(files, 3)
        n = 20 * count
        for each in make_splits(data.label, data.signals.group, data.signals.line):
            held = each.test[data.label[each.test] == 0]
            np.testing.assert_array_equal(each.test, np.concatenate([held, held + n]))


def test_signals_in_memory_need_not_be_in_order_of_their_files():
    parts = [Signals.from_array(values(20, seed=seed)) for seed in (0, 1)]
    signals = Signals.concatenate(parts).take(np.random.default_rng(0).permutation(40))
    data = label_normal(signals, seed=3)
    both = data.signals
    np.testing.assert_array_equal(both.values[:40], signals.values)
    np.testing.assert_array_equal(both.group[40:], both.group[:40] + 2)
    # An imitation keeps the level of the signal that it stands for.
    near = np.abs(both.values[40:].mean(axis=1) - both.values[:40].mean(axis=1)).max(axis=1)
    apart = np.abs(both.values[40:].mean(axis=1) - both.values[39::-1].mean(axis=1)).max(axis=1)
    assert np.median(near) < 0.3 * np.median(apart)


@pytest.mark.parametrize("name", ["outlier", "abnormal", "a", ""])
def test_other_names_are_refused(write, name):
    files = [("normal", write("n.csv", values())), (name, write("o.csv", values(seed=1)))]
    with pytest.raises(InputError, match=rf"^{name}=.*o.csv: .*normal=FILE.*kinglet emulate.*\.$"):
        read_normal(files, 3)


def test_what_is_too_few_is_refused(write):
    with pytest.raises(InputError, match="normal=FILE"):
        read_normal([], 3)
    files = [("normal", write(f"{k}.csv", values(10, seed=k))) for k in range(2)]
    with pytest.raises(InputError, match=r"0.csv: the lines end after line 10, at least 20"):
        read_normal(files[:1], 3)
    (warning,) = read_normal(files, 3).signals.warnings
    assert "0.csv, " in warning and "20 lines are few" in warning
    with pytest.raises(InputError, match="at least 20"):
        label_normal(Signals.from_array(values(19)))
    with pytest.raises(InputError, match="power of two"):
        label_normal(Signals.from_array(values(length=12)))
