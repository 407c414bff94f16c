"""Changes from one recording to the next are found where they were planted, and nowhere else."""

import os
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from kinglet.signals import (
    Labelled,
    Signals,
    describe_changes,
    find_changes,
    label_normal,
    label_signals,
    label_targets,
    name_stretches,
    read_classes,
    regroup,
    take,
)
from kinglet.tasks import TASKS

DATA = Path(os.environ.get("KINGLET_DATA", Path(__file__).parents[3] / "shared" / "data"))
SIZES = (25, 27, 24, 30)
STARTS = [0, 25, 52, 76]


def noise(n, seed, length=64, axes=3):
    return np.random.default_rng(seed).normal(size=(n, length, axes))


def recordings(kind, seed, sizes=SIZES, order=None):
    """Draw recordings one after the other; `order` names the one that each is like."""
    parts = []
    for index, size in enumerate(sizes):
        of = index if order is None else order[index]
        part = noise(size, 10 * seed + index)
        if kind == "level":
            part[:, :, 1] += 0.4 * (-1) ** of + 0.1 * of
        elif kind == "gain":
            part *= 1 + 0.5 * of
        else:
            part = part + 0.4 * of * np.roll(part, 1, axis=1)
        parts.append(part)
    return np.concatenate(parts).astype(np.float32)


@pytest.mark.parametrize("kind", ["level", "gain", "spectrum"])
@pytest.mark.parametrize("seed", range(4))
def test_planted_changes_are_found_to_the_line(kind, seed):
    found = find_changes(recordings(kind, seed))
    assert len(found) == 4
    assert np.abs(found - STARTS).max() <= 2


def test_a_recording_that_comes_back_hides_no_change():
    values = recordings("gain", 0, sizes=(20,) * 9, order=(0, 1, 2) * 3)
    found = find_changes(values)
    assert len(found) == 9
    assert np.abs(found - 20 * np.arange(9)).max() <= 2


def wild(random):
    """A few lines unlike the rest, and gains over decades."""
    return random.standard_t(1.5, size=(120, 64, 3)) * np.exp(2 * random.normal(size=(120, 1, 1)))


def sliding(random):
    stream = random.normal(size=(32 * 121, 1)) * np.exp(random.normal(size=121)).repeat(32)[:, None]
    return np.stack([stream[32 * index : 32 * index + 64] for index in range(120)])


def pairs(random):
    return np.exp(random.normal(size=60).repeat(2))[:, None, None] * random.normal(
        size=(120, 32, 1)
    )


DRAWS = {
    "normal": lambda random: random.normal(size=(120, 64, 3)),
    "short": lambda random: random.normal(size=(24, 64, 3)),
    "wild": wild,
    "sliding": sliding,
    "pairs": pairs,
    "counts": lambda random: random.integers(0, 3, size=(120, 4, 1)),
}


@pytest.mark.parametrize("kind", DRAWS)
def test_nothing_is_found_where_nothing_changes(kind):
    draws = [DRAWS[kind](np.random.default_rng(seed)) for seed in range(20)]
    assert sum(len(find_changes(values)) > 1 for values in draws) <= 1


def test_lines_in_another_order_hold_no_recordings():
    values = recordings("gain", 0)
    order = np.random.default_rng(0).permutation(len(values))
    assert find_changes(values[order]).tolist() == [0]


def test_a_drift_gives_a_few_stretches():
    level = np.linspace(0, 2, 160)[:, None, None] + 0.3 * noise(160, 1, 1, 1)
    assert 2 <= len(find_changes(level + noise(160, 2))) <= 5


