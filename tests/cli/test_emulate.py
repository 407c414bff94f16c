"""``kinglet emulate`` with libraries that learn: every option, and what is refused."""

import json

import numpy as np

from kinglet.library import build
from tests import samples
from tests.cli.running import kinglet, refused

EMULATED = {"schema", "library_id", "task", "file", "classes", "signals", "summary"}
ROW = {"signal", "line", "state", "similarity", "score", "anomalous"}


def emulate(fan, file, *arguments: object) -> dict:
    run = kinglet("emulate", fan.zip, file, *arguments, "--json")
    assert run.code == 0, run.err
    return json.loads(run.out)


def similarities(document: dict) -> list[int]:
    return [row["similarity"] for row in document["signals"]]


def test_emulate_tells_each_signal_and_a_summary(fan, machine_files):
    document = emulate(fan, machine_files["mixed"], "--learn", machine_files["learn"])
    assert set(document) == EMULATED and all(set(row) == ROW for row in document["signals"])
    assert [row["line"] for row in document["signals"]] == list(range(1, 21))
    found = [row["anomalous"] for row in document["signals"]]
    assert found == [row["similarity"] < 90 for row in document["signals"]]
    assert np.mean(found[:10]) <= 0.2 and np.mean(found[10:]) >= 0.8
    assert document["summary"] == {
        "n_signals": 20, "learned": 40, "threshold": 90,
        "nominal": found.count(False), "anomalous": found.count(True),
    }  # fmt: skip
    text = kinglet(
        "emulate", fan.zip, machine_files["mixed"], "--learn", machine_files["learn"]
    ).out.splitlines()
    assert len(text) == 21 and f"{found.count(True)} anomalous at 90" in text[-1]
    assert sum("anomalous  score" in line for line in text) == found.count(True)


def test_what_is_learned_and_what_is_judged(fan, machine_files):
    whole = emulate(
        fan,
        machine_files["mixed"],
        "--learn",
        machine_files["learn"],
        "--learn",
        machine_files["more"],
    )
    assert whole["summary"]["learned"] == 60
    part = emulate(
        fan, machine_files["mixed"], "--learn", machine_files["learn"],
        "--learn", machine_files["more"], "--learn-lines", "1-15", "--lines", "9-12",
    )  # fmt: skip
    assert part["summary"]["learned"] == 30
    assert [row["line"] for row in part["signals"]] == [9, 10, 11, 12]
    few = emulate(
        fan, machine_files["mixed"], "--learn", machine_files["learn"], "--learn-lines", "3-14"
    )
    assert few["summary"]["learned"] == 12
    assert (few["summary"]["nominal"], few["summary"]["anomalous"]) == (0, 0)
    for row in few["signals"]:
        assert row["state"] == "NEAI_LEARNING_IN_PROGRESS"
        assert (row["similarity"], row["score"], row["anomalous"]) == (0, None, None)
    text = kinglet(
        "emulate",
        fan.zip,
        machine_files["mixed"],
        "--learn",
        machine_files["learn"],
        "--learn-lines",
        12,
    )
    assert "too few signals" in text.out and "1 learned" in text.out


def test_sensitivity_and_threshold(fan, machine_files):
    learn = ("--learn", machine_files["learn"])
    usual = emulate(fan, machine_files["mixed"], *learn)
    sharp = emulate(fan, machine_files["mixed"], *learn, "--sensitivity", 5)
    dull = emulate(fan, machine_files["mixed"], *learn, "--sensitivity", 0.2)
    assert np.all(np.diff([similarities(each) for each in (sharp, usual, dull)], axis=0) >= 0)
    assert similarities(sharp) != similarities(usual) != similarities(dull)
    scores = [[row["score"] for row in each["signals"]] for each in (sharp, usual)]
    assert scores[0] == scores[1], "the score is before sensitivity and clipping"
    assert similarities(
        emulate(fan, machine_files["mixed"], *learn, "--sensitivity", 1)
    ) == similarities(usual)
    lax = emulate(fan, machine_files["mixed"], *learn, "--threshold", 0)
    assert similarities(lax) == similarities(usual)
    assert lax["summary"]["anomalous"] == 0 and lax["summary"]["threshold"] == 0


