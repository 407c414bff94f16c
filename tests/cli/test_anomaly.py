"""Anomaly detection on the command line: from files to a library, of signals and of a stream."""

import json
import zipfile
from types import SimpleNamespace

import numpy as np
import pytest

from kinglet.library import Emulator
from tests.cli.running import kinglet, refused


@pytest.fixture(scope="module")
def stream(machine_files, tmp_path_factory) -> SimpleNamespace:
    out = tmp_path_factory.mktemp("stream")
    run = kinglet(
        "make", "--task", "anomaly", "--multisensor", "--axes", 2, "--out", out, "--candidates", 2,
        "--jobs", 1, "--model", "evt", "--forget", 100, f"normal={machine_files['stream']}",
    )  # fmt: skip
    assert run.code == 0, run.err
    document = json.loads((out / "result.json").read_text())
    return SimpleNamespace(zip=out / "library.zip", document=document, run=run)


def test_make_leaves_library_result_and_journal(fan):
    names = {path.name for path in fan.out.iterdir()}
    assert names == {"library.zip", "result.json", "search"}
    document = fan.document
    assert json.loads((fan.out / "result.json").read_text()) == document
    assert document["task"] == "anomaly" and document["classes"] == ["normal", "abnormal"]
    assert document["abnormal_signals"] == "given"
    for name in (
        "false_alarms", "detection", "balanced_accuracy_interval", "auc", "similarity", "votes",
        "sensitivity", "machines", "learning_curve", "minimum_learning", "knowledge_bytes",
        "more_signals_needed", "false_alarms_after_one_block", "ram_bytes", "out_of_fold",
        "warnings",
    ):  # fmt: skip
        assert name in document
    assert [call.rpartition("_")[2] for call in document["calls"]] == ["learn", "detect"]
    assert document["time_ms"] == max(call["time_ms"] for call in document["calls"].values())
    with zipfile.ZipFile(fan.zip) as file:
        metadata = json.loads(file.read("metadata.json"))
        assert b"neai_anomalydetection_learn" in file.read("NanoEdgeAI.h")
        assert not [name for name in file.namelist() if "micropython" in name]
    for name in ("minimum_learning", "knowledge_bytes", "ram_bytes"):
        assert metadata[name] == document[name]


def test_a_stream_end_to_end(stream, machine_files):
    document = stream.document
    assert (document["length"], document["axes"]) == (1, 2)
    assert document["abnormal_signals"] == "imitated"
    for words in ("imitated anomalies", "3 of 5", "worst score after", "learn at least"):
        assert words in stream.run.out
    # What the search found is told as what reading the files found is.
    assert any("regimes" in text for text in document["warnings"])
    assert [stream.run.err.count(text) for text in document["warnings"]].count(1) == len(
        document["warnings"]
    )
    assert {each["kind"] for each in document["splits"]["each"]} == {"block"}
    run = kinglet(
        "emulate", stream.zip, machine_files["odd"], "--learn", machine_files["stream"],
        "--learn-lines", "1-50", "--json",
    )  # fmt: skip
    judged = json.loads(run.out)
    assert judged["summary"]["learned"] == 50 and len(judged["signals"]) == 40
    assert judged["summary"]["anomalous"] > 20
    assert {row["state"] for row in judged["signals"]} <= {"NEAI_OK", "NEAI_LEARNING_IN_PROGRESS"}


def test_the_extreme_values_run_in_python(stream, machine_files):
    with zipfile.ZipFile(stream.zip) as file:
        text = file.read("micropython/neai_evt.py").decode()
    module: dict = {}
    exec(compile(text, "neai_evt.py", "exec"), module)  # as firmware imports it
    assert module["HORIZON"] == 100, "--forget reaches it"
    detector = module["EVT"]()
    learned = np.loadtxt(machine_files["stream"], delimiter=",")
    for sample in learned:
        detector.learn(tuple(sample))
    odd = np.loadtxt(machine_files["odd"], delimiter=",")
    mine = [detector.detect(tuple(sample)) for sample in odd]
    library = Emulator.open(stream.zip)
    theirs = library.run(odd[:, None].astype(np.float32), learn=learned[:, None]).outputs[:, 0]
    # Floats have 64 bits here: a similarity may be rounded to the next whole number.
    np.testing.assert_allclose(mine, theirs, atol=1)
    assert len(set(mine)) > 5


def test_make_refuses_in_one_sentence(machine_files, tmp_path):
    normal, out = f"normal={machine_files['normal']}", tmp_path / "out"
    command = ("make", "--task", "anomaly", "--axes", 2, "--out", out, "--candidates", 1)
    for words, *arguments in (
        ("'nonsense' for anomaly", normal, "--model", "nonsense"),
        ("'lda' for anomaly", normal, "--model", "lda"),
        ("forget is 5", normal, "--forget", 5),
        ("fan=", normal, f"fan={machine_files['abnormal']}"),
        ("normal=FILE", f"abnormal={machine_files['abnormal']}"),
        ("--multisensor", f"normal={machine_files['stream']}"),
        ("--multisensor", normal, "--multisensor"),
        ("is given twice", normal, f"abnormal={machine_files['normal']}"),
    ):
        assert words in refused(*command, *arguments), arguments
        assert not (out / "library.zip").exists()
    told = refused("make", "--axes", 2, "--out", out, "--multisensor", normal)
    assert "--multisensor is for anomaly detection" in told