@pytest.mark.parametrize("n", [0, 1, 19, 23])
def test_nothing_is_found_in_few_lines(n):
    values = np.repeat([0.0, 100.0], [n // 2, n - n // 2])[:, None, None] + noise(n, 0, 8, 1)
    assert find_changes(values).tolist() == [0]


def test_no_more_than_ten_stretches_of_eight_lines_or_more():
    values = recordings("level", 0, sizes=(20,) * 15)
    found = find_changes(values)
    assert len(found) == 10 and np.diff([*found, len(values)]).min() >= 8


@pytest.mark.parametrize("length", [1, 2, 16])
def test_constant_signals_do_not_change_and_signals_without_noise_do(length):
    assert find_changes(np.ones((50, length, 2))).tolist() == [0]
    level = np.repeat([1.0, 3.0, 2.0], 20)[:, None, None]
    assert find_changes(level * np.ones((60, length, 2))).tolist() == [0, 20, 40]


def test_always_the_same_and_whatever_the_unit():
    values = recordings("gain", 1)
    found = find_changes(values)
    np.testing.assert_array_equal(find_changes(values), found)
    np.testing.assert_array_equal(find_changes(np.float32(1024) * values), found)


def test_long_files_are_thinned():
    values = recordings("gain", 0, sizes=(6000, 3000, 9000))[:, :16]
    found = find_changes(values)
    assert len(found) == 3 and np.abs(found - [0, 6000, 9000]).max() <= 18


def two_classes(seed=0):
    """A class of four recordings, and one that does not change, with mixed rows."""
    values = np.concatenate([recordings("gain", seed), noise(90, 99).astype(np.float32)])
    line = np.concatenate([np.arange(1, 107), np.arange(1, 91)])
    which = np.repeat([0, 1], [106, 90])
    signals = Signals(values, None, which, line, which, ("a.csv", "b.csv"))
    data = label_signals(signals, np.array(["a", "b"])[which])
    return take(data, np.random.default_rng(0).permutation(196))


def test_stretches_are_those_of_each_file_whatever_the_order_of_rows():
    data = two_classes()
    stretch = name_stretches(data)
    of_a = data.label == data.classes.index("a")
    true = np.searchsorted(STARTS, data.signals.line[of_a] - 1, side="right") - 1
    assert (stretch[of_a] != true).mean() < 0.05
    assert not stretch[~of_a].any()


def test_a_classification_holds_out_what_was_found():
    data = two_classes()
    stretch = name_stretches(data) + 10 * data.label
    blocks = [each for each in TASKS["classification"].splits(data, 0) if each.kind == "block"]
    assert len(blocks) == 4
    of_a = data.label == data.classes.index("a")
    for each in blocks:
        assert len(set(stretch[each.test][of_a[each.test]])) == 1
        assert not set(stretch[each.train][of_a[each.train]]) & set(stretch[each.test])


def test_named_recordings_win():
    data = two_classes()
    line = data.signals.line
    grouped = regroup(data, np.where(line <= 50, "early", "late"))
    assert not name_stretches(grouped).any() and describe_changes(grouped) == {}


def test_an_imitation_is_of_the_stretch_of_its_signal():
    signals = Signals.from_array(recordings("gain", 0))
    data = label_normal(signals)
    stretch = name_stretches(data)
    assert len(np.unique(stretch)) == 4
    np.testing.assert_array_equal(stretch[:106], stretch[106:])


def test_samples_of_a_stream_are_left_together():
    signals = Signals.from_array(np.arange(200.0)[:, None, None])
    data = Labelled(signals, np.repeat([0, 1], 100), ("a", "b"))
    assert not name_stretches(data).any()


def test_what_is_found_is_told_by_file_and_line():
    told = describe_changes(two_classes())
    assert list(told) == ["a.csv"]
    lines = told["a.csv"]["lines"]
    assert lines[0][0] == 1 and lines[-1][1] == 106 and told["a.csv"]["held_out_whole"]
    assert all(end + 1 == start for (_, end), (start, _) in pairwise(lines))
    words = f"a.csv seems to hold 4 recordings: lines 1-{lines[0][1]}, {lines[1][0]}-"
    assert told["a.csv"]["text"].startswith(words) and "--groups" in told["a.csv"]["text"]


def test_a_project_type_that_cuts_evenly_says_so():
    told = describe_changes(two_classes(), whole=False)["a.csv"]
    assert not told["held_out_whole"] and len(told["lines"]) == 4


def test_a_change_that_does_not_count_is_told_so():
    values = np.concatenate([recordings("gain", 0, sizes=(50, 50)), noise(90, 99)])
    which = np.repeat([0, 1], [100, 90])
    line = np.concatenate([np.arange(1, 101), np.arange(1, 91)])
    signals = Signals(values, None, which, line, which, ("a.csv", "b.csv"))
    told = describe_changes(label_signals(signals, which))
    assert list(told) == ["a.csv"] and not told["a.csv"]["held_out_whole"]


def test_specimens_are_told_by_line():
    target = np.concatenate([np.linspace(2, 1, 80) + 0.01 * index for index in range(6)])
    data = label_targets(replace(Signals.from_array(noise(480, 0)), target=target))
    lines = [[first, first + 79] for first in range(1, 480, 80)]
    assert describe_changes(data)["array"]["lines"] == lines
    sweep = replace(data, label=np.sort(target).astype(np.float32))
    assert describe_changes(sweep) == {}


def test_speakers_of_spoken_digits_are_found():
    folder = DATA / "ncc" / "spoken_digits" / "train"
    if not folder.is_dir():
        pytest.skip(f"no recordings at {DATA}; set KINGLET_DATA")
    data = read_classes([(path.stem, path) for path in sorted(folder.glob("*.csv"))], 1)
    for told in describe_changes(data).values():
        starts = np.array([first for first, _ in told["lines"]])
        assert told["held_out_whole"] and len(starts) == 4
        assert np.abs(starts - [1, 26, 51, 76]).max() <= 3
