"""How a library learns: the curve, the recommended minimum, one stretch only, votes."""

import numpy as np
import pytest

from kinglet.record import FIRST_SIMILARITY
from kinglet.search import learning
from kinglet.search.learning import recommended_minimum, warnings_of
from kinglet.signals import Signals, label_machines, make_splits
from tests import anomaly_samples as samples

GOOD = {"balanced_accuracy_interval": {"low": 0.9}, "detection": 0.9, "false_alarms": 0.01}


def report_of(normal: np.ndarray, abnormal: np.ndarray, name: str = "micro_clusters") -> dict:
    """Report of a model for one machine, of a stream where a line is one sample."""
    data = label_machines(Signals.from_array(normal), Signals.from_array(abnormal))
    splits = make_splits(data.label, data.signals.group, data.signals.line)
    stream = data.signals.length == 1
    splits = [split for split in splits if split.kind == ("block" if stream else "random")]
    fitted = samples.fitted(name, samples.STREAM if stream else samples.SHAPE)
    lines = learning.lines_of(fitted, data, stream, 0)
    folds = {(split.kind, split.fold): learning.Fold(fitted, 1.2) for split in splits}
    held_out = np.ones((len(data.label), 2), dtype=np.float32)
    for split in splits:
        learn = lines.nominal(split.train, 0)
        learn = learn if stream else np.random.default_rng(0).permutation(learn)
        held_out[split.test, 0] = learning._shares(fitted, 1.2, lines, learn, split.test)
    return GOOD | learning.report(fitted, lines, splits, folds, held_out)


@pytest.fixture(scope="module")
def report():
    return report_of(samples.nominal(150), samples.abnormal(60))


def test_the_curve_goes_from_the_least_number_to_all(report):
    curve = report["learning_curve"]
    counts = [point["learned"] for point in curve]
    assert counts == sorted(set(counts)) and counts[0] == FIRST_SIMILARITY and counts[-1] == 120
    for point in curve:
        assert 0 <= point["worst"] <= point["balanced_accuracy"] <= 1
        balanced = (1 - point["false_alarms"] + point["detection"]) / 2
        assert point["balanced_accuracy"] == pytest.approx(balanced)
    assert curve[-1]["worst"] > 0.9 and curve[-1]["worst"] > curve[0]["worst"]
    assert curve[0]["learned"] <= report["minimum_learning"] <= 120


def test_few_lines_have_a_short_curve_and_no_block():
    few = report_of(samples.nominal(20), samples.abnormal(10))
    assert [point["learned"] for point in few["learning_curve"]] == [FIRST_SIMILARITY, 16]
    assert few["minimum_learning"] == 20
    # A fifth of 20 signals is too little to learn: nothing is said, and nothing fails.
    assert few["false_alarms_after_one_block"] == {"mean": None, "each": []}
    assert not any("regimes" in text for text in warnings_of(few))


def curve(*points: tuple[int, float, float]) -> list[dict]:
    names = ("learned", "worst", "false_alarms")
    return [dict(zip(names, point, strict=True)) for point in points]


@pytest.mark.parametrize(
    ("points", "expected"),
    [
        # The first that is within 0.02 of the best, in tens.
        ([(13, 0.6, 0), (20, 0.8, 0), (30, 0.89, 0), (50, 0.9, 0)], (30, False)),
        ([(13, 0.6, 0), (75, 0.9, 0), (100, 0.9, 0)], (80, False)),
        ([(13, 0.6, 0), (30, 0.9, 0), (50, 0.85, 0)], (30, False)),
        # Never below 20, though the calibration begins with 13.
        ([(13, 0.9, 0), (20, 0.9, 0), (50, 0.9, 0)], (20, False)),
        ([(10, 0.9, 0)], (20, False)),
        # What it costs in false alarms is too much: later.
        ([(13, 0.9, 0.3), (20, 0.9, 0.2), (50, 0.9, 0.1), (75, 0.9, 0.05)], (50, False)),
        # They are too many with any number: then the score alone counts.
        ([(13, 0.5, 0.3), (20, 0.9, 0.2), (50, 0.9, 0.3)], (20, False)),
        # It still rises: more signals would help.
        # And no more are asked for than there were.
        ([(13, 0.6, 0), (50, 0.8, 0), (96, 0.9, 0)], (96, True)),
        ([(13, 0.6, 0), (50, 0.885, 0), (96, 0.9, 0)], (50, False)),
    ],
)
def test_recommended_minimum(points, expected):
    assert recommended_minimum(curve(*points)) == expected


