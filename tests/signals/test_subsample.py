"""A subsample keeps the shares of classes, targets, recordings and times, and loses none."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kinglet.signals import (
    Labelled,
    Signals,
    describe_groups,
    label_machines,
    label_normal,
    label_targets,
    make_splits,
    subsample,
    take,
)


def labelled(label, group=None, *, length: int = 2, machine=None) -> Labelled:
    label = np.asarray(label, np.int32)
    values = np.zeros((len(label), length, 1))
    classes = tuple(f"c{index}" for index in range(label.max() + 1))
    machine = np.zeros(len(label), np.int32) if machine is None else machine
    return Labelled(Signals.from_array(values, group=group), label, classes, machine)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.integers(1, 300), min_size=1, max_size=6),
    st.integers(1, 9),
    st.sampled_from([1, 2]),
    st.booleans(),
    st.integers(1, 900),
    st.integers(0, 99),
)
def test_every_class_and_recording_is_kept_and_no_row_comes_twice(
    sizes, groups, length, mixed, count, seed
):
    random = np.random.default_rng(seed)
    label = np.repeat(np.arange(len(sizes)), sizes)
    if mixed:
        random.shuffle(label)
    group = random.integers(groups, size=len(label))
    data = labelled(label, group, length=length)
    rows = subsample(data, count, seed)
    assert (np.diff(rows) > 0).all() and rows[0] >= 0 and rows[-1] < len(label)
    kept, before = np.bincount(label[rows], minlength=len(sizes)), np.bincount(label)
    assert (kept >= np.minimum(before, 20)).all()
    assert set(zip(label[rows], group[rows], strict=True)) == set(zip(label, group, strict=True))
    assert len(rows) >= min(count, len(label))
    # More than was asked for only where every class is at its least.
    if len(rows) > count:
        least = np.maximum(20, [len(np.unique(group[label == c])) for c in range(len(sizes))])
        assert (kept <= least).all()
    np.testing.assert_array_equal(rows, subsample(data, count, seed))


def test_classes_and_recordings_keep_their_shares():
    random = np.random.default_rng(0)
    label = random.choice(4, size=20000, p=[0.6, 0.3, 0.099, 0.001])
    group = random.choice(5, size=20000, p=[0.5, 0.2, 0.1, 0.1, 0.1])
    rows = subsample(labelled(label, group), 2000, 0)
    assert len(rows) == 2000
    share = np.bincount(label[rows]) / 2000
    np.testing.assert_allclose(share[:3], np.bincount(label)[:3] / 20000, atol=0.005)
    assert (label[rows] == 3).sum() == min(20, (label == 3).sum())
    for index in range(3):
        mine = np.bincount(group[rows][label[rows] == index])
        expected = np.bincount(group[label == index]) * mine.sum() / (label == index).sum()
        np.testing.assert_allclose(mine, expected, atol=1)


def test_lines_are_spread_over_the_time_and_drawn():
    data = labelled(np.zeros(10000, int))
    rows, others = subsample(data, 500, 0), subsample(data, 500, 1)
    np.testing.assert_array_equal(rows // 20, np.arange(500))
    assert (rows != others).any()
    np.testing.assert_allclose(np.bincount(rows % 20, minlength=20), 25, atol=16)


def test_targets_keep_their_distribution():
    random = np.random.default_rng(0)
    target = random.lognormal(0, 2, size=5000)
    data = label_targets(Signals.from_array(random.normal(size=(5000, 8, 1))), target)
    rows = subsample(data, 400, 3)
    assert len(rows) == 400
    edges = np.quantile(target, np.arange(1, 10) / 10)
    np.testing.assert_array_equal(np.bincount(np.searchsorted(edges, target[rows])), [40] * 10)


def test_a_target_of_few_values_keeps_the_rare_ones():
    target = np.repeat([0.0, 5.0, 7.0], [4000, 30, 970])
    random = np.random.default_rng(0)
    data = label_targets(Signals.from_array(random.normal(size=(5000, 8, 1))), target)
    assert (np.bincount(target[subsample(data, 100, 0)].astype(int))[[0, 5, 7]] > 0).all()


def test_all_signals_where_there_are_not_more():
    np.testing.assert_array_equal(subsample(labelled([0, 1] * 50), 100, 0), np.arange(100))


def test_of_a_stream_whole_runs_are_kept():
    machine = np.repeat([0, 1], [6000, 2000])
    data = labelled(np.zeros(8000, int), machine, length=1, machine=machine)
    rows = subsample(data, 2000, 0)
    assert len(rows) == 2000
    runs = np.split(rows, np.flatnonzero(np.diff(rows) > 1) + 1)
    assert all(len(run) >= 250 for run in runs) and len(runs) == 5 + 1
    np.testing.assert_array_equal(np.bincount(machine[rows]), [1500, 500])
    assert len(set(rows // 2000)) == 4, "some of each part of the time"


@pytest.mark.parametrize("length", [1, 8])
def test_imitations_stay_with_the_signals_they_were_made_from(length):
    random = np.random.default_rng(0)
    signals = Signals.from_array(random.normal(size=(900, length, 2)), group=np.arange(900) // 90)
    data = label_machines(signals) if length == 1 else label_normal(signals)
    rows = subsample(data, 400, 0)
    np.testing.assert_array_equal(rows[200:], rows[:200] + 900)
    some = take(data, rows)
    np.testing.assert_array_equal(some.label, np.repeat([0, 1], 200))
    assert describe_groups(some) == describe_groups(data)


def test_the_splits_of_a_subsample_keep_recordings_whole():
    random = np.random.default_rng(0)
    label, group = random.integers(3, size=4000), np.arange(4000) // 100
    some = take(labelled(label, group), subsample(labelled(label, group), 400, 0))
    where = some.signals
    for split in make_splits(some.label, where.group, where.line):
        assert not set(where.group[split.train]) & set(where.group[split.test])
        assert set(some.label[split.train]) == {0, 1, 2}
