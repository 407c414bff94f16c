"""1-class classification and extrapolation on the command line, as a user runs them."""

import json

import numpy as np
import pytest

from kinglet.library import Emulator
from kinglet.tasks.outlier import RATE
from tests import samples
from tests.cli.running import kinglet, refused, write

LENGTH, AXES = samples.SHAPE


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("desk")
    values, label = samples.signals(120)
    slow, fast = values[label == 0], values[label == 2]
    with_target = np.concatenate(
        [samples.FREQUENCIES[label][:, None], values.reshape(len(values), -1)], axis=1
    )
    return {
        "slow": write(folder / "slow.csv", slow),
        "fast": write(folder / "fast.csv", fast),
        "targets": write(folder / "targets.csv", with_target),
        "all": write(folder / "all.csv", values),
        "folder": folder,
    }


def make(files, out, task, *arguments):
    run = kinglet(
        "make", "--task", task, "--axes", AXES, "--out", out, "--candidates", 2, "--jobs", 1,
        "--json", *arguments,
    )  # fmt: skip
    assert run.code == 0, run.err
    return json.loads(run.out)


@pytest.fixture(scope="module")
def outlier(files, tmp_path_factory):
    out = tmp_path_factory.mktemp("outlier")
    normal = f"normal={files['slow']}"
    return out, make(files, out, "outlier", "--outlier-rate", 0.1, normal)


@pytest.fixture(scope="module")
def speed(files, tmp_path_factory):
    out = tmp_path_factory.mktemp("speed")
    data = f"data={files['targets']}"
    return out, make(files, out, "extrapolation", "--target-unit", "rad", data)


def test_outlier_tells_what_it_found(outlier):
    out, document = outlier
    assert document["task"] == "outlier" and document["outlier_rate"] == 0.1
    assert 0 <= document["false_outliers"] <= 0.3 and 0 < document["auc"] <= 1
    assert len(document["out_of_fold"]) == document["n_signals"]
    assert {"outlier", "score"} <= document["out_of_fold"][0].keys()
    assert (out / "library.zip").exists()


def test_outlier_boundary_is_told_in_two_dimensions(outlier):
    picture = outlier[1]["projection"]
    assert len(picture["points"]) == outlier[1]["n_signals"]
    grid = np.array(picture["score"])
    assert grid.shape == (len(picture["y"]), len(picture["x"])) and np.isfinite(grid).all()
    assert grid.min() < 1 < grid.max(), "the boundary is in the picture"
    assert {point["class"] for point in picture["points"]} == {"normal", "outlier"}
    assert 0 < sum(picture["explained"]) <= 1.0001


def test_outlier_finds_other_signals(outlier, files):
    out, _ = outlier
    run = kinglet("emulate", out / "library.zip", files["fast"], "--json")
    document = json.loads(run.out)
    rows, summary = document["signals"], document["summary"]
    assert all(row["outlier"] == (row["score"] > 1) for row in rows)
    assert summary["outliers"] == sum(row["outlier"] for row in rows) > 0.9 * len(rows)
    normal = json.loads(kinglet("emulate", out / "library.zip", files["slow"], "--json").out)
    assert normal["summary"]["outliers"] < 0.2 * len(normal["signals"])
    told = kinglet("emulate", out / "library.zip", files["fast"], "--lines", "1").out
    assert "outlier" in told and "score" in told and "1 signals: 0 normal, 1 outliers" in told


def test_extrapolation_tells_errors_and_unit(speed):
    _, document = speed
    assert document["r2"] > 0.8 and document["target_unit"] == "rad"
    assert document["r2_interval"]["low"] <= document["r2"] <= document["r2_interval"]["high"]
    low, high = samples.FREQUENCIES[[0, -1]]
    assert document["target_range"]["low"] == pytest.approx(low)
    assert document["target_range"]["high"] == pytest.approx(high)
    assert document["classes"] == []
    assert {"prediction", "target"} <= document["out_of_fold"][0].keys()


def test_extrapolation_predicts(speed, files):
    out, _ = speed
    plain = json.loads(kinglet("emulate", out / "library.zip", files["all"], "--json").out)
    known = json.loads(
        kinglet("emulate", out / "library.zip", files["targets"], "--with-target", "--json").out
    )
    predictions = [row["prediction"] for row in plain["signals"]]
    assert predictions == [row["prediction"] for row in known["signals"]]
    assert known["summary"]["r2"] > 0.8 and "r2" not in plain["summary"]
    low, high = samples.FREQUENCIES[[0, -1]]
    room = 0.0501 * (high - low)
    assert low - room <= min(predictions) and max(predictions) <= high + room
    one = kinglet("emulate", out / "library.zip", files["targets"], "--with-target", "--lines", 1)
    assert "1 signals:" in one.out and "R2 unknown" in one.out and not one.err


def test_a_file_with_targets_is_recognised(speed, files):
    told = refused("emulate", speed[0] / "library.zip", files["targets"])
    assert "one more than a signal" in told and "--with-target" in told
    told = refused("emulate", speed[0] / "library.zip", files["all"], "--with-target")
    assert "no target" in told


def test_what_does_not_fit_the_project_type_is_refused(outlier, files, tmp_path):
    start = ("make", "--axes", AXES, "--out", tmp_path / "x", "--candidates", 1)
    normal, data = f"normal={files['slow']}", f"data={files['targets']}"
    wrong = [
        (("--task", "outlier", f"bad={files['fast']}"), "normal=FILE"),
        (("--task", "outlier", "--outlier-rate", 0.7, normal), "0.7"),
        (("--task", "outlier", "--no-clip", normal), "--no-clip"),
        (("--task", "extrapolation", "--outlier-rate", 0.1, data), "--outlier-rate"),
        (("--task", "extrapolation", f"data={files['all']}"), "target"),
        (("--task", "outlier", "--multisensor", normal), "--multisensor"),
        (("--task", "extrapolation", "--model", "lda", data), "lda"),
    ]
    for arguments, words in wrong:
        assert words in refused(*start, *arguments), arguments
    assert "--with-target" in refused(
        "emulate", outlier[0] / "library.zip", files["slow"], "--with-target"
    )
    assert not (tmp_path / "x").exists() or not list((tmp_path / "x").iterdir())


def test_groups_of_a_file_are_kept_together(files, tmp_path):
    ids = tmp_path / "ids.txt"
    ids.write_text("\n".join(f"person{index % 8}" for index in range(40)) + "\n")
    normal = f"normal={files['slow']}"
    document = make(files, tmp_path / "out", "outlier", "--groups", ids, normal)
    assert "8 recordings of normal" in document["recordings"]["words"]
    ids.write_text("a\nb\n")
    told = refused(
        "make",
        "--task",
        "outlier",
        "--axes",
        AXES,
        "--out",
        tmp_path / "no",
        "--groups",
        ids,
        normal,
    )
    assert "2 ids for 40 signals" in told


def test_help_tells_the_default_rate():
    assert f"default: {RATE:g}]" in " ".join(kinglet("make", "--help").out.split())


@pytest.mark.parametrize("made", ["outlier", "speed"])
def test_library_carries_no_classes(made, request):
    out, _ = request.getfixturevalue(made)
    emulator = Emulator.open(out / "library.zip")
    assert emulator.classes == () and emulator.length == LENGTH
