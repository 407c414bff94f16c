"""Splits of signals with targets: each line held out once, groups whole, no target range lost."""

import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kinglet.errors import InputError
from kinglet.signals import is_time_series, make_target_splits

DATA = Path(os.environ.get("KINGLET_DATA", Path(__file__).parents[3] / "shared" / "data"))


def split(target, group=None, file=None, line=None, **options):
    n = len(target)
    file = np.zeros(n, int) if file is None else file
    group = np.zeros(n, int) if group is None else group
    return make_target_splits(
        target, group, np.arange(n) if line is None else line, file, **options
    )


def of_kind(splits, kind):
    return [each for each in splits if each.kind == kind]


def reach(target, each):
    """Find how far a held-out target is from the next one in training, in ranges of all."""
    distance = np.abs(target[each.test][:, None] - target[each.train])
    return distance.min(axis=1).max() / np.ptp(target)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.integers(4, 30), min_size=1, max_size=8),
    st.booleans(),
    st.integers(2, 6),
    st.integers(0, 3),
)
def test_what_holds_for_all_splits(sizes, grouped, folds, seed):
    rng = np.random.default_rng(seed)
    n = sum(sizes)
    shuffle = rng.permutation(n)
    file = np.repeat(np.arange(len(sizes)), sizes)[shuffle]
    line = np.concatenate([np.arange(1, size + 1) for size in sizes])[shuffle]
    group = file if grouped else np.zeros(n, int)
    target = rng.normal(size=n)
    splits = split(target, group, file, line, folds=folds, seed=seed)
    whole = grouped and len(sizes) > 1
    kinds = ("block",) if whole and len(sizes) <= folds else ("random", "block")
    assert tuple(dict.fromkeys(each.kind for each in splits)) == kinds
    for kind in kinds:
        mine = of_kind(splits, kind)
        n_units = len(sizes) if whole else n
        assert [each.fold for each in mine] == list(range(min(folds, n_units)))
        held_out = np.concatenate([each.test for each in mine])
        np.testing.assert_array_equal(np.sort(held_out), np.arange(n))
        for each in mine:
            np.testing.assert_array_equal(np.union1d(each.train, each.test), np.arange(n))
            assert not set(each.train) & set(each.test) and len(each.test)
            assert (np.diff(each.train) > 0).all() and (np.diff(each.test) > 0).all()
            if whole:
                assert not set(group[each.train]) & set(group[each.test])
    again = split(target, group, file, line, folds=folds, seed=seed)
    for one, other in zip(splits, again, strict=True):
        np.testing.assert_array_equal(one.test, other.test)


@pytest.mark.parametrize("n", [10, 47, 100, 1000])
@pytest.mark.parametrize("seed", range(4))
def test_no_range_of_a_sorted_file_is_lost(n, seed):
    target = np.sort(np.random.default_rng(seed).uniform(size=n))
    # A fold never gets two blocks running, so only a block at an end is not enclosed.
    gap = np.diff(target).max() / np.ptp(target)
    for each in split(target, seed=seed):
        block = 1 / 40 if each.kind == "block" else 0
        assert reach(target, each) < 1.3 * block + 4 * gap
        assert len(each.test) >= n // 5 - n // 40 - 1


def test_no_level_of_a_file_in_steps_is_lost():
    # Levels of 30 lines, one after the other: blocks of a level are in several folds.
    target = np.repeat(np.arange(20.0), 30)
    for each in split(target):
        assert reach(target, each) == 0


def test_files_of_one_level_each_that_are_one_group_keep_their_level_in_training():
    target = np.repeat([20.0, 60.0, 100.0], [12, 30, 50])
    file = np.repeat([0, 1, 2], [12, 30, 50])
    line = np.concatenate([np.arange(12), np.arange(30), np.arange(50)])
    for each in split(target, file=file, line=line):
        assert reach(target, each) == 0
    many = np.repeat(np.arange(17.0), 10)
    for each in split(many, file=np.repeat(np.arange(17), 10), line=np.tile(np.arange(10), 17)):
        assert reach(many, each) == 0


