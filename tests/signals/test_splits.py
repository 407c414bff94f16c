from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kinglet.errors import InputError
from kinglet.signals import make_splits


@dataclass
class Table:
    """Lines of several classes; `sizes[c]` are the lines of each recording of class c."""

    sizes: list[list[int]]
    order: list[int]
    seed: int

    def __post_init__(self):
        """Number classes and recordings in the order given, then shuffle the lines."""
        rows, group = [], 0
        for c in self.order:
            for recording, size in enumerate(self.sizes[c]):
                rows += [(c, recording, group, line + 1) for line in range(size)]
                group += 1
        rows = np.random.default_rng(self.seed).permutation(rows)
        self.name, self.recording, self.group, self.line = rows.T
        self.label = np.array([self.order.index(c) for c in self.name])

    def ids(self, indices):
        """Name lines by class, recording and line, whatever their order."""
        return set(
            zip(self.name[indices], self.recording[indices], self.line[indices], strict=True)
        )


SINGLE = st.integers(2, 14).map(lambda n: [n])
SEVERAL = st.lists(st.integers(1, 9), min_size=2, max_size=7)
SIZES = st.lists(st.one_of(SINGLE, SEVERAL), min_size=1, max_size=4)
TABLES = SIZES.flatmap(
    lambda sizes: st.builds(
        Table, st.just(sizes), st.permutations(range(len(sizes))), st.integers(0, 9)
    )
)
FOLDS, SEEDS = st.integers(2, 6), st.integers(0, 3)


def split(table, **options):
    return make_splits(table.label, table.group, table.line, **options)


def folds_of(splits, kind, n):
    """Fold of each line; every line must be held out once."""
    fold = np.full(n, -1)
    for each in splits:
        if each.kind == kind:
            assert (fold[each.test] == -1).all()
            fold[each.test] = each.fold
    assert (fold >= 0).all()
    return fold


@settings(max_examples=150, deadline=None)
@given(TABLES, FOLDS, SEEDS)
def test_what_holds_for_all_splits(table, folds, seed):
    n = len(table.label)
    splits = split(table, folds=folds, seed=seed)
    n_units = [len(sizes) if len(sizes) > 1 else sizes[0] for sizes in table.sizes]
    n_folds = min(folds, *n_units)
    assert [(each.kind, each.fold) for each in splits] == [
        (kind, fold) for kind in ("random", "block") for fold in range(n_folds)
    ]
    for each in splits:
        np.testing.assert_array_equal(np.union1d(each.train, each.test), np.arange(n))
        assert len(each.train) + len(each.test) == n
        for part in (each.train, each.test):
            assert set(table.label[part]) == set(table.label)
            assert (np.diff(part) > 0).all()

    for kind in ("random", "block"):
        fold = folds_of(splits, kind, n)
        for c, sizes in enumerate(table.sizes):
            members = np.flatnonzero(table.name == c)
            members = members[np.lexsort((table.line[members], table.recording[members]))]
            held = np.bincount(fold[members], minlength=n_folds)
            if len(sizes) == 1:
                assert held.max() - held.min() <= 1
            else:
                for recording in range(len(sizes)):
                    assert len(set(fold[members[table.recording[members] == recording]])) == 1
                if kind == "random":
                    assert held.max() - held.min() <= max(sizes)
            if kind == "block":
                assert (np.diff(fold[members]) >= 0).all()


@settings(max_examples=60, deadline=None)
@given(SIZES, SEEDS, st.randoms(use_true_random=False))
def test_the_order_of_classes_and_lines_does_not_matter(sizes, seed, random):
    order = list(range(len(sizes)))
    shuffled = random.sample(order, len(order))
    one, other = Table(sizes, order, 0), Table(sizes, shuffled, 1)
    for a, b in zip(split(one, seed=seed), split(other, seed=seed), strict=True):
        assert one.ids(a.test) == other.ids(b.test)


def test_ten_lines_a_class_make_five_folds_of_two():
    table = Table([[10], [10], [10]], [0, 1, 2], 0)
    splits = split(table)
    assert len(splits) == 10
    for each in splits:
        np.testing.assert_array_equal(np.bincount(table.label[each.test]), [2, 2, 2])
    np.testing.assert_array_equal(np.unique(table.line[splits[6].test]), [3, 4])


def test_the_seed_decides_the_random_folds_only():
    table = Table([[30], [8, 9, 7, 8, 9, 8]], [0, 1], 0)
    one, same, other = (split(table, seed=seed) for seed in (0, 0, 1))
    for a, b in zip(one, same, strict=True):
        np.testing.assert_array_equal(a.test, b.test)
    changed = [not np.array_equal(a.test, b.test) for a, b in zip(one, other, strict=True)]
    assert any(changed[:5])
    assert not any(changed[5:])


def test_random_folds_are_no_stretches():
    splits = make_splits(None, np.zeros(100), np.arange(100))
    assert all((np.diff(each.test) == 1).mean() < 0.6 for each in splits if each.kind == "random")


def test_blocks_of_recordings_are_balanced_by_lines():
    table = Table([[30, 10, 10, 10, 30, 30], [40] * 6], [0, 1], 0)
    splits = split(table, folds=3)
    held = [set(table.recording[each.test[table.name[each.test] == 0]]) for each in splits[3:]]
    assert held == [{0, 1}, {2, 3, 4}, {5}]


