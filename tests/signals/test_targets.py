"""Files with a target first on each line are read, told from those without, and checked."""

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from kinglet.errors import InputError
from kinglet.signals import (
    Signals,
    describe_groups,
    label_targets,
    read_classes,
    read_for,
    read_signals,
)
from kinglet.signals import read_targets as read

DATA = Path(os.environ.get("KINGLET_DATA", Path(__file__).parents[3] / "shared" / "data"))


def table(n: int = 60, length: int = 8, axes: int = 3, seed: int = 0) -> np.ndarray:
    """Draw lines of a target and a signal."""
    return np.random.default_rng(seed).normal(size=(n, 1 + length * axes)).astype(np.float32)


@pytest.fixture
def write(tmp_path):
    def write(array: np.ndarray, name: str = "a.csv") -> Path:
        path = tmp_path / name
        np.savetxt(path, array, fmt="%.9g", delimiter=",")
        return path

    return write


def refusal(function, *arguments, **options) -> str:
    with pytest.raises(InputError) as caught:
        function(*arguments, **options)
    text = str(caught.value)
    assert text.endswith(".") and text.count(". ") == 0 and "\n" not in text and "; " in text
    return text


def test_the_first_value_is_the_target(write):
    lines = table()
    data = read([("anything", write(lines))], 3, 50.0)
    assert data.classes == () and data.label.dtype == np.float32 and data.signals.rate == 50
    np.testing.assert_array_equal(data.label, lines[:, 0])
    np.testing.assert_array_equal(data.signals.target, lines[:, 0])
    np.testing.assert_array_equal(data.signals.values, lines[:, 1:].reshape(60, 8, 3))
    np.testing.assert_array_equal(data.signals.line, np.arange(1, 61))
    assert data.signals.warnings == () and not data.machine.any() and not data.imitated


def test_files_are_recordings_in_their_order(write):
    one, other = table(seed=1), table(40, seed=2)
    data = read([("data", write(one)), ("more", write(other, "b.csv"))], 3)
    np.testing.assert_array_equal(data.label, np.concatenate([one[:, 0], other[:, 0]]))
    np.testing.assert_array_equal(data.signals.group, np.repeat([0, 1], [60, 40]))
    np.testing.assert_array_equal(data.signals.file, data.signals.group)


def test_files_of_targets_of_their_own_are_not_held_out_whole(write):
    files = []
    for index, level in enumerate((20, 60, 100)):
        lines = table(20, seed=index)
        lines[:, 0] = level + np.arange(20) / 10
        files.append(("data", write(lines, f"{level}.csv")))
    data = read(files, 3)
    assert not data.signals.group.any() and len(set(data.signals.file)) == 3
    assert describe_groups(data) is None
    assert [text for text in data.signals.warnings if "files are not kept together" in text]
    # A second recording of each level, and each can be held out.
    for index, level in enumerate((20, 60, 100)):
        lines = table(20, seed=10 + index)
        lines[:, 0] = level + 1
        files.append(("data", write(lines, f"{level}_again.csv")))
    data = read(files, 3)
    assert len(np.unique(data.signals.group)) == 6
    assert describe_groups(data) == "6 recordings are kept together in the splits"


@pytest.mark.parametrize(("axes", "length"), [(1, 128), (3, 128), (8, 8), (1, 4)])
def test_a_file_without_a_target_is_told(write, axes, length):
    path = write(table(length=length, axes=axes)[:, 1:])
    text = refusal(read, [("data", path)], axes)
    assert f"a.csv, line 1, column 1: found {length * axes} values on each line" in text
    assert f"{length} samples of {axes} axes and no target" in text


@pytest.mark.parametrize(
    ("count", "axes", "words"),
    [
        (386, 3, "a target and a multiple of 3 axes"),
        (301, 3, "a target and 100 samples of 3 axes, not a power of two"),
        (1, 1, "a target and a multiple"),
        (
            4,
            3,
            "1 samples of 3 axes, not a power of two from 2 to 8192; cut or record signals of 2",
        ),
        (16385, 1, "16384 values on each line, at most 16383"),
        (8195, 1, "signals of 8192 samples"),
    ],
)
def test_shapes_that_do_not_fit_are_told(write, count, axes, words):
    assert words in refusal(read, [("data", write(np.ones((10, count))))], axes)


def test_a_constant_target_is_refused(write):
    lines = table()
    lines[:, 0] = 5
    assert "a.csv: the target is 5 on every line" in refusal(read, [("data", write(lines))], 3)


def test_too_few_lines_no_file_and_the_same_file_are_refused(write):
    assert "after line 9, at least 10" in refusal(read, [("data", write(table(9)))], 3)
    (warning,) = read([("data", write(table(59)))], 3).signals.warnings
    assert "59 lines are few" in warning
    assert "data=FILE" in refusal(read, [], 3)
    path = write(table())
    assert "is given twice" in refusal(read, [("data", path), ("data", path)], 3)


@pytest.mark.parametrize("text", ["nan", "inf", "", "1e12", "n/a"])
def test_a_target_that_is_no_finite_number_is_named(write, text):
    path = write(table())
    lines = path.read_text().splitlines()
    lines[6] = ",".join([text, *lines[6].split(",")[1:]])
    path.write_text("\n".join(lines))
    assert "a.csv, line 7, column 1: found" in refusal(read, [("data", path)], 3)


