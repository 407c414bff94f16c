"""Many signals: a subsample is searched, the finals are on all of them, memory stays bounded."""

from dataclasses import replace

import numpy as np
import pytest

from kinglet.search import joined, search, stages, store
from kinglet.search.context import make_context
from kinglet.search.evaluate import evaluate
from kinglet.search.fit import select
from kinglet.search.joined import join
from kinglet.search.kept import Kept
from kinglet.search.portfolio import portfolio_of
from kinglet.signals import label_signals
from tests import samples


@pytest.fixture
def problem(tmp_path, monkeypatch):
    monkeypatch.setattr(joined, "_FEWEST", 5)
    return make_context(samples.labelled(n=90)).problem(tmp_path)


def pipeline():
    """Branches of signals and of spectra, one of them fitted, and a selection."""
    return portfolio_of("classification", samples.SHAPE)[1]


def test_columns_of_large_data_are_those_of_small_data(problem, monkeypatch):
    whole = join(problem, pipeline())
    rows, columns = np.arange(3, 80, 7), np.array([0, 5, 6, whole.pool.n_features - 1])
    expected = whole.take(rows, columns)
    problem.store.kept = Kept(1 << 20)
    monkeypatch.setattr(joined, "_MOST_FLOATS", -(-90 * whole.pool.n_features // 4))
    large = join(problem, pipeline())
    assert len(large.rows) in (23, 24, 25)
    np.testing.assert_array_equal(large.take(rows, columns), expected)
    np.testing.assert_array_equal(large.take(rows, columns, "gain").shape, expected.shape)
    assert large.sample().shape == (len(large.rows), whole.pool.n_features)
    assert set(problem.label[large.rows]) == {0, 1, 2}


def test_features_of_large_data_are_selected_on_some_of_the_training_lines(problem, monkeypatch):
    whole = join(problem, pipeline())
    monkeypatch.setattr(joined, "_MOST_FLOATS", -(-90 * whole.pool.n_features // 2))
    problem.store.kept = Kept(1 << 20)
    large = join(problem, pipeline())
    train = np.arange(0, 60)
    some = select(problem, large, pipeline(), train)
    problem.store.kept = Kept(1 << 20)
    monkeypatch.setattr(joined, "_MOST_FLOATS", 10**9)
    assert np.array_equal(
        some, select(problem, whole, pipeline(), np.intersect1d(train, large.rows))
    )


def test_the_finals_are_on_all_lines(monkeypatch):
    monkeypatch.setattr(stages, "SEARCHED_LINES", 60)
    values, label = samples.signals(n=200)
    data = label_signals(values, label)
    seen = []
    result = search(
        data,
        budget=None,
        candidates=12,
        jobs=1,
        estimate=False,
        on_progress=lambda state: seen.append(state.phase),
    )
    assert "finals" in seen
    assert all(entry.fitted is not None for entry in result.evaluations)
    _, outputs = result.best.held_out
    assert len(outputs) == 200 and not np.isnan(outputs).any()
    context = make_context(data)
    again = context.complete(result.best.evaluation)
    assert again.split_scores == result.best.evaluation.split_scores


def test_what_is_kept_in_memory_stays_within_its_bound():
    kept, made = Kept(100), []

    def value(key: int, size: int):
        return kept.get(key, lambda: made.append(key) or key, lambda _: size)

    for key in range(5):
        assert value(key, 30) == key
    assert made == [0, 1, 2, 3, 4]
    value(4, 30), value(2, 30)
    assert made == [0, 1, 2, 3, 4], "the most recent three are there"
    value(0, 30), value(3, 30)
    assert made[5:] == [0, 3], "0 fell out first, then 3, which was used longest ago"
    value(9, 101), value(9, 101)
    assert made[-2:] == [9, 9], "what is larger than the bound is not kept"


def test_the_store_forgets_what_was_not_used_for_longest(problem, monkeypatch):
    monkeypatch.setattr(store, "_DISK_BYTES", 400_000)
    monkeypatch.setattr(store, "_LOOK_AFTER", 50_000)
    for number in range(40):
        problem.store.array(f"made_{number}", lambda: np.zeros(10_000, np.float32))
    held = sum(file.stat().st_size for file in problem.store.folder.glob("*.npy"))
    assert held <= 450_000 and (problem.store.folder / "plain.npy").exists()
    assert (problem.store.folder / "made_39.npy").exists()
    assert not (problem.store.folder / "made_0.npy").exists()


def test_evaluations_do_not_hang_on_what_is_kept(problem):
    context = make_context(samples.labelled(n=90))
    splits = list(context.splits)
    first = evaluate(problem, splits, pipeline())
    warm = evaluate(problem, splits, pipeline())
    problem.store.kept = Kept(0)
    cold = evaluate(problem, splits, pipeline())
    assert first.split_scores == warm.split_scores == cold.split_scores
    assert first.score == warm.score == cold.score


@pytest.mark.parametrize("label", [np.arange(120) % 3, np.repeat([0, 1, 2], [98, 12, 10])])
def test_every_class_takes_part_in_the_selection(label, tmp_path, monkeypatch):
    """Each so many-th line would miss a class whose lines come in turn, or that is rare."""
    values, _ = samples.signals(n=120)
    problem = make_context(label_signals(values, label)).problem(tmp_path)
    monkeypatch.setattr(
        joined, "_MOST_FLOATS", 120 * join(problem, pipeline()).pool.n_features // 3
    )
    monkeypatch.setattr(joined, "_FEWEST", 5)
    problem.store.kept = Kept(1 << 20)
    rows = join(problem, pipeline()).rows
    assert len(rows) < 60
    assert all((label[rows] == kind).sum() >= 5 for kind in range(3))


def test_an_interrupted_search_of_many_lines_has_a_library_of_all_of_them(monkeypatch):
    monkeypatch.setattr(stages, "SEARCHED_LINES", 60)
    data = label_signals(*samples.signals(n=150))

    def interrupt(state):
        if state.phase == "search" and state.best is not None:
            raise KeyboardInterrupt

    result = search(data, budget=None, candidates=9, jobs=1, estimate=False, on_progress=interrupt)
    assert result.stopped == "interrupted"
    _, outputs = result.best.held_out
    assert len(outputs) == 150
    assert [shown.number for shown in result.leaderboard] == [result.best.number]


def test_a_finalist_too_large_for_all_lines_gives_way(monkeypatch):
    """Forests grow with the lines: what fits those that were searched may not fit all."""
    monkeypatch.setattr(stages, "SEARCHED_LINES", 60)
    data = label_signals(*samples.signals(n=300, seed=3))
    refused = []
    evaluated = stages.worker.complete

    def first_refused(setup, entry):
        found = evaluated(setup, entry)
        if not refused:
            refused.append(entry.number)
            return replace(found, complete=False, refused="flash")
        return found

    monkeypatch.setattr(stages.worker, "complete", first_refused)
    result = search(data, budget=None, candidates=6, jobs=1, estimate=False)
    assert result.best.number != refused[0]
