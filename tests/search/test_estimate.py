"""What to expect of new data: estimated without ever seeing what it is measured on."""

import json
from dataclasses import replace

import numpy as np
import pytest

from kinglet.search import search
from kinglet.search.context import make_context
from kinglet.search.estimate import INNER_FOLDS, Judged, judge_fold, outer_splits, summarise
from kinglet.search.evaluate import evaluate
from kinglet.search.portfolio import portfolio_of
from kinglet.search.problem import confined
from kinglet.search.worker import Setup, release
from kinglet.signals import Signals, label_normal, label_signals, label_targets, take
from kinglet.tasks import TASKS
from tests import samples

TASK = TASKS["classification"]


@pytest.fixture(scope="module")
def result():
    return search(samples.labelled(), budget=None, candidates=3, jobs=1)


def test_easy_classes_are_expected_to_be_told_apart(result):
    expected = result.expected
    assert expected.value > 0.95 and expected.low < expected.value <= expected.high <= 1
    assert {(test.kind, test.fold) for test in expected.tests} == {
        (kind, fold) for kind in ("random", "block") for fold in range(5)
    }
    assert sum(test.n_signals for test in expected.tests) == 2 * 60


def test_the_result_tells_the_expectation_and_the_optimism(result):
    document = json.loads(json.dumps(result.to_json()))
    expected = document["expected"]
    assert expected["low"] <= expected["value"] <= expected["high"]
    shown = document["balanced_accuracy"]
    assert document["optimism"] == pytest.approx(shown - expected["value"])


def test_imitations_promise_nothing_of_real_outliers():
    values, _ = samples.signals(n=60)
    data = label_normal(Signals.from_array(values))
    result = search(data, task="outlier", budget=None, candidates=2, jobs=1)
    expected = result.expected
    assert expected.metric == "normal_recall"
    of_kind = [test for test in expected.tests if test.kind == expected.kind]
    assert sum(test.n_signals for test in of_kind) == 60, "imitations are not counted"
    assert 0.7 < expected.value <= 1
    document = result.to_json()
    shown = 1 - document["false_outliers"]
    assert document["optimism"] == pytest.approx(shown - expected.value)


def test_without_an_estimate_the_reason_is_told():
    document = search(
        samples.labelled(), budget=None, candidates=1, jobs=1, estimate=False
    ).to_json()
    assert document["expected"] is None and document["optimism"] is None
    assert "not estimated" in document["expected_reason"]


def test_nothing_is_expected_of_noise():
    values, _ = samples.signals(n=90)
    label = np.random.default_rng(3).permutation(len(values)) % 3
    expected = search(label_signals(values, label), budget=None, candidates=5, jobs=1).expected
    assert expected.low < 1 / 3 < expected.high
    assert expected.value < 0.5


def judged(data, folder, place: int) -> Judged:
    """One outer split of a search that sees the kernels, which learn from unlabelled lines."""
    folder.mkdir()
    context = make_context(data)
    inner = [TASK.splits(take(data, split.train), 0, INNER_FOLDS) for split in context.splits]
    outer = outer_splits(context.splits, inner)
    try:
        return judge_fold(
            Setup(context.problem(folder), context.splits), outer[place], ("lda",), 2, np.inf
        )
    finally:
        release()


def fitted_without(data, folder, place: int, pipeline):
    """A candidate that the search of an outer split has judged and fitted."""
    (folder / "fold").mkdir(parents=True)
    context = make_context(data)
    split = context.splits[place]
    inner = TASK.splits(take(data, split.train), 0, INNER_FOLDS)
    outer = outer_splits([split], [inner])[0]
    problem = confined(context.problem(folder), split.train, folder / "fold")
    return evaluate(problem, list(outer.inner), pipeline)


@pytest.mark.parametrize("place", [0, 7])
@pytest.mark.parametrize("number", [0, 2], ids=["pool", "kernels"])
def test_what_is_held_out_changes_nothing_in_the_search_of_its_fold(tmp_path, place, number):
    """Neither scores nor margin nor anything fitted, biases of kernels among it."""
    values, label = samples.signals(n=60)
    held_out = make_context(label_signals(values, label)).splits[place].test
    spoiled = values.copy()
    spoiled[held_out] = 100 * np.random.default_rng(1).normal(size=values[held_out].shape)
    pipeline = portfolio_of("classification", samples.SHAPE)[number]
    first, second = (
        fitted_without(label_signals(each, label), tmp_path / name, place, pipeline)
        for name, each in (("honest", values), ("spoiled", spoiled))
    )
    assert first.split_scores == second.split_scores
    assert first.margin == second.margin > 0, "perturbed signals take part in the margin"
    assert first.fitted.selected.tolist() == second.fitted.selected.tolist()
    for name, array in first.fitted.model_fit.items():
        assert np.array_equal(array, second.fitted.model_fit[name])
    for chain, arrays in first.fitted.chain_fits.items():
        for name, array in arrays.items():
            assert np.array_equal(array, second.fitted.chain_fits[chain][name])