def warnings(path) -> str:
    (warning,) = read([("data", path)], 3).signals.warnings
    return warning


def test_what_is_worth_a_warning(write):
    lines = table()
    lines[7, 1:] = lines[3, 1:]
    assert "line 8: the same values as in" in (text := warnings(write(lines)))
    assert "line 4, of another target (1 such lines)" in text
    lines = table()
    lines[7] = lines[3]  # the same target too: nothing to say
    assert read([("data", write(lines))], 3).signals.warnings == ()
    lines = table()
    lines[:, 0] = np.arange(60) % 2
    assert "0 or 1 and nothing else" in warnings(write(lines))
    lines[:, 0] = np.arange(60)
    assert "first values count the lines" in warnings(write(lines))
    lines = table()
    lines[:, 1 + 3 * 4 + 1] = lines[:, 0]
    assert "sample 5 of axis 2 is the target itself" in warnings(write(lines))


def test_signals_in_memory():
    lines = table(40)
    signals = Signals.from_array(lines[:, 1:], axes=3, group=np.repeat([0, 1], 20))
    data = label_targets(signals, lines[:, 0].astype(float).tolist())
    assert data.classes == () and data.label.dtype == np.float32
    np.testing.assert_array_equal(data.signals.target, lines[:, 0])
    np.testing.assert_array_equal(data.signals.group, np.repeat([0, 1], 20))
    np.testing.assert_array_equal(label_targets(data.signals).label, data.label)
    assert "no targets for 40" in refusal(label_targets, signals)
    assert "39 targets for 40" in refusal(label_targets, signals, lines[1:, 0])
    assert "signal 1 (from 0) is inf" in refusal(label_targets, signals, [1.0, 1e300] * 20)
    assert "target is 2 on every" in refusal(label_targets, signals, [2.0] * 40)
    assert "at least 10" in refusal(label_targets, signals.take(slice(9)), lines[:9, 0])


def test_a_file_for_a_library_has_targets_or_has_none(write):
    lines = table(3)
    plain, full = write(lines[:, 1:], "plain.csv"), write(lines, "full.csv")
    signals = read_for(plain, 8, 3)
    assert signals.target is None
    np.testing.assert_array_equal(signals.values, lines[:, 1:].reshape(3, 8, 3))
    signals = read_for(full, 8, 3, with_target=True)
    np.testing.assert_array_equal(signals.target, lines[:, 0])
    np.testing.assert_array_equal(signals.values, lines[:, 1:].reshape(3, 8, 3))
    text = refusal(read_for, full, 8, 3)
    assert "found 25 values on each line, one more than a signal of 8 samples x 3 axes" in text
    assert "remove it or give --with-target" in text
    text = refusal(read_for, plain, 8, 3, with_target=True)
    assert "no target" in text and "leave --with-target out" in text
    for option in (False, True):
        text = refusal(read_for, plain, 16, 3, with_target=option)
        assert "found 24 values" in text and "16 samples x 3 axes has 48" in text


def test_who_reads_signals_without_targets_is_told_of_a_column_too_many(write):
    for axes in (1, 3):
        path = write(table(axes=axes))
        files = [("on", path), ("off", path.with_name("b.csv"))]
        for function, argument in ((read_signals, path), (read_classes, files)):
            text = refusal(function, argument, axes)
            assert f"found {1 + 8 * axes} values on each line, one more than 8 samples" in text
            assert "if the first one is a target" in text and "--task extrapolation" in text


def test_the_shared_recordings_read_as_numpy_reads_them():
    if not DATA.is_dir():
        pytest.skip(f"no recordings at {DATA}; set KINGLET_DATA")
    for name, axes in [("air_quality_co", 8), ("battery_capacity", 3), ("fan_speed", 3)]:
        path = DATA / "ext" / name / "train" / "data.csv"
        expected = np.loadtxt(path, delimiter=",").astype(np.float32)
        data = read([("data", path)], axes)
        np.testing.assert_array_equal(data.label, expected[:, 0])
        np.testing.assert_array_equal(
            data.signals.values.reshape(len(expected), -1), expected[:, 1:]
        )
        # Cells, or weights on the fan, one after another; hours of a year.
        assert len(data.signals.warnings) == (name != "air_quality_co")
        assert all("--groups" in text for text in data.signals.warnings)


def test_specimens_one_after_another_are_told():
    rng = np.random.default_rng(0)
    worn = np.concatenate([np.linspace(high, 1, 80) for high in (2.0, 1.9, 2.1)])
    values = Signals.from_array(rng.normal(size=(240, 8, 1)).astype(np.float32))

    def told(target, group=None):
        signals = values if group is None else replace(values, group=group)
        return [w for w in label_targets(signals, target).signals.warnings if "jumps" in w]

    (warning,) = told(worn)
    assert "at 2 lines, first at line 81" in warning and "--groups" in warning
    assert not told(worn, np.repeat(np.arange(3, dtype=np.int32), 80))
    assert not told(np.sort(worn)) and not told(rng.permutation(worn))
    assert not told(np.cumsum(rng.normal(size=240)))
