"""Metrics of extrapolation, against scikit-learn and by hand."""

import numpy as np
import pytest
from sklearn.metrics import r2_score

from kinglet.record import EXTRAPOLATION
from kinglet.tasks import TASKS, Emulation, regression

TASK = TASKS[EXTRAPOLATION]


@pytest.fixture
def pair():
    rng = np.random.default_rng(0)
    target = rng.uniform(10, 20, 200).astype(np.float32)
    return target, (target + rng.normal(size=200)).astype(np.float32)


def test_metrics_by_hand():
    target, predicted = np.array([1.0, 2.0, 0.0, -3.0]), np.array([2.0, 2.0, 0.0, -1.0])
    found = regression.metrics(target, predicted)
    assert found["mae"] == pytest.approx(0.75)
    assert found["rmse"] == pytest.approx(np.sqrt(5 / 4))
    assert found["smape_percent"] == pytest.approx(100 * (1 / 1.5 + 0 + 0 + 2 / 2) / 4)
    assert found["r2"] == pytest.approx(1 - 5 / 14)


def test_interval_holds_the_value_and_grows_with_recordings(pair):
    target, predicted = pair
    lines = regression.bootstrap_interval(target, predicted, np.zeros(200, int))
    recordings = regression.bootstrap_interval(
        np.sort(target), predicted[np.argsort(target)], np.repeat(np.arange(8), 25)
    )
    assert lines[0] < r2_score(target, predicted) < lines[1]
    assert recordings[1] - recordings[0] > lines[1] - lines[0]


def test_interval_covers_what_it_promises():
    rng = np.random.default_rng(1)
    inside = 0
    for seed in range(60):
        target = rng.normal(size=300)
        predicted = target + 0.5 * rng.normal(size=300)
        low, high = regression.bootstrap_interval(target, predicted, np.zeros(300, int), seed)
        inside += low < 0.75 < high
    assert inside >= 50


def test_standard_error_is_that_of_repeated_samples():
    rng = np.random.default_rng(2)
    values = []
    for _ in range(400):
        target = rng.normal(size=150)
        # A regression with R2 of 0.8 in the population.
        values.append(r2_score(target, 0.8 * target + 0.4 * rng.normal(size=150)))
    assert TASK.standard_error(0.8, 150) == pytest.approx(np.std(values), rel=0.25)


def test_margin_is_one_for_no_error_and_none_for_the_median():
    target = np.arange(20.0)
    assert regression.margin(target, target) == 1
    assert regression.margin(target, np.full(20, 9.5)) == pytest.approx(0, abs=0.01)
    assert regression.margin(target, target + 2) == pytest.approx(0.6)


def test_a_split_worse_than_the_mean_scores_nothing():
    target = np.arange(10, dtype=np.float32)
    outputs = target[::-1, None]
    assert TASK.split_metric(target, outputs, np.zeros(10, int)) == 0
    assert TASK.split_metric(target, target[:, None], np.zeros(10, int)) == 1


def test_targets_are_standardised_and_the_library_undoes_it():
    target = np.array([300.0, 300.1, 300.3, 299.8], np.float32)
    scaled, output = TASK.target(target)
    assert scaled.mean() == pytest.approx(0, abs=1e-12) and scaled.std() == pytest.approx(1)
    np.testing.assert_allclose(output.apply(scaled), target, rtol=1e-6)
    beyond = output.apply(np.array([-100.0, 100.0]))
    np.testing.assert_allclose(beyond, [299.8 - 0.025, 300.3 + 0.025], rtol=1e-6)
    _, free = TASK.with_settings(clip=False).target(target)
    assert np.ptp(free.apply(np.array([-100.0, 100.0]))) > 30


def test_errors_are_told_where_targets_are_known():
    said = Emulation(np.array([0, 3, 0]), np.array([[1.0], [np.nan], [3.0]], np.float32))
    rows, summary = TASK.answers(said, {"target": np.array([1.0, 2.0, 4.0])}, ())
    assert rows == [{"prediction": 1.0, "target": 1.0}, {}, {"prediction": 3.0, "target": 4.0}]
    assert summary["predicted"] == 2 and summary["mae"] == 0.5
    assert TASK.answers(said, {}, ())[1] == {"predicted": 2, "low": 1.0, "high": 3.0}


@pytest.mark.parametrize("target", [[2.0], [2.0, 2.0]])
def test_targets_that_are_all_the_same_have_no_r2(target):
    outputs = np.arange(len(target), dtype=np.float32)[:, None]
    said = Emulation(np.zeros(len(target), int), outputs)
    summary = TASK.answers(said, {"target": np.array(target)}, ())[1]
    assert summary["r2"] is None and np.isfinite(summary["rmse"])
    assert TASK.split_metric(np.array(target), outputs, np.zeros(len(target), int)) == 0