def test_regimes_recorded_one_after_the_other_are_told(report):
    # The samples come from three regimes in turn; sorted, a fifth of them holds one or two.
    normal = samples.nominal(150)
    sorted_ = np.concatenate([normal[regime::3] for regime in range(3)])
    apart = report_of(sorted_, samples.abnormal(60))
    block = apart["false_alarms_after_one_block"]
    assert len(block["each"]) == 5 and block["mean"] > 0.4
    assert block["mean"] == pytest.approx(np.mean(block["each"]))
    (warning,) = [text for text in warnings_of(apart) if "regimes" in text]
    assert f"{100 * block['mean']:.0f} %" in warning

    assert report["false_alarms_after_one_block"]["mean"] < 0.2
    assert not any("regimes" in text for text in warnings_of(report))


def test_a_library_of_no_use_is_told(report):
    assert not any("chance" in text or "many" in text for text in warnings_of(report))
    blind, nervous = report | {"detection": 0.05}, report | {"false_alarms": 0.2}
    assert any("hardly more than chance" in text for text in warnings_of(blind))
    assert any("20 % false alarms are many" in text for text in warnings_of(nervous))


@pytest.mark.parametrize("rises", [False, True])
def test_a_score_that_still_rises_is_told(rises, report):
    told = warnings_of(report | {"more_signals_needed": rises})
    assert any("record more" in text for text in told) == rises


def test_a_vote_of_independent_signals_has_no_more_false_alarms():
    rng = np.random.default_rng(0)
    normal = rng.normal(size=(400, 64, 3)) * rng.lognormal(0, 0.2, size=(400, 1, 1))
    votes = report_of(normal, 1.6 * normal[:100])["votes"]
    assert set(votes) == {"single", "3_of_5", "mean_of_5"}
    single, three = votes["single"], votes["3_of_5"]
    assert 0 < single["false_alarms"] < 0.1
    assert three["false_alarms"] <= 0.5 * single["false_alarms"]
    assert votes["mean_of_5"]["detection"] >= single["detection"]
    for row in votes.values():
        balanced = (1 - row["false_alarms"] + row["detection"]) / 2
        assert row["balanced_accuracy"] == pytest.approx(balanced)


@pytest.mark.parametrize("name", ["micro_clusters", "evt"])
def test_a_stream_is_learned_in_stretches(name, monkeypatch):
    learned = []
    rates = learning._shares

    def recorded(fitted, factor, lines, learn, test):
        learned.append(learn)
        return rates(fitted, factor, lines, learn, test)

    monkeypatch.setattr(learning, "_shares", recorded)
    normal, abnormal = (f(300, 0, samples.STREAM) for f in (samples.nominal, samples.abnormal))
    report = report_of(normal, abnormal, name)
    assert all((np.diff(rows) > 0).all() for rows in learned), "in the order of time"
    gaps = [int((np.diff(rows) > 1).sum()) for rows in learned]
    assert max(gaps) <= 1, "contiguous, but for the block that is held out"
    assert len({int(rows[0]) for rows in learned if len(rows) == 50}) > 2, "not always the first"
    assert [point["learned"] for point in report["learning_curve"]][-1] == 240


def test_signals_are_learned_in_any_order(monkeypatch):
    learned = []

    def recorded(fitted, factor, lines, learn, test):
        learned.append(learn)
        return np.zeros(len(test))

    monkeypatch.setattr(learning, "_shares", recorded)
    report_of(samples.nominal(100), samples.abnormal(40))
    drawn = [rows for rows in learned if len(rows) == 30]
    assert len(drawn) >= 10 and all((np.diff(rows) < 0).any() for rows in drawn)
    assert len({tuple(rows) for rows in drawn}) == len(drawn)
    assert all(len(set(rows)) == len(rows) and max(rows) < 100 for rows in learned)
