"""Files of normal and abnormal signals become machines; what is wrong is told in one sentence."""

from pathlib import Path

import numpy as np
import pytest

from kinglet.errors import InputError
from kinglet.signals import Signals, label_machines, read_machines
from kinglet.signals.machines import CLASSES


def values(n: int = 60, length: int = 16, axes: int = 3, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(n, length, axes)).astype(np.float32)


@pytest.fixture
def write(tmp_path):
    def write(name: str, array: np.ndarray) -> Path:
        path = tmp_path / name
        np.savetxt(path, array.reshape(len(array), -1), fmt="%.9g", delimiter=",")
        return path

    return write


@pytest.fixture
def refused(tmp_path):
    """Tell the sentence that files are refused with."""

    def refused(files, axes=3, **options):
        with pytest.raises(InputError) as caught:
            read_machines(files, axes, **options)
        text = str(caught.value).replace(str(tmp_path), "")
        assert text.endswith(".") and text.count(". ") == 0 and "\n" not in text
        return text

    return refused


def test_couples_in_order_are_machines(write):
    arrays = [values(n, seed=n) for n in (60, 70, 61, 80)]
    paths = [write(f"{index}.csv", array) for index, array in enumerate(arrays)]
    # The kinds may stand in any order; the k-th normal and the k-th abnormal file are a couple.
    names = ("normal", "abnormal", "abnormal", "normal")
    data = read_machines(list(zip(names, paths, strict=True)), 3, rate=100.0)
    order = (0, 3, 1, 2)
    assert data.classes == CLASSES and not data.imitated and data.signals.rate == 100
    assert data.signals.files == tuple(str(paths[index]) for index in order)
    np.testing.assert_array_equal(data.signals.values, np.concatenate([arrays[i] for i in order]))
    counts = [len(arrays[index]) for index in order]
    np.testing.assert_array_equal(data.label, np.repeat([0, 0, 1, 1], counts))
    np.testing.assert_array_equal(data.machine, np.repeat([0, 1, 0, 1], counts))
    assert len(np.unique(data.signals.group)) == 4, "each file is a recording"
    assert data.signals.warnings == ()


def test_other_names_are_refused(write, refused):
    path = write("a.csv", values())
    for name in ("good", "Normal", "anomaly", ""):
        text = refused([("normal", path), (name, path)])
        assert f"{name}=/a.csv" in text and "normal=FILE" in text and "abnormal=FILE" in text


def test_a_normal_file_is_needed(write, refused):
    assert "normal=FILE" in refused([("abnormal", write("a.csv", values()))])
    assert "normal=FILE" in refused([])


@pytest.mark.parametrize("abnormal", [1, 3])
def test_a_machine_has_one_file_of_each_kind_or_none_has(abnormal, write, refused):
    files = [("normal", write(f"n{index}.csv", values(seed=index))) for index in range(2)]
    files += [("abnormal", write(f"a{i}.csv", values(seed=9 + i))) for i in range(abnormal)]
    text = refused(files)
    assert f"2 normal and {abnormal} abnormal files" in text and "or none" in text


def test_too_few_lines_are_refused_and_few_are_told(write, refused):
    few, least, many = (write(f"{n}.csv", values(n, seed=n)) for n in (19, 20, 60))
    nine, ten = (write(f"{n}.csv", values(n, seed=n)) for n in (9, 10))
    text = refused([("normal", few), ("abnormal", many)])
    assert "/19.csv" in text and "line 19" in text and "at least 20" in text
    text = refused([("normal", least), ("abnormal", nine)])
    assert "/9.csv" in text and "line 9" in text and "at least 10" in text
    data = read_machines([("normal", least), ("abnormal", ten)], 3)
    told = [warning for warning in data.signals.warnings if "are few" in warning]
    assert ["20.csv: 20 lines" in told[0], "10.csv: 10 lines" in told[1]] == [True, True]


def test_a_file_is_given_once(write, refused):
    path, copy = write("a.csv", values()), write("b.csv", values())
    for files in ([path, path], [path, copy]):
        text = refused(list(zip(CLASSES, files, strict=True)))
        assert "/a.csv" in text and "once" in text