def test_the_knowledge_of_the_desk(fan, machine_files):
    document = emulate(fan, machine_files["mixed"], "--pretrained")
    assert {row["state"] for row in document["signals"]} == {"NEAI_OK"}
    assert np.mean(np.array(similarities(document)[10:]) < 90) >= 0.8
    richer = emulate(fan, machine_files["mixed"], "--pretrained", "--learn", machine_files["learn"])
    assert richer["summary"]["learned"] == document["summary"]["learned"] + 40


def test_knowledge_is_saved_and_loaded(fan, machine_files, tmp_path):
    kept = tmp_path / "new" / "kept.bin"
    first = emulate(
        fan,
        machine_files["mixed"],
        "--learn",
        machine_files["learn"],
        "--sensitivity",
        2,
        "--save-knowledge",
        kept,
    )
    assert kept.stat().st_size == fan.document["knowledge_bytes"]
    again = emulate(fan, machine_files["mixed"], "--load-knowledge", kept)
    assert again == first
    more = emulate(
        fan, machine_files["mixed"], "--load-knowledge", kept, "--learn", machine_files["more"]
    )
    both = ("--learn", machine_files["learn"], "--learn", machine_files["more"], "--sensitivity", 2)
    assert more == emulate(fan, machine_files["mixed"], *both)
    # One bit is wrong: the library finds that itself.
    kept.write_bytes(bytes([kept.read_bytes()[0] ^ 1]) + kept.read_bytes()[1:])
    run = kinglet("emulate", fan.zip, machine_files["mixed"], "--load-knowledge", kept)
    assert run.code == 2 and "damaged or of another library" in run.err


def test_emulate_refuses_in_one_sentence(fan, machine_files, tmp_path):
    learn = ("--learn", machine_files["learn"])
    short = tmp_path / "short.bin"
    short.write_bytes(b"12345")
    size = fan.document["knowledge_bytes"]
    for words, *arguments in (
        ("give --learn",),
        ("give --learn", "--sensitivity", 2),
        (f"5 bytes, the knowledge of this library has {size}", "--load-knowledge", short),
        ("cannot be read", "--load-knowledge", tmp_path / "missing.bin"),
        ("exclude each other", "--load-knowledge", short, "--pretrained"),
        ("above 0", *learn, "--sensitivity", 0),
        ("up to 100", *learn, "--sensitivity", 101),
        ("above 0", *learn, "--sensitivity", "nan"),
        ("--learn-lines", "--pretrained", "--learn-lines", "1-5"),
        ("5-2", *learn, "--learn-lines", "5-2"),
        ("no line 41", *learn, "--learn-lines", "41-50"),
        ("64 values", "--learn", machine_files["short"]),
        ("cannot be written", *learn, "--save-knowledge", tmp_path),
    ):
        assert words in refused("emulate", fan.zip, machine_files["mixed"], *arguments), arguments
    assert kinglet("emulate", fan.zip, machine_files["mixed"], *learn, "--threshold", 101).code == 2
    assert [path.name for path in tmp_path.parent.glob(".*partial")] == []


def test_a_classification_learns_nothing(machine_files, tmp_path):
    path = build(samples.fitted("lda")[0]).save(tmp_path / "library.zip")
    for arguments in (
        ("--learn", machine_files["learn"]), ("--pretrained",), ("--sensitivity", 2),
        ("--threshold", 50), ("--load-knowledge", machine_files["learn"]),
        ("--save-knowledge", tmp_path / "kept"), ("--learn-lines", "1-2"),
    ):  # fmt: skip
        told = refused("emulate", path, machine_files["mixed"], *arguments)
        assert arguments[0] in told and "leave it out" in told
    assert not (tmp_path / "kept").exists()