def test_the_winner_is_judged_on_what_was_held_out(tmp_path):
    data = samples.labelled()
    honest = judged(data, tmp_path / "honest", 0)
    held_out = make_context(data).splits[0].test
    values = data.signals.values.copy()
    values[held_out] = 100 * np.random.default_rng(1).normal(size=values[held_out].shape)
    spoiled = replace(data, signals=replace(data.signals, values=values))
    other = judged(spoiled, tmp_path / "spoiled", 0)
    assert honest.shown == other.shown and honest.metric > other.metric


def test_the_estimate_of_a_time_series_does_not_know_its_future(tmp_path):
    """The search of a stretch that is predicted from the past sees nothing after it either."""
    rng = np.random.default_rng(0)
    target = np.sin(np.arange(160) / 12) + 0.05 * rng.normal(size=160)
    values = (target[:, None, None] + 0.2 * rng.normal(size=(160, 16, 1))).astype(np.float32)
    told = []
    for name, factor in (("honest", 1), ("spoiled", 50)):
        context = make_context(
            label_targets(Signals.from_array(values), target),
            task="extrapolation",
            settings={"time_series": True},
        )
        split = next(split for split in context.splits if split.kind == "forward")
        after = np.arange(split.test.max() + 1, len(values))
        assert len(after), "the last stretch has nothing after it"
        spoiled, later = values.copy(), target.copy()
        spoiled[after] *= factor
        later[after] *= factor
        data = label_targets(Signals.from_array(spoiled), later)
        inner = context.task.splits(take(data, split.train), 0, INNER_FOLDS)
        outer = outer_splits([split], [inner])[0]
        folder = tmp_path / name
        folder.mkdir()
        setup = Setup(context.problem(folder, data), (split,))
        told.append(judge_fold(setup, outer, ("linear_regression",), 2, np.inf))
        release()
    assert told[0] == told[1]


def test_too_few_recordings_for_an_estimate_end_no_search():
    values, _ = samples.signals(n=40)
    target = np.repeat([1.0, 1.0, 2.0, 2.0], 10)
    signals = Signals.from_array(values, group=np.repeat(np.arange(4), 10))
    result = search(
        label_targets(signals, target),
        task="extrapolation",
        budget=None,
        candidates=1,
        jobs=1,
        model=["linear_regression"],
    )
    assert result.expected is None and "too few recordings" in result.expected_reason


def of_folds(metrics, n_signals=100, kind="block"):
    return [Judged(kind, fold, m, m, n_signals, 3) for fold, m in enumerate(metrics)]


def test_the_harsher_kind_of_split_counts():
    tests = of_folds([0.95] * 5, kind="random") + of_folds([0.7] * 5)
    expected = summarise(TASK, "balanced_accuracy", tests)
    assert expected.kind == "block" and expected.value == pytest.approx(0.7)


def test_parts_that_differ_widen_the_interval_and_lines_narrow_it():
    def width(metrics, n_signals):
        expected = summarise(TASK, "balanced_accuracy", of_folds(metrics, n_signals))
        return expected.high - expected.low

    alike, apart = [0.8, 0.81, 0.8, 0.79, 0.8], [0.6, 0.95, 0.8, 0.7, 0.95]
    assert width(apart, 1000) > 2 * width(alike, 1000)
    assert width(alike, 20) > 2 * width(alike, 1000)


def test_the_interval_holds_what_a_new_recording_shows():
    """Parts with their own accuracy: the interval from five of them holds that of a sixth, as large
    as all of them."""
    rng = np.random.default_rng(0)
    held = 0
    for _ in range(400):
        own = np.clip(rng.normal(0.8, 0.08, 6), 0, 1)
        shown, new = rng.binomial(60, own[:5]) / 60, rng.binomial(300, own[5]) / 300
        expected = summarise(TASK, "balanced_accuracy", of_folds(shown, 60))
        held += expected.low <= new <= expected.high
    assert held / 400 > 0.93


def test_one_split_is_no_estimate():
    assert summarise(TASK, "balanced_accuracy", of_folds([0.9])) is None
