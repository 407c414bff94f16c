"""The command that converts models, as a user runs it."""

import json
import os
import zipfile

import joblib
import numpy as np
import pytest
from sklearn.dummy import DummyClassifier

from tests.cli.running import kinglet, write
from tests.convert import models


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A classifier, a regressor and a detector that joblib wrote, and signals."""
    folder = tmp_path_factory.mktemp("models")
    for kind, name in (("classifier", "forest"), ("regressor", "ridge"), ("detector", "svm")):
        joblib.dump(models.fitted(kind, name), folder / f"{kind}.joblib")
    x, label, _ = models.data()
    joblib.dump(DummyClassifier().fit(x, label), folder / "dummy.joblib")
    write(folder / "signals.csv", models.unseen()[:20])
    return folder


def convert(folder, name, *more):
    return kinglet(
        "convert", folder / f"{name}.joblib", "--axes", 3, "--length", 4, "--out", folder / "out",
        *more,
    )  # fmt: skip


def test_leaves_what_make_leaves(folder):
    run = convert(folder, "classifier", "--trust", "--classes", "a,b, c,d", "--json")
    assert run.code == 0, run.err
    document = json.loads(run.out)
    assert document == json.loads((folder / "out" / "result.json").read_text())
    assert document["classes"] == ["a", "b", "c", "d"] and document["task"] == "classification"
    assert min(document[n] for n in ("flash_bytes", "cycles", "stack_bytes", "time_ms")) > 0
    with zipfile.ZipFile(folder / "out" / "library.zip") as file:
        assert set(file.namelist()) == {
            "README.txt", "libneai.a", "NanoEdgeAI.h", "neai.c", "main.c", "metadata.json",
            "emulator/neai.wasm", "pipeline/model.json", "pipeline/model.npz",
        }  # fmt: skip
        assert json.loads(file.read("metadata.json"))["id"] == document["library_id"]
        content = b"".join(file.read(name) for name in file.namelist())
    assert str(folder).encode() not in content and b"/tmp/" not in content


@pytest.mark.parametrize("name", ["classifier", "regressor", "detector"])
def test_emulate_runs_it(folder, name):
    assert convert(folder, name, "--trust").code == 0
    run = kinglet("emulate", folder / "out" / "library.zip", folder / "signals.csv", "--json")
    assert run.code == 0, run.err
    rows, x = json.loads(run.out)["signals"], models.unseen()[:20]
    if name == "classifier":
        said, wanted = [int(row["class"]) for row in rows], models.fitted(name, "forest").predict(x)
        np.testing.assert_array_equal(said, wanted)
    elif name == "regressor":
        said = [row["prediction"] for row in rows]
        np.testing.assert_allclose(said, models.fitted(name, "ridge").predict(x), atol=1e-4)
    else:
        said = [row["outlier"] for row in rows]
        np.testing.assert_array_equal(said, models.fitted(name, "svm").predict(x) < 0)


def test_options_of_the_firmware(folder):
    run = convert(
        folder, "classifier", "--trust", "--target", "cortex-m4f", "--float-abi", "softfp",
        "--suffix", "left", "--optimise", "speed", "--json",
    )  # fmt: skip
    document = json.loads(run.out)
    assert document["float_abi"] == "softfp" and document["optimise"] == "speed"
    with zipfile.ZipFile(folder / "out" / "library.zip") as file:
        assert {"libneai_left.a", "NanoEdgeAI_left.h"} <= set(file.namelist())


class Trap:
    """Makes a file when it is loaded."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.mkdir, (str(self.path),)


def test_a_joblib_file_runs_nothing_without_trust(folder, tmp_path):
    trap = tmp_path / "sprung"
    joblib.dump(Trap(trap), tmp_path / "trap.joblib")
    run = convert(tmp_path, "trap")
    assert run.code == 2 and "--trust" in run.err and run.err.count("\n") == 1
    assert not trap.exists() and not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("name", "more", "words"),
    [
        ("dummy", ["--trust"], "DummyClassifier cannot be converted: scalers and PCA can be"),
        ("missing", ["--trust"], "there is no such file"),
        ("signals", ["--trust"], "there is no such file"),
        ("classifier", ["--trust", "--length", 5], "takes 12 values a signal"),
        ("classifier", ["--trust", "--classes", "a,b"], "--classes names 2 classes"),
        ("classifier", ["--trust", "--classes", 'a,b,c,"'], "forbidden"),
        ("classifier", ["--trust", "--classes", "a,b,a,c"], "two classes have the name 'a'"),
        ("classifier", ["--trust", "--target", "nonsense"], "nonsense"),
        ("classifier", ["--trust", "--suffix", "A b"], "suffix"),
        ("classifier", ["--trust", "--target", "cortex-m0", "--float-abi", "hard"], "hard"),
    ],
)
def test_bad_input_is_one_sentence_and_leaves_nothing(folder, tmp_path, name, more, words):
    run = kinglet(
        "convert", folder / f"{name}.joblib", "--axes", 3, "--length", 4, "--out", tmp_path / "out",
        *more,
    )  # fmt: skip
    assert run.code == 2 and words in run.err
    assert run.err.startswith("kinglet: ") and run.err.count("\n") == 1
    assert not (tmp_path / "out").exists()


def test_a_file_that_joblib_did_not_write(tmp_path):
    (tmp_path / "text.joblib").write_text("no model")
    run = convert(tmp_path, "text", "--trust")
    assert run.code == 2 and "joblib cannot load it" in run.err and "Traceback" not in run.err
