"""Groups come from files or a list of ids, are kept whole, and what is kept is told."""

import numpy as np
import pytest

from kinglet.errors import InputError
from kinglet.signals import (
    Signals,
    count_recorded,
    describe_groups,
    label_machines,
    label_normal,
    label_signals,
    label_targets,
    make_splits,
    make_target_splits,
    read_groups,
    regroup,
)


def signals(n: int = 60, group=None) -> Signals:
    values = np.random.default_rng(n).normal(size=(n, 8, 1))
    return Signals.from_array(values, group=group)


@pytest.fixture
def write(tmp_path):
    def write(content: str | bytes):
        path = tmp_path / "groups.txt"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


def test_ids_are_texts_one_on_each_line(write):
    for end in ("\n", "\r\n"):
        path = write(end.join(["Anna", " Bob 2 ", "3.0", "#4", "Zoë, old", "Anna"]) + end + end)
        assert read_groups(path, 6) == ("Anna", "Bob 2", "3.0", "#4", "Zoë, old", "Anna")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("a\nb\n", "there are 2 ids for 3 signals"),
        ("id\na\nb\nc\n", "there are 4 ids for 3 signals"),
        ("a\n\nc\n", "groups.txt, line 2: there is no id"),
        ("", "there are 0 ids"),
        ("a\nb\nc".encode("utf-16"), "UTF-16"),
    ],
)
def test_a_faulty_file_is_told(write, content, words):
    with pytest.raises(InputError, match=words) as caught:
        read_groups(write(content), 3)
    assert str(caught.value).endswith(".") and "groups.txt" in str(caught.value)


def test_a_path_that_cannot_be_read(tmp_path):
    with pytest.raises(InputError, match="no such file"):
        read_groups(tmp_path / "none.txt", 3)


def whole(group, splits) -> bool:
    group = np.asarray(group)
    return all(not set(group[each.train]) & set(group[each.test]) for each in splits)


def test_people_are_held_out_in_all_that_they_do():
    person, activity = np.tile(np.repeat(list("abcdef"), 5), 2), np.repeat(["walk", "run"], 30)
    data = label_signals(signals(60), activity)
    assert describe_groups(data) is None
    grouped = regroup(data, person)
    splits = make_splits(grouped.label, grouped.signals.group, grouped.signals.line)
    assert len(splits) == 10 and whole(person, splits)
    assert describe_groups(grouped) == (
        "6 recordings of walk and 6 recordings of run are kept together in the splits"
    )
    before = make_splits(data.label, data.signals.group, data.signals.line)
    assert not whole(person, before)


def test_groups_of_targets_are_kept_whole():
    ids = np.repeat(list("abcdefgh"), 5)
    data = label_targets(signals(40), np.random.default_rng(0).normal(size=40))
    assert describe_groups(data) is None
    grouped = regroup(data, ids)
    where = grouped.signals
    splits = make_target_splits(grouped.label, where.group, where.line, where.file)
    assert len(splits) == 10 and whole(ids, splits)
    assert describe_groups(grouped) == "8 recordings are kept together in the splits"


def test_imitations_follow_their_signals():
    ids = np.tile(list("abcdef"), 10)
    for data in (label_normal(signals()), label_machines(signals())):
        assert count_recorded(data) == 60
        grouped = regroup(data, ids)
        where = grouped.signals
        splits = make_splits(grouped.label, where.group, where.line)
        # A class that is imitated is dealt as the one it was made from.
        assert whole(np.tile(ids, 2), splits)
        expected = "6 recordings of normal"
        if "abnormal" in data.classes:
            assert describe_groups(grouped).startswith(expected)
        else:
            assert describe_groups(grouped) == f"{expected} are kept together in the splits"


def test_recorded_faults_have_ids_of_their_own():
    data = label_machines(signals(40), signals(20))
    assert count_recorded(data) == 60
    assert len(np.unique(regroup(data, np.repeat([1, 2, 3], 20)).signals.group)) == 3


def test_a_class_of_one_recording_is_told():
    group = np.repeat([0, 1, 2, 3, 4], 12)
    data = label_signals(signals(60, group), np.repeat(["sit", "go", "run"], [24, 24, 12]))
    assert describe_groups(data) == (
        "2 recordings of sit and 2 recordings of go are kept together in the splits; of run there "
        "is one only, whose lines are split"
    )


@pytest.mark.parametrize(
    ("ids", "words"),
    [
        (["a"] * 60, "All signals are of one group, 'a'"),
        (list(range(60)), "a group of its own"),
        (["a", "b"] * 20, "40 groups for 60 signals"),
    ],
)
def test_groups_that_keep_nothing_together_are_refused(ids, words):
    data = label_targets(signals(60), np.arange(60.0) ** 2)
    with pytest.raises(InputError, match=words):
        regroup(data, ids)
