"""The limit of 1-class classification, and what a library is worth."""

import numpy as np
import pytest

from kinglet.record import OUTLIER
from kinglet.signals import Split, label_normal, make_splits
from kinglet.signals.signals import Signals
from kinglet.tasks import TASKS, Emulation

TASK = TASKS[OUTLIER]
N = 200


@pytest.fixture(scope="module")
def splits() -> list[Split]:
    label = np.repeat([0, 1], N)
    line = np.tile(np.arange(1, N + 1), 2)
    return make_splits(label, label, line)


def settle(task, splits, score):
    """Judge raw scores of N normal lines and N imitations."""
    label = np.repeat([0, 1], N)
    outputs = [score[split.test, None].astype(np.float32) for split in splits]
    return task.settle(label, np.zeros(2 * N, int), splits, outputs, imitated=True)


@pytest.mark.parametrize("rate", [0.03, 0.05, 0.1])
def test_new_normal_signals_are_outliers_as_often_as_was_asked(rate, splits):
    rng = np.random.default_rng(0)
    task, found = TASK.with_settings(outlier_rate=rate), []
    for _ in range(60):
        score = np.concatenate([rng.gamma(3, size=N), 3 + rng.gamma(3, size=N)])
        output = settle(task, splits, score).output
        found.append((output.apply(rng.gamma(3, size=500)) > 1).mean())
    assert rate / 2 < np.mean(found) < 1.3 * rate


def test_the_usual_score_is_0_whatever_the_unit_of_the_model(splits):
    rng = np.random.default_rng(1)
    score = np.concatenate([rng.normal(size=N), 4 + rng.normal(size=N)])
    for gain, offset in ((1, 0), (1e-4, 7), (1e6, -3e6)):
        output = settle(TASK, splits, gain * score + offset).output
        mine = output.apply(gain * score[:N] + offset)
        assert np.median(mine) == pytest.approx(0, abs=0.05)
        assert 0.02 < (mine > 1).mean() < 0.08


def test_one_block_unlike_the_others_does_not_widen_the_limit_for_all(splits):
    rng = np.random.default_rng(2)
    score = np.concatenate([rng.normal(size=N), 4 + rng.normal(size=N)])
    usual = settle(TASK, splits, score).output
    odd = []
    label = np.repeat([0, 1], N)
    first = next(split for split in splits if split.kind == "block")
    for split in splits:  # that block is far from what it did not learn, and near where it did
        raw = score[split.test].copy()
        if split is first:
            raw[np.flatnonzero(label[split.test] == 0)[::2]] += 5
        odd.append(raw[:, None].astype(np.float32))
    found = TASK.settle(label, np.zeros(2 * N, int), splits, odd, imitated=True)
    value = np.linspace(-5, 5, 50)
    np.testing.assert_allclose(found.output.apply(value), usual.apply(value), atol=0.25)
    assert min(found.scores) < 0.75, "that block is told in the score"


def test_no_more_than_twice_as_many_are_outliers_whatever_the_blocks(splits):
    rng = np.random.default_rng(4)
    label = np.repeat([0, 1], N)
    outputs = []
    for split in splits:  # three blocks of five in which much is unlike the rest
        raw = rng.normal(size=len(split.test))
        if split.kind == "block" and split.fold < 3:
            raw[label[split.test] == 0] += 4
        outputs.append(raw[:, None].astype(np.float32))
    found = TASK.settle(label, np.zeros(2 * N, int), splits, outputs, imitated=True)
    held = [
        found.output.apply(raw[label[s.test] == 0]) for s, raw in zip(splits, outputs, strict=True)
    ]
    assert 0.05 < (np.concatenate(held) > 1).mean() <= 0.1


@pytest.mark.parametrize(
    ("normal", "imitation"),
    [
        (np.zeros(N), np.zeros(N)),
        (np.linspace(0, 1, N), np.linspace(-9, -8, N)),
        (np.zeros(N), np.full(N, -1.0)),
    ],
)
def test_a_library_to_which_everything_is_normal_is_worth_nothing(normal, imitation, splits):
    assert max(settle(TASK, splits, np.concatenate([normal, imitation])).scores) == 0


def test_tighter_is_better_and_so_is_more_recall(splits):
    rng = np.random.default_rng(3)
    normal, noise = rng.normal(size=N), rng.normal(size=N)
    tight = [
        np.mean(settle(TASK, splits, np.concatenate([normal, far + noise])).scores)
        for far in (1.0, 2.0, 4.0)
    ]
    assert tight[0] < tight[1] < tight[2] <= 1
    bound = TASK.split_metric(np.repeat([0, 1], N), normal[:, None], np.zeros(N))
    assert bound >= max(tight)


def test_imitations_are_never_learned():
    signals = Signals.from_array(np.random.default_rng(0).normal(size=(30, 16, 2)).astype("f4"))
    data = label_normal(signals)
    assert TASK.learned(data.label).sum() == 30 and data.imitated
    for split in TASK.splits(data, 0):
        held = data.label[split.test]
        assert (held == 0).sum() == (held == 1).sum() > 0
        # An imitation is never held out while the signal it was made from is learned.
        assert set(split.test[held == 1] - 30) == set(split.test[held == 0])


def test_answers_and_summary():
    said = Emulation(np.array([0, 3, 0]), np.array([[0.5], [np.nan], [2.31]], np.float32))
    rows, summary = TASK.answers(said, {}, ())
    assert rows[0] == {"outlier": 0, "score": 0.5} and rows[1] == {}
    assert rows[2]["outlier"] == 1 and rows[2]["score"] == pytest.approx(2.31)
    assert summary == {"normal": 1, "outliers": 1}


def test_a_recording_takes_no_part_in_the_limit_that_it_is_judged_by():
    """It was held out twice, at random and as a block: neither tells of the other."""
    rng = np.random.default_rng(5)
    label, recording = np.repeat([0, 1], N), np.tile(np.arange(N) % 3, 2)
    splits = make_splits(label, recording + 3 * label, np.tile(np.arange(1, N + 1), 2))
    score = np.concatenate([rng.normal(size=N), 4 + rng.normal(size=N)])
    unlike = (recording == 2) & (label == 0)
    score[unlike] += 50
    outputs = [score[split.test, None].astype(np.float32) for split in splits]
    settled = TASK.settle(label, np.zeros(2 * N, int), splits, outputs, imitated=True)
    for split, judged, worth in zip(splits, settled.outputs, settled.scores, strict=True):
        if unlike[split.test].any():
            assert judged[unlike[split.test]].min() > 1 and worth == 0
