"""The search: honest, deterministic, within the limits, and it ends as it should."""

import json
import os
import signal
import subprocess
import sys
import threading

import numpy as np
import pytest

from kinglet.costs import Sizes
from kinglet.errors import InputError, NothingFitsError
from kinglet.record import Shape
from kinglet.search import search, worker
from kinglet.search.board import pareto, ranked, recommended
from kinglet.search.evaluate import Evaluation
from kinglet.search.executors import interrupts_held
from kinglet.search.portfolio import portfolio_of
from kinglet.signals import label_signals
from kinglet.tasks import TASKS
from kinglet.workflow import build_best
from tests import samples


@pytest.fixture(scope="module")
def result():
    return search(samples.labelled(), budget=None, candidates=14, jobs=1, estimate=False)


def test_finds_what_is_there_to_find(result):
    assert result.best.score > 97
    assert result.evaluated == 14 and result.stopped == "candidates"
    values, label = samples.signals(n=90, seed=7)
    predicted = result.best.build().predict(values)
    assert (predicted == np.array(samples.CLASSES)[label]).mean() > 0.95


def test_noise_is_not_learned():
    values, _ = samples.signals()
    label = np.random.default_rng(3).permutation(len(values)) % 3
    data = label_signals(values, label)
    best = search(data, budget=None, candidates=12, jobs=1, estimate=False).best
    assert min(s for s in best.evaluation.split_scores) < 0.55
    assert best.summary()["balanced_accuracy"] < 0.6


def test_every_line_is_held_out_and_told(result):
    rows = result.best.rows()
    assert [row["signal"] for row in rows] == list(range(60))
    assert all(sum(row["probabilities"]) == pytest.approx(1, abs=1e-5) for row in rows)
    kind, outputs = result.best.held_out
    assert kind in ("random", "block") and not np.isnan(outputs).any()


def test_leaderboard_is_the_pareto_front(result):
    front = pareto(result.evaluations)
    assert front[0] is ranked(result.evaluations)[0]
    for entry in result.evaluations:
        costs = (entry.sizes.flash_bytes, entry.sizes.ram_bytes, entry.sizes.cycles)
        better = [
            other
            for other in front
            if other.score >= entry.score
            and other.sizes.flash_bytes <= costs[0]
            and other.sizes.ram_bytes <= costs[1]
            and other.sizes.cycles <= costs[2]
        ]
        assert better, "something that is not on the board beats all that is"


def evaluation(mean: float, known: bool, fresh: float | None = None) -> Evaluation:
    pipeline = portfolio_of("classification", Shape(64, 3))[known]
    sizes = Sizes(1000, 5000, 1e5)
    again = () if fresh is None else (fresh, fresh)
    return Evaluation(pipeline, (mean, mean), True, sizes=sizes, known=known, fresh=again)


def order(entries, n_signals=100, **rules):
    task = TASKS["classification"]
    return recommended(entries, lambda mean: task.standard_error(mean, n_signals), **rules)


def test_a_drawn_candidate_must_beat_the_portfolio_on_fresh_splits_by_more_than_luck():
    proved = evaluation(0.90, True, 0.90)
    close, far = evaluation(0.92, False, 0.92), evaluation(0.99, False, 0.99)
    lucky = evaluation(0.99, False, 0.91)
    assert order([close, proved]) == [proved, close]
    assert order([close, proved], 10_000) == [close, proved]
    assert order([far, proved]) == [far, proved]
    assert order([lucky, proved]) == [proved, lucky], "what the search saw does not count"
    assert order([close, far]) == [far, close]


def test_the_more_were_drawn_the_more_a_drawn_candidate_must_show():
    proved, better = evaluation(0.90, True, 0.90), evaluation(0.95, False, 0.95)
    assert order([better, proved], 200, tried=2)[0] is better
    assert order([better, proved], 200, tried=10_000)[0] is proved
    assert order([better, proved], 10_000, tried=10_000)[0] is better
    assert order([better, proved], 10_000, tried=2, unsure=True)[0] is proved


def test_result_is_json_with_everything(result):
    document = json.loads(json.dumps(result.to_json()))
    for name in (
        "score", "balanced_accuracy", "balanced_accuracy_interval", "accuracy", "f1_macro", "mcc",
        "recall", "certainty", "confusion_matrix", "splits", "history", "pipeline", "leaderboard",
        "candidates", "seconds", "versions", "seed", "out_of_fold", "limits", "pipeline_text",
    ):  # fmt: skip
        assert name in document
    interval = document["balanced_accuracy_interval"]
    assert interval["low"] <= document["balanced_accuracy"] <= interval["high"]
    assert sum(map(sum, document["confusion_matrix"])) == 60
    history = [entry["score"] for entry in document["history"]]
    assert history == sorted(history)
    # Once linked its thrift is known exactly, which a search can only guess.
    best = max(entry["score"] for entry in document["leaderboard"])
    assert history[-1] == pytest.approx(best, abs=1)


