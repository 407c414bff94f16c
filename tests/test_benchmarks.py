"""A short form of the benchmarks: they run, and their tables hold what they should."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from benchmarks import anomaly, desktop, detectors
from sklearn.metrics import r2_score

ROOT = Path(__file__).resolve().parents[1]
DATA = Path(os.environ.get("KINGLET_DATA", ROOT.parent / "shared" / "data"))


needs_data = pytest.mark.skipif(
    not (DATA / "ncc").is_dir(), reason="no data sets beside the checkout nor in KINGLET_DATA"
)


def in_short(benchmark, name, folder, *more):
    """Run a benchmark of quality over one set for a few seconds; its figures."""
    run = subprocess.run(
        [
            sys.executable, "-m", f"benchmarks.{benchmark}", "--sets", name,
            "--seeds", "0", "--budget", "6s", "--no-peers", "--results", str(folder),
            *more,
        ],
        cwd=ROOT, capture_output=True, text=True,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    assert name in (folder / f"{benchmark}.md").read_text()
    return json.loads((folder / f"{benchmark}.json").read_text())


@needs_data
def test_classification_in_short(tmp_path):
    entry = in_short("classification", "basic_motions", tmp_path)["basic_motions"]
    assert entry["kinglet"][0]["test"] > 0.9


@needs_data
def test_anomaly_in_short(tmp_path):
    entry = in_short("anomaly", "ecg_beats", tmp_path)["ad"]["ecg_beats"]
    assert entry["Kinglet"][0]["auc"] > 0.9


@needs_data
def test_extrapolation_in_short(tmp_path):
    entry = in_short("extrapolation", "fan_speed", tmp_path, "--candidates", "2")["fan_speed"]
    assert entry["kinglet"][0]["test"] > 0.9
    more = entry["more"][0]["2"]
    assert more["best_in_hindsight"] >= more["recommended"] > 0.9


@needs_data
def test_outlier_in_short(tmp_path):
    entry = in_short("outlier", "toothbrushing", tmp_path)["toothbrushing"]
    assert entry["kinglet"][0]["auc"] > 0.85


@needs_data
def test_convert_in_short(tmp_path):
    for runs in in_short("convert", "basic_motions", tmp_path)["basic_motions"].values():
        assert set(runs) == {"Kinglet size", "Kinglet speed"}
        assert all(run["agree"] == 1 for run in runs.values())


def test_without_data_it_says_so(tmp_path):
    run = subprocess.run(
        [sys.executable, "-m", "benchmarks.classification"],
        cwd=ROOT, capture_output=True, text=True, env=os.environ | {"KINGLET_DATA": str(tmp_path)},
    )  # fmt: skip
    assert run.returncode != 0 and "KINGLET_DATA" in run.stderr


def write_lines(path, values):
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savetxt(path, np.asarray(values).reshape(len(values), -1), delimiter=",", fmt="%.6g")


@pytest.fixture
def signals(tmp_path):
    """Signals of noise on two axes; abnormal ones are three times as strong."""
    rng = np.random.default_rng(0)
    folder = tmp_path / "ad" / "noise"
    for part, count in (("train", 60), ("test", 40)):
        for name, strength in (("normal", 1), ("abnormal", 3)):
            x = strength * rng.normal(size=(count, 64, 2))
            write_lines(folder / part / f"{name}.csv", x)
    (folder / "meta.json").write_text('{"axes": 2, "sampling_hz": null}')
    return folder


@pytest.fixture
def streams(tmp_path):
    """Two streams of one kind of machine, each at a level of its own, each with a fault."""
    rng = np.random.default_rng(1)
    folder = tmp_path / "multisensor" / "levels"
    write_lines(folder / "train" / "normal.csv", rng.normal(size=(120, 2)))
    for name, level in (("a", 0), ("b", 100)):
        write_lines(folder / "train" / f"{name}_normal.csv", level + rng.normal(size=(120, 2)))
        truth = np.repeat([0, 1, 0], 50)
        stream = level + rng.normal(size=(150, 2)) + 9 * truth[:, None]
        write_lines(folder / "test" / f"{name}.csv", stream)
        write_lines(folder / "test" / f"{name}_labels.csv", truth)
    (folder / "meta.json").write_text('{"axes": 2, "sampling_hz": 2}')
    return folder


def test_desk_detectors_find_strong_signals(signals):
    runs = anomaly.run_desk(signals, seed=0)
    assert len(runs) == len(detectors.DETECTORS) * len(detectors.FEATURES["ad"])
    for name, run in runs.items():
        assert run["auc"] > 0.95, name
        assert run["false_alarms"] <= 15, name


def test_desk_detectors_learn_each_stream_from_its_own_start(streams):
    for name, run in anomaly.run_desk(streams, seed=0).items():
        assert run["auc"] > 0.85, name
        # Learned from the other stream, every line would be an alarm.
        assert run["balanced_accuracy"] > 0.7, name


def test_history_never_looks_ahead():
    x = np.random.default_rng(2).normal(size=(50, 3))
    changed = x.copy()
    changed[30:] += 5
    before, after = detectors.history(x), detectors.history(changed)
    np.testing.assert_array_equal(before[:30], after[:30])
    assert np.all(before[30] != after[30])
    np.testing.assert_allclose(before[40, 6:9], x[25:41].mean(axis=0))
    np.testing.assert_allclose(before[40, 9:], x[25:41].std(axis=0))


CALLS = ("learn", "detect")
FIGURES = ("flash_bytes", "ram_bytes", "knowledge_bytes", "score", "candidates", "seconds")


class Device:
    """Answers as `kinglet make` and `kinglet emulate` do: the strength of a line is its score."""

    def __init__(self):
        self.learned, self.made = [], []

    def __call__(self, command, *arguments):
        if command == "make":
            self.made.append(arguments)
            calls = {f"neai_anomalydetection_{name}": {"time_ms": 1.0} for name in CALLS}
            figures = dict.fromkeys(FIGURES, 5000) | {"pipeline_text": "strength"}
            return figures | {"balanced_accuracy": 0.9, "calls": calls}
        if "--learn" in arguments:
            self.learned.append(Path(arguments[-1]).read_text().splitlines())
        strength = np.loadtxt(arguments[1], delimiter=",", ndmin=2).std(axis=1)
        rows = [{"score": s, "similarity": 100 if s < 2 else 80} for s in strength.tolist()]
        rows[0]["score"] = None
        return {"signals": rows}


def test_kinglet_learns_signals_shuffled_and_streams_in_order(signals, streams, monkeypatch):
    device = Device()
    monkeypatch.setattr(anomaly, "kinglet", device)
    runs = anomaly.run_kinglet(signals, 1, "5s")
    lines = (signals / "train" / "normal.csv").read_text().splitlines()
    assert device.learned[0] != lines and sorted(device.learned[0]) == sorted(lines)
    assert "--multisensor" not in device.made[0]
    for run in runs.values():
        assert (run["auc"], run["balanced_accuracy"], run["false_alarms"]) == (1, 1, 0)
        assert run["unscored"] == 2
    assert set(runs) == {"Kinglet", "Kinglet, pretrained"}

    device.learned.clear()
    assert set(anomaly.run_kinglet(streams, 1, "5s")) == {"Kinglet"}
    own = [(streams / "train" / f"{name}_normal.csv").read_text().splitlines() for name in "ab"]
    assert device.learned == own
    assert {"--multisensor", "--rate"} < set(device.made[1])
    assert not any(argument.startswith("abnormal=") for argument in device.made[1])


def test_tables_hold_sets_detectors_and_means():
    def run(auc):
        return {"auc": auc, "balanced_accuracy": 0.5, "false_alarms": 2, "detection": 40}

    made = {
        "balanced_accuracy": None, "flash_bytes": 5000, "ram_bytes": 1000,
        "knowledge_bytes": 800, "time_ms": 1.5, "learn_time_ms": None, "pipeline_text": "steps",
    }  # fmt: skip
    own = run(0.9) | {"library": made, "unscored": 3}
    entries = {
        "first": {"Kinglet": [own, own], "kNN": [run(0.5), run(0.7)]},
        "second": {"Kinglet": [own, own], "kNN": [run(0.8), run(0.8)]},
    }
    text = anomaly.markdown({"multisensor": entries}, "60s")
    assert "| set | Kinglet | kNN |" in text
    assert "| first | 0.900 | 0.600 |" in text
    assert "| **mean** | 0.900 | 0.700 |" in text
    assert "| **mean** | 2.0 | 2.0 |" in text
    assert "| first |  | 5000 | 1000 | 800 | 1.50 |  | 0.900 0.900 | 6 | steps |" in text


@pytest.mark.parametrize("name", ["random forest", "ridge"])
def test_desk_regressions_find_the_level_of_a_signal(name):
    pytest.importorskip("aeon")
    rng = np.random.default_rng(6)
    y, y_test = rng.normal(size=(2, 60))
    x, x_test = (
        (level[:, None, None] + 0.1 * rng.normal(size=(60, 8, 2))).astype(np.float32)
        for level in (y, y_test)
    )
    predicted = desktop.REGRESSIONS[name](x, y, x_test)
    assert r2_score(y_test, predicted) > 0.9