def test_blocks_are_contiguous_and_random_folds_are_not():
    target = np.random.default_rng(0).normal(size=400)
    splits = split(target)
    for each in splits:
        stretches = 1 + np.sum(np.diff(each.test) > 1)
        assert stretches == 8 if each.kind == "block" else stretches > 40


def test_the_order_of_lines_in_memory_does_not_matter_for_blocks():
    rng = np.random.default_rng(5)
    line = rng.permutation(200)
    target = rng.normal(size=200)
    one = of_kind(split(target[np.argsort(line)]), "block")
    other = of_kind(split(target, line=line), "block")
    for a, b in zip(one, other, strict=True):
        assert set(a.test) == set(line[b.test])


def test_groups_of_near_targets_are_in_different_folds():
    # 20 cells, each at a capacity of its own; recorded from the worst to the best.
    target = np.repeat(np.arange(20.0), 7) + np.tile(np.linspace(0, 0.5, 7), 20)
    for each in split(target, group=np.repeat(np.arange(20), 7)):
        held = np.unique(target[each.test] // 1)
        assert len(held) == 4 and (np.diff(held) > 1).all()


def worn(counts, levels):
    """Specimens that wear down one after the other, each over half of what the others do."""
    parts = [level - np.linspace(0, 0.5, n) for n, level in zip(counts, levels, strict=True)]
    return np.concatenate(parts)


@pytest.mark.parametrize(("count", "n_folds"), [(6, 3), (8, 4), (12, 5)])
def test_specimens_are_held_out_whole(count, n_folds):
    sizes = [80 + index for index in range(count)]
    target = worn(sizes, [1 + 0.05 * (index % 3) for index in range(count)])
    specimen = np.repeat(np.arange(count), sizes)
    splits = split(target)
    blocks = of_kind(splits, "block")
    assert len(blocks) == n_folds and len(of_kind(splits, "random")) == 5
    np.testing.assert_array_equal(
        np.sort(np.concatenate([each.test for each in blocks])), np.arange(len(target))
    )
    for each in blocks:
        assert not set(specimen[each.train]) & set(specimen[each.test])
    assert len(of_kind(split(target, time_series=True), "block")) == 5


@pytest.mark.parametrize(
    "target",
    [
        np.repeat([20.0, 60.0, 100.0, 140.0, 180.0, 220.0], 40),
        worn([80] * 5, [1, 1.05, 1.1, 1, 1.05]),
        worn([80] * 6 + [12], [1, 1.05, 1.1] * 2 + [1]),
    ],
    ids=["levels", "few", "short"],
)
def test_what_cannot_be_held_out_whole_is_not(target):
    for each in split(target):
        assert reach(target, each) < 0.15


def test_two_groups_are_each_predicted_from_the_other():
    target = np.tile(np.arange(10.0), 2)
    splits = split(target, group=np.repeat([4, 9], 10))
    assert [(each.kind, len(each.test)) for each in splits] == [("block", 10)] * 2


def test_the_future_is_predicted_from_the_past():
    target = np.random.default_rng(0).normal(size=101)
    assert not of_kind(split(target), "forward")
    for n in (2, 3, 10, 101):
        folds = of_kind(split(target[:n] if n > 2 else np.arange(3.0), time_series=True), "forward")
        n = max(n, 3)
        assert len(folds) == min(3, n // 2)
        for each in folds:
            assert each.train.max() < each.test.min() and len(each.train) >= n // 2
            np.testing.assert_array_equal(each.train, np.arange(each.test.min()))
        held_out = np.concatenate([each.test for each in folds])
        np.testing.assert_array_equal(held_out, np.arange(held_out[0], n))


def test_groups_of_a_time_series_follow_one_another():
    # Months, in files given in order; their numbers do not say the order.
    group = np.repeat([7, 3, 5, 1], 25)
    target = np.random.default_rng(0).normal(size=100)
    folds = of_kind(split(target, group=group, time_series=True), "forward")
    assert [set(group[each.test]) for each in folds] == [{5}, {1}]
    assert [set(group[each.train]) for each in folds] == [{7, 3}, {7, 3, 5}]


def test_a_target_that_only_one_fold_varies_in_is_refused():
    target = np.repeat([1.0, 2.0], 10)
    with pytest.raises(InputError, match=r"target is [12] on all lines but those of one fold"):
        split(target, group=np.repeat([0, 1], 10))


@pytest.mark.parametrize(
    ("sizes", "options", "message"),
    [
        ((3, 3, 3, 2), {}, "3 targets, 3 groups, 3 line numbers and 2 file"),
        ((1, 1, 1, 1), {}, "two signals or more"),
        ((3, 3, 3, 3), {"folds": 1}, "1 folds"),
    ],
)
def test_what_cannot_be_split_is_refused(sizes, options, message):
    with pytest.raises(InputError, match=message):
        make_target_splits(*(np.arange(size) for size in sizes), **options)


# Time series


def series(name: str, n: int, seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    k = np.arange(n)
    noise = rng.normal(size=n)
    return {
        "daily sine": np.sin(2 * np.pi * k / 24) + 0.3 * noise,
        "rounded": np.round(8 * np.sin(2 * np.pi * k / 48) + 0.5 * noise),
        "moving average": np.convolve(rng.normal(size=n + 9), np.ones(10), "valid"),
        "bursts": np.exp(np.convolve(rng.normal(size=n + 3), np.ones(4), "valid")),
        "shuffled": rng.permutation(n).astype(float),
        "sorted": np.sort(noise),
        "falling": -np.sort(np.sort(noise)),
        "nearly sorted": k / n + 0.1 * noise,
        "levels": np.repeat(rng.permutation(20), n // 20).astype(float),
        "noisy runs": np.repeat(np.tile(np.arange(10), 3), n // 30 + 1)[:n] + 0.02 * noise,
        "sawtooth": -(k % (n // 6)) / (n // 6) + 0.01 * noise,
        "constant": np.ones(n),
    }[name]


@pytest.mark.parametrize("n", [100, 300, 1000])
@pytest.mark.parametrize("seed", range(5))
def test_what_wanders_is_a_time_series(n, seed):
    for name in ("daily sine", "rounded", "moving average", "bursts"):
        assert is_time_series(series(name, n, seed)), name


@pytest.mark.parametrize("n", [60, 100, 300, 1000])
@pytest.mark.parametrize("seed", range(5))
def test_what_is_sorted_stepped_worn_down_or_shuffled_is_none(n, seed):
    for name in (
        "shuffled", "sorted", "falling", "nearly sorted", "levels", "noisy runs", "sawtooth",
        "constant",
    ):  # fmt: skip
        assert not is_time_series(series(name, n, seed)), name


def test_a_random_walk_is_a_time_series_unless_it_drifts_all_along():
    rng = np.random.default_rng(0)
    told = 0
    for _ in range(40):
        walk = np.cumsum(rng.normal(size=400))
        trend = np.corrcoef(walk.argsort().argsort(), np.arange(400))[0, 1]
        assert is_time_series(walk) or abs(trend) > 0.89
        told += is_time_series(walk)
    assert told > 30


def test_neither_scale_nor_sign_nor_few_lines_matter():
    target = series("daily sine", 300, 0)
    assert is_time_series(1e6 * target) and is_time_series(5 - target)
    assert not is_time_series(target[:39])
    splits = split(target)
    assert len(of_kind(splits, "forward")) == 3
    assert not of_kind(split(target, time_series=False), "forward")
    assert not of_kind(split(target, group=np.repeat([0, 1], 150)), "forward")


@pytest.mark.parametrize(
    ("name", "expected"),
    [("air_quality_co", True), ("fan_speed", False), ("battery_capacity", False)],
)
def test_the_shared_recordings_are_told(name, expected):
    path = DATA / "ext" / name / "train" / "data.csv"
    if not path.is_file():
        pytest.skip(f"no recordings at {DATA}; set KINGLET_DATA")
    target = np.loadtxt(path, delimiter=",", usecols=0)
    assert is_time_series(target) is expected
    for each in split(target):
        if each.kind != "forward":
            assert reach(target, each) < 0.08