def test_recordings_shared_by_classes_are_kept_whole():
    # Six people doing three things each: a person held out is held out in everything.
    person, activity, line = (each.ravel() for each in np.mgrid[:6, :3, :4])
    for each in make_splits(activity, person, line):
        assert not set(person[each.train]) & set(person[each.test])
        assert set(activity[each.train]) == set(activity[each.test]) == {0, 1, 2}


def test_a_rare_class_gets_the_shared_recordings_it_needs():
    # People 0 and 1 do what all six do, and a second thing.
    person = np.repeat([0, 1, 2, 3, 4, 5, 0, 1], 4)
    activity = np.repeat([0, 0, 0, 0, 0, 0, 1, 1], 4)
    splits = make_splits(activity, person, np.arange(32))
    assert len(splits) == 4
    for each in splits:
        assert set(activity[each.train]) == {0, 1}
        assert not set(person[each.train]) & set(person[each.test])


def test_blocks_follow_the_recordings_whatever_line_each_starts_at():
    group = np.repeat([0, 1, 2, 3], 3)
    line = np.concatenate([np.arange(first, first + 3) for first in (40, 10, 30, 20)])
    blocks = make_splits(None, group, line, folds=2)[2:]
    assert [set(group[each.test]) for each in blocks] == [{0, 1}, {2, 3}]


def test_recordings_shared_so_that_a_class_cannot_be_split_are_refused():
    pairs = np.repeat([[0, 0], [0, 1], [1, 0], [1, 2], [2, 1], [2, 2]], 5, axis=0)
    with pytest.raises(InputError, match="shared with other classes"):
        make_splits(pairs[:, 0], pairs[:, 1], np.arange(len(pairs)))


@pytest.mark.parametrize(
    ("label", "group", "line", "folds", "message"),
    [
        ([0, 0, 1], [0, 0, 1], [1, 2, 1], 5, "single signal"),
        ([0, 0], [0], [1, 2], 5, "2 labels, 1 groups and 2 line"),
        ([], [], [], 5, "0 labels"),
        ([0, 0], [0, 0], [1, 2], 1, "1 folds"),
    ],
)
def test_what_cannot_be_split_is_refused(label, group, line, folds, message):
    with pytest.raises(InputError, match=message):
        make_splits(label, group, line, folds=folds)


def with_stretches(counts, size, seed=0):
    """Classes of one recording each, of so many stretches of `size` lines, in mixed order."""
    label = np.repeat(np.arange(len(counts)), np.array(counts) * size)
    line = np.concatenate([np.arange(count * size) for count in counts])
    rows = np.random.default_rng(seed).permutation(len(label))
    return label[rows], line[rows], (line // size)[rows]


@settings(max_examples=80, deadline=None)
@given(st.lists(st.integers(1, 7), min_size=1, max_size=4), FOLDS, st.integers(3, 9))
def test_blocks_are_whole_stretches(counts, folds, size):
    label, line, stretch = with_stretches(counts, size)
    n = len(label)
    splits = make_splits(label, label, line, stretch, folds=folds)
    several = [count for count in counts if count > 2]
    blocks = [each for each in splits if each.kind == "block"]
    if several:
        assert len(blocks) == min(folds, size * min(counts), *several)
    block = folds_of(splits, "block", n)
    for each in blocks:
        assert set(label[each.train]) == set(label[each.test]) == set(label)
    for c, count in enumerate(counts):
        mine = np.flatnonzero(label == c)
        mine = mine[np.argsort(line[mine])]
        assert (np.diff(block[mine]) >= 0).all()
        if count > 2:
            for index in range(count):
                assert len(set(block[mine][stretch[mine] == index])) == 1
        else:
            sizes = np.bincount(block[mine])
            assert count == 2 or sizes.max() - sizes.min() <= 1
    for old, new in zip(make_splits(label, label, line, folds=folds), splits, strict=False):
        if old.kind == "random":
            np.testing.assert_array_equal(old.test, new.test)


def test_two_stretches_count_where_all_of_several_classes_have_them():
    def blocks(counts, size=10):
        label, line, stretch = with_stretches(counts, size)
        splits = make_splits(label, label, line, stretch)
        return [each for each in splits if each.kind == "block"]

    assert len(blocks([2, 2])) == 2
    assert len(blocks([2, 1])) == len(blocks([2])) == 5
    assert len(blocks([2, 4])) == 4


def test_a_stretch_of_most_lines_is_cut():
    stretch = np.repeat([0, 1, 2], [71, 15, 14])
    blocks = make_splits(None, np.zeros(100), np.arange(100), stretch)[5:]
    assert [len(each.test) for each in blocks] == [20] * 5
    stretch = np.repeat([0, 1, 2], [60, 20, 20])
    blocks = make_splits(None, np.zeros(100), np.arange(100), stretch)[5:]
    assert [len(each.test) for each in blocks] == [60, 20, 20]


def test_stretches_of_classes_of_several_recordings_do_not_count():
    table = Table([[10, 12, 9, 11, 8], [12, 8, 9, 11, 10]], [0, 1], 0)
    for old, new in zip(
        split(table),
        make_splits(table.label, table.group, table.line, table.line // 4),
        strict=True,
    ):
        np.testing.assert_array_equal(old.test, new.test)