def test_lines_of_both_kinds_are_told(write):
    abnormal = values(seed=1)
    abnormal[3] = values()[7]
    files = [("normal", write("n.csv", values())), ("abnormal", write("a.csv", abnormal))]
    (warning,) = read_machines(files, 3).signals.warnings
    assert "a.csv, line 4" in warning and "n.csv, line 8" in warning


def test_faults_of_shape_name_the_file(write, refused):
    normal = ("normal", write("n.csv", values()))
    text = refused([normal, ("abnormal", write("a.csv", values(length=8)))])
    assert "/a.csv" in text and "8 samples" in text and "16 in" in text
    assert "multiple of 5" in refused([normal], axes=5)
    odd = ("normal", write("odd.csv", values(length=12)))
    assert "/odd.csv" in refused([odd]) and "power of two" in refused([odd])


def test_single_samples_need_the_option(write, refused):
    stream = ("normal", write("n.csv", values(length=1)))
    assert "--multisensor" in refused([stream])
    data = read_machines([stream], 3, multisensor=True)
    assert data.signals.values.shape == (120, 1, 3)


def test_with_the_option_a_line_is_one_sample(write, refused):
    text = refused([("normal", write("n.csv", values(length=2)))], multisensor=True)
    assert "/n.csv, line 1" in text and "6 values" in text and "3 variables" in text
    assert "--axes" in text and "--multisensor" in text


def test_without_abnormal_files_each_normal_one_is_imitated(write):
    arrays = [values(30, seed=1), values(70, seed=2)]
    paths = [write(f"{index}.csv", array) for index, array in enumerate(arrays)]
    data = read_machines([("normal", path) for path in paths], 3, rate=50.0, seed=4)
    signals = data.signals
    assert data.imitated and data.classes == CLASSES and signals.rate == 50
    np.testing.assert_array_equal(data.label, np.repeat([0, 1], 100))
    np.testing.assert_array_equal(data.machine, np.tile(np.repeat([0, 1], [30, 70]), 2))
    np.testing.assert_array_equal(signals.values[:100], np.concatenate(arrays))
    assert (signals.values[100:] != signals.values[:100]).any(axis=(1, 2)).all()
    assert signals.files[2:] == tuple(f"imitation of {path}" for path in paths)
    np.testing.assert_array_equal(signals.line, np.tile(np.r_[1:31, 1:71], 2))
    assert len(np.unique(signals.group)) == 4
    assert len(signals.warnings) == 1 and "0.csv: 30 lines" in signals.warnings[0]

    again, other = (read_machines([("normal", p) for p in paths], 3, seed=s) for s in (4, 5))
    np.testing.assert_array_equal(again.signals.values, signals.values)
    assert (other.signals.values[100:] != signals.values[100:]).any()


def test_arrays_become_machines_too():
    normal, abnormal = values(40), values(25, seed=1)
    data = label_machines(Signals.from_array(normal), Signals.from_array(abnormal))
    assert data.classes == CLASSES and not data.imitated and not data.machine.any()
    np.testing.assert_array_equal(data.label, np.repeat([0, 1], [40, 25]))
    np.testing.assert_array_equal(data.signals.values, np.concatenate([normal, abnormal]))
    assert not set(data.signals.group[:40]) & set(data.signals.group[40:])

    alone = label_machines(Signals.from_array(normal))
    assert alone.imitated and alone.label.tolist() == [0] * 40 + [1] * 40


def test_signals_of_a_file_that_was_left_out_are_not_missed():
    both = Signals.concatenate([Signals.from_array(values(30, seed=seed)) for seed in (0, 1)])
    second = label_machines(both.take(slice(30, None)))
    np.testing.assert_array_equal(second.signals.values[:30], values(30, seed=1))
    assert second.label.tolist() == [0] * 30 + [1] * 30


@pytest.mark.parametrize(
    ("normal", "abnormal", "words"),
    [
        ((19, 16, 3), None, "19"),
        ((20, 16, 3), (9, 16, 3), "abnormal signals"),
        ((20, 16, 3), (20, 8, 3), "length or axes"),
        ((20, 16, 3), (20, 16, 2), "length or axes"),
        ((20, 12, 3), (20, 12, 3), "power of two"),
    ],
)
def test_arrays_that_do_not_fit_are_refused(normal, abnormal, words):
    parts = [Signals.from_array(values(*shape)) for shape in (normal, abnormal) if shape]
    with pytest.raises(InputError, match=words):
        label_machines(*parts)
