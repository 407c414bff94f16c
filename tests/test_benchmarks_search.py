"""A short form of the benchmarks of the search, and of how they read a search."""

import json
import os
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from benchmarks.search import sets
from benchmarks.search.chosen import SEARCHED, Judge, chooser, main_metric, say
from benchmarks.search.question import Question, Setting
from benchmarks.search.recorded import record

from kinglet.record import CLASSIFICATION, EXTRAPOLATION, Shape
from kinglet.search import Space
from kinglet.signals import label_signals
from kinglet.tasks import TASKS

ROOT = Path(__file__).resolve().parents[1]
DATA = Path(os.environ.get("KINGLET_DATA", ROOT.parent / "shared" / "data"))

needs_data = pytest.mark.skipif(
    not (DATA / "ncc").is_dir(), reason="no data sets beside the checkout nor in KINGLET_DATA"
)
SHORT = Setting(seconds=1, jobs=1, seeds=(0,))


def made(seed, count=60):
    """Three classes of noise, each a little stronger than the one before."""
    rng = np.random.default_rng(seed)
    label = np.arange(count) % 3
    return rng.normal(size=(count, 32, 2)) * (1 + 0.4 * label[:, None, None]), label


@pytest.fixture(scope="module")
def recorded():
    x, y = made(0)
    data = label_signals(x, y)
    choices = {"task": CLASSIFICATION, "max_ram": 16 << 10, "max_flash": 32 << 10, "seed": 0}
    return record(data, choices, seconds=3, jobs=1)


def test_a_record_holds_every_candidate_when_it_became_known(recorded):
    assert len(recorded.entries) == recorded.result.evaluated > 5
    assert (np.diff(recorded.moments) >= 0).all()
    assert recorded.moments[0] > 0 and recorded.moments[-1] <= recorded.result.seconds
    for point in recorded.result.history:
        assert recorded.seconds_to(point["score"]) == pytest.approx(point["seconds"], abs=0.5)
    assert recorded.seconds_to(recorded.best_score + 1) is None
    known = recorded.until(recorded.moments[2])
    assert 3 <= len(known) < len(recorded.entries)
    assert any(entry.complete for entry in recorded.until(0))


def test_the_chooser_recommends_what_the_search_did(recorded):
    result = recorded.result
    with chooser(result.context) as rules:
        assert rules.recommended(recorded.entries).number == result.best.number
        first = next(entry for entry in recorded.entries if entry.complete)
        assert rules.recommended([first]).number == first.number


def test_the_chooser_lets_the_drawn_lead_on_fresh_splits_only(recorded):
    complete = [entry for entry in recorded.entries if entry.complete]
    best = max(complete, key=lambda entry: entry.mean)
    poor = replace(best, known=True, number=-1, split_scores=(0.3,) * len(best.split_scores))
    drawn = replace(best, known=False)
    with chooser(recorded.result.context) as rules:
        # As good as each other on fresh splits, for they are the same: the proved one stays.
        assert rules.recommended([poor, drawn]).number == poor.number


def test_the_judge_says_what_the_library_says(recorded):
    result = recorded.result
    values, label = made(1)
    values = values.astype(np.float32)
    outputs = say(result.best.fitted, values)
    metric = main_metric(result.context.task, label, outputs)
    assert metric > 0.5
    judge = Judge(result.context, values, label)
    assert judge.metric(result.best.evaluation) == metric
    library = result.best.build()
    np.testing.assert_array_equal(library.emulate(values).outputs, outputs)


@needs_data
def test_halves_share_no_line_and_are_made_of_blocks():
    known = sets.find("hand_gestures")
    whole = known.train()
    searched, measured = sets.halves(whole, TASKS[known.task], 4)
    together = np.sort(np.concatenate([searched, measured]))
    np.testing.assert_array_equal(together, np.arange(len(whole.signals)))
    assert len(searched) == len(measured)
    for number in np.unique(whole.signals.file):
        side = np.isin(np.flatnonzero(whole.signals.file == number), searched)
        assert np.count_nonzero(np.diff(side)) == 3


@needs_data
@pytest.mark.parametrize("question", ["convergence", "curse", "honest", "portfolio"])
def test_questions_of_quality_in_short(question):
    main = pytest.importorskip("benchmarks.search.__main__", exc_type=ImportError)
    asked = main.QUESTIONS[question]
    run = asked.measure("basic_motions", SHORT)
    text = asked.markdown({"basic_motions": json.loads(json.dumps(run))}, SHORT)
    assert "| basic_motions |" in text
    if question == "convergence":
        (after,) = run["after"].values()
        assert after["test"] > 0.9 and run["seconds_to_near"] <= run["seconds_to_best"]
        assert after["candidates"] <= run["candidates"] and 0.5 < SEARCHED < 1
    elif question == "curse":
        end = run["first"][str(run["candidates"])]
        assert set(end["test"]) > {"recommended", "simplest", "ensemble"}
        assert all(value > 0.9 for value in end["test"].values())
    elif question == "honest":
        assert run["test"] > 0.9 and "search shows" in text
    else:
        (starts,) = run["seeds"]
        assert max(each["final_score"] for each in starts.values()) > 90
        assert starts["none"]["candidates"] > 0