def test_same_seed_same_bytes_whatever_the_jobs(tmp_path):
    data = samples.labelled()
    one = search(data, budget=None, candidates=22, jobs=1, estimate=False, seed=5)
    two = search(data, budget=None, candidates=22, jobs=2, estimate=False, seed=5)
    assert [e.pipeline for e in one.evaluations] == [e.pipeline for e in two.evaluations]
    assert [e.score for e in one.evaluations] == [e.score for e in two.evaluations]
    first = one.best.build().save(tmp_path / "one.zip").read_bytes()
    assert first == two.best.build().save(tmp_path / "two.zip").read_bytes()


def best_of_each_structure(result):
    found = {}
    for entry in result.evaluations:
        found.setdefault((entry.pipeline.branches, entry.pipeline.selection.name), entry.pipeline)
    return list(found.values())[:5]


def test_racing_changes_no_winner(monkeypatch):
    data = samples.labelled(n=45)
    known = {"budget": None, "candidates": 40, "jobs": 1, "estimate": False, "strategy": "random"}
    raced = search(data, **known)
    monkeypatch.setattr(worker, "RACED", 10**9)
    full = search(data, **known)
    assert len(full.evaluations) > len(raced.evaluations), "nothing was stopped"
    assert best_of_each_structure(raced) == best_of_each_structure(full)


@pytest.mark.parametrize(
    "limits", [{"max_flash": 4200}, {"max_ram": 700}, {"max_time": 0.0004}], ids=str
)
def test_limits_hold_for_what_is_built(limits):
    result = search(
        samples.labelled(), budget=None, candidates=24, jobs=1, estimate=False, **limits
    )
    assert sum(result.refused.values()) > 0
    built = []
    for candidate in result.leaderboard[:3]:
        try:
            sizes = candidate.build().sizes()
        except NothingFitsError:  # told from what was measured: time is predicted, not known
            assert "max_time" in limits
            continue
        built.append(sizes)
        assert sizes["flash_bytes"] == candidate.sizes.flash_bytes
        assert sizes["ram_bytes"] == candidate.sizes.ram_bytes
    _, library = build_best(result)
    for sizes in (*built, library.sizes()):
        assert sizes["flash_bytes"] <= limits.get("max_flash", 1e9)
        assert sizes["ram_bytes"] <= limits.get("max_ram", 1e9)
        assert sizes["time_ms"] <= 1e3 * limits.get("max_time", 1e9)


def test_nothing_fits_names_the_limit():
    with pytest.raises(NothingFitsError, match="--max-flash"):
        search(samples.labelled(), budget=None, candidates=4, jobs=1, estimate=False, max_flash=500)


def test_ten_lines_a_class_and_two_classes():
    values, label = samples.signals(n=30)
    keep = label < 2
    data = label_signals(values[keep], label[keep])
    result = search(data, budget=None, candidates=6, jobs=1, estimate=False)
    assert result.best.score > 90
    assert result.best.build().predict_proba(values).shape == (30, 2)


@pytest.mark.parametrize("shape", [(2, 1), (4, 2), (8, 1), (8192, 1), (16, 16)])
def test_every_length_and_number_of_axes_works(shape):
    rng = np.random.default_rng(0)
    label = np.arange(24) % 2
    values = rng.normal(size=(24, *shape)) + 3 * label[:, None, None]
    result = search(
        label_signals(values, label), budget=None, candidates=23, jobs=1, estimate=False
    )
    assert result.best.score > 80
    library = result.best.build()
    assert (library.predict(values.astype(np.float32)) == label.astype(str)).mean() > 0.9


def test_constant_signals_are_told():
    data = label_signals(np.ones((24, 64, 1)), np.arange(24) % 2)
    with pytest.raises(NothingFitsError, match="constant"):
        search(data, budget=None, candidates=4, jobs=1, estimate=False)


def test_recordings_are_never_torn():
    values, label = samples.signals(n=60)
    group = np.arange(60) // 6
    data = label_signals(values, label, group=group)
    result = search(data, budget=None, candidates=3, jobs=1, estimate=False)
    for split in result.context.splits:
        assert not set(group[split.train]) & set(group[split.test])


def test_a_budget_of_time_ends_the_search():
    result = search(samples.labelled(), budget=3.0, jobs=2)
    assert result.stopped == "budget" and result.evaluated >= 1
    # What was in flight may end; of a search without end hundreds would have been evaluated.
    assert result.history[-1]["seconds"] <= result.seconds + 0.01  # rounded