@needs_data
def test_speed_in_short():
    speed = pytest.importorskip("benchmarks.search.speed")
    run = speed.measure("basic_motions", Setting(seconds=3, jobs=1, seeds=(0,)))
    assert run["all"]["candidates"] >= run["drawn"]["candidates"]
    assert 1 <= run["all"]["splits_each"] <= 10
    assert "after the portfolio" in speed.markdown({"basic_motions": run}, SHORT)


def test_the_plain_loop_runs_candidates_of_every_kind():
    plain = pytest.importorskip("benchmarks.search.plain")
    x, y = made(2)
    values = x.astype(np.float32)
    portfolio = Space(CLASSIFICATION, Shape(32, 2), 0).portfolio
    kinds = {pipeline.model.name: pipeline for pipeline in portfolio}
    split = TASKS[CLASSIFICATION].splits(label_signals(x, y), 0)[0]
    seconds = plain.seconds_each(list(kinds.values()), values, y, split)
    assert len(seconds) == len(kinds) > 3 and min(seconds) > 0


@needs_data
def test_strategies_in_short():
    pytest.importorskip("optuna")
    from benchmarks.search import strategies

    run = strategies.measure("basic_motions", SHORT)
    assert set(run) == {"evolution", "random", "TPE"}
    assert all(seeds[0]["held_out"] > 0.8 for seeds in run.values())
    assert "held out, recommended: TPE" in strategies.markdown({"basic_motions": run}, SHORT)


@pytest.mark.parametrize("task", [CLASSIFICATION, EXTRAPOLATION])
def test_tpe_knows_the_portfolio_and_asks_for_nothing_twice(task):
    optuna = pytest.importorskip("optuna")
    from benchmarks.search.tpe import Tpe

    space = Space(task, Shape(64, 3), 0)
    strategy = Tpe(space, lambda pipeline: "")
    for pipeline in space.portfolio:
        trial = optuna.trial.FixedTrial(strategy._parameters(pipeline))
        built = strategy._build(trial, pipeline.model.name)
        # Of a small pool there may be fewer features than the portfolio asks for.
        assert (built.branches, built.scale, built.model) == (
            *(pipeline.branches, pipeline.scale),
            pipeline.model,
        )
    asked = [strategy.ask(index, []) for index in range(len(space.portfolio) + 40)]
    assert [batch[0] for batch in asked[: len(space.portfolio)]] == space.portfolio
    assert len({batch[0] for batch in asked}) == len(asked)
    families = [batch[0].model.name for batch in asked[len(space.portfolio) :]]
    assert set(families) == set(space.models)


def test_memory_of_a_process_and_its_children_is_seen(tmp_path):
    psutil = pytest.importorskip("psutil")
    from benchmarks.search import memory

    hold = "x = bytearray(b'1') * (64 << 20); import time; time.sleep(1.5)"
    child = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {hold!r}])"
    peak = memory.watch(psutil.Popen([sys.executable, "-c", child]))
    assert 64 < peak["pss_mib"] < 200
    files = memory.write_files(tmp_path, 50)
    first = np.loadtxt(files[0], delimiter=",")
    assert first.shape == (10, memory.LENGTH * memory.AXES) and np.ptp(first) > 0


def test_what_was_measured_is_kept_and_resumed(tmp_path, monkeypatch):
    main = pytest.importorskip("benchmarks.search.__main__", exc_type=ImportError)
    measured = []

    def measure(name, setting):
        if name == "fails":
            raise RuntimeError
        measured.append(name)
        return {"seconds": setting.seconds}

    def markdown(runs, setting):
        return ", ".join(runs) + f" in {setting.seconds:g} s"

    question = Question("asked", "Asked", Setting(9, 1, (0,)), ("a", "fails"), measure, markdown)
    monkeypatch.setattr(main, "QUESTIONS", {"asked": question})

    def call(*arguments):
        monkeypatch.setattr(sys, "argv", ["search", "--results", str(tmp_path), *arguments])
        main.main()
        return (tmp_path / "search.md").read_text()

    with pytest.raises(RuntimeError):
        call()
    assert "a in 9 s" in (tmp_path / "search.md").read_text()
    assert "a, b in 9 s" in call("--sets", "a,b", "--resume")
    assert measured == ["a", "b"]
    assert "a, b in 9 s" in call("--sets", "a")
    assert measured == ["a", "b", "a"]
    assert "\n\nb in 5 s" in call("--sets", "b", "--seconds", "5", "--resume")