def test_a_budget_too_short_still_gives_a_library():
    result = search(samples.labelled(), budget=0.01, jobs=2)
    assert result.evaluated >= 1 and result.best.build().footprint.flash_bytes > 0


def test_progress_is_told():
    seen = []
    search(
        samples.labelled(),
        budget=None,
        candidates=5,
        jobs=1,
        estimate=False,
        on_progress=seen.append,
    )
    assert {state.phase for state in seen} == {"prepare", "search", "link"}
    shares = [state.share for state in seen if state.phase == "search"]
    assert shares == sorted(shares) and shares[-1] == 1.0
    assert seen[-1].best is not None and seen[-1].evaluated == 5


def test_journal_has_a_line_for_each_candidate(tmp_path):
    path = tmp_path / "search.jsonl"
    result = search(
        samples.labelled(), budget=None, candidates=7, jobs=1, estimate=False, journal=path
    )
    header, *lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert header["schema"] == 2 and header["task"] == "classification"
    assert [line["number"] for line in lines] == list(range(7))
    best = max(line["score"] or 0 for line in lines)
    assert best == pytest.approx(result.best.score, abs=1), "thrift is exact once linked"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"task": "nonsense", "candidates": 1}, "nonsense"),
        ({"budget": None}, "budget"),
        ({"target": "ESP32", "candidates": 1}, "ESP32"),
        ({"target": "no such part", "candidates": 1}, "no such part"),
        ({"budget": 0.0}, "budget"),
        ({"candidates": 0}, "candidates"),
        ({"seed": -1, "candidates": 1}, "seed"),
        ({"optimise": "fast", "candidates": 1}, "fast"),
    ],
)
def test_unusable_arguments(arguments, words):
    with pytest.raises(InputError, match=words):
        search(samples.labelled(), **arguments)


@pytest.mark.skipif(os.name == "nt", reason="sends a signal of Unix")
def test_an_interrupt_while_a_worker_starts_is_not_lost():
    held, ended = False, threading.Event()
    other = threading.Thread(target=ended.wait)  # it could hear it in place of this one
    other.start()
    # What runs in the background of a shell is deaf to Ctrl-C from the start.
    heard = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt), interrupts_held():
            os.kill(os.getpid(), signal.SIGINT)
            held = True  # it comes through after this, not before
    finally:
        signal.signal(signal.SIGINT, heard)
        ended.set()
    assert held


@pytest.mark.skipif(os.name == "nt", reason="sends a signal of Unix")
def test_interrupt_ends_with_the_best_so_far(tmp_path):
    script = tmp_path / "run.py"
    script.write_text(
        "import signal\nfrom tests import samples\nfrom kinglet.search import search\n"
        "if __name__ == '__main__':\n"
        "    signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "    result = search(samples.labelled(), budget=300, jobs=2,\n"
        "                    on_progress=lambda s: print(s.evaluated, flush=True))\n"
        "    print(result.stopped, result.best.score > 0, flush=True)\n"
    )
    process = subprocess.Popen(
        [sys.executable, str(script)], stdout=subprocess.PIPE, text=True, env=os.environ | {
            "PYTHONPATH": str(samples.__file__).rsplit("tests", 1)[0]
        },
    )  # fmt: skip
    assert process.stdout is not None
    for line in process.stdout:
        if line.strip().isdigit() and int(line) >= 6:
            process.send_signal(signal.SIGINT)
            break
    rest = process.stdout.read()
    assert process.wait(timeout=60) == 0
    assert rest.splitlines()[-1] == "interrupted True"


@pytest.mark.skipif(os.name == "nt", reason="sends a signal of Unix")
def test_a_killed_worker_is_told_in_one_sentence(tmp_path):
    script = tmp_path / "run.py"
    script.write_text(
        "import multiprocessing, os, signal\nfrom tests import samples\n"
        "from kinglet.search import search\nfrom kinglet.errors import WorkerError\n"
        "def kill(state):\n"
        "    if state.evaluated >= 2:\n"
        "        os.kill(multiprocessing.active_children()[0].pid, signal.SIGKILL)\n"
        "if __name__ == '__main__':\n"
        "    try:\n"
        "        search(samples.labelled(), budget=300, jobs=2, on_progress=kill)\n"
        "    except WorkerError as error:\n"
        "        print(error, flush=True)\n"
    )
    root = str(samples.__file__).rsplit("tests", 1)[0]
    run = subprocess.run(
        [sys.executable, str(script)], env=os.environ | {"PYTHONPATH": root},
        capture_output=True, text=True, timeout=280,
    )  # fmt: skip
    assert "worker process" in run.stdout and "Traceback" not in run.stderr
