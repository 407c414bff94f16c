"""The one-shot command and the emulator, as a user runs them."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests import samples
from tests.cli.running import write


def kinglet(*arguments: object) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-m", "kinglet", *map(str, arguments)], capture_output=True, text=True
    )


@pytest.fixture(scope="module")
def files(tmp_path_factory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("files")
    values, label = samples.signals()
    return {
        name: write(folder / f"{name}.csv", values[label == index])
        for index, name in enumerate(samples.CLASSES)
    }


@pytest.fixture(scope="module")
def made(files, tmp_path_factory) -> tuple[Path, dict]:
    out = tmp_path_factory.mktemp("out") / "watch"
    run = kinglet(
        "make", "--task", "classification", "--axes", 3, "--rate", 100, "--out", out,
        "--target", "STM32F411RE", "--max-ram", "16K", "--max-flash", "32K", "--max-time", "20ms",
        "--candidates", 6, "--jobs", 2, "--seed", 1, "--json",
        *(f"{name}={path}" for name, path in files.items()),
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    return out, json.loads(run.stdout)


def test_leaves_library_result_and_journal(made):
    out, printed = made
    assert {path.name for path in out.iterdir()} == {"library.zip", "result.json", "search"}
    assert {path.name for path in (out / "search").iterdir()} == {
        "search.json", "signals.npz", "journal.jsonl", "status.json", "pid",
    }  # fmt: skip
    assert json.loads((out / "result.json").read_text()) == printed
    assert printed["classes"] == list(samples.CLASSES)
    assert printed["target"] == "STM32F411RE" and printed["clock_hz"] == 100_000_000
    assert printed["time_ms"] == pytest.approx(1e3 * printed["cycles"] / 1e8)
    for name in ("flash_bytes", "ram_bytes", "stack_bytes", "float_abi", "library_id"):
        assert printed[name]


def test_emulate_tells_each_signal_and_a_summary(made, files):
    out, _ = made
    run = kinglet("emulate", out / "library.zip", files["fast"], "--lines", "3-7", "--json")
    document = json.loads(run.stdout)
    assert document["schema"] == 1
    assert [row["line"] for row in document["signals"]] == [3, 4, 5, 6, 7]
    assert {row["class"] for row in document["signals"]} == {"fast"}
    assert all(row["id_class"] == 2 for row in document["signals"])
    assert document["summary"]["counts"] == {"slow": 0, "middle": 0, "fast": 5}
    text = kinglet("emulate", out / "library.zip", files["fast"]).stdout
    assert text.count("fast") >= 20 and "20 signals" in text


def test_same_command_same_library(made, files, tmp_path):
    out, _ = made
    run = kinglet(
        "make", "--axes", 3, "--rate", 100, "--out", tmp_path, "--target", "STM32F411RE",
        "--max-ram", "16K", "--max-flash", "32K", "--candidates", 6, "--jobs", 1, "--seed", 1,
        *(f"{name}={path}" for name, path in files.items()),
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    assert (tmp_path / "library.zip").read_bytes() == (out / "library.zip").read_bytes()
    assert "balanced accuracy" in run.stdout and "library.zip" in run.stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--axes", 3, "slow"], "NAME=FILE"),
        (["--axes", 3, "slow=missing.csv", "fast=missing2.csv"], "missing.csv"),
        (["--axes", 7, "{slow}", "{fast}"], "multiple of"),
        (["--axes", 3, "--target", "nonsense", "{slow}", "{fast}"], "nonsense"),
        (["--axes", 3, "--max-ram", "lots", "{slow}", "{fast}"], "lots"),
        (["--axes", 3, "--budget", "10", "{slow}", "{fast}"], "10"),
        (["--axes", 3, "{slow}"], "two classes"),
        (["--axes", 3, "--budget", "0s", "{slow}", "{fast}"], "0s"),
        (["--axes", 3, "--suffix", "a b", "{slow}", "{fast}"], "suffix"),
        (["--axes", 3, "--float-abi", "hard", "--target", "cortex-m0", "{slow}", "{fast}"], "hard"),
    ],
)
def test_bad_input_is_one_sentence_and_leaves_nothing(arguments, words, files, tmp_path):
    named = {f"{{{name}}}": f"{name}={path}" for name, path in files.items()}
    out = tmp_path / "out"
    run = kinglet("make", "--out", out, *(named.get(str(a), a) for a in arguments))
    assert run.returncode == 2
    told = [line for line in run.stderr.splitlines() if line.startswith("kinglet: ")]
    assert len(told) == 1 and words in told[0] and run.stderr.splitlines()[-1] == told[0]
    assert "Traceback" not in run.stderr
    assert not out.exists()


def test_a_folder_that_cannot_be_written_is_told_first(files, tmp_path):
    taken = tmp_path / "file"
    taken.write_text("")
    pairs = [f"{name}={path}" for name, path in files.items()]
    run = kinglet("make", "--axes", 3, "--out", taken, *pairs)
    assert run.returncode == 2 and "another folder" in run.stderr and "Traceback" not in run.stderr


def test_nothing_fits_is_exit_code_3_and_leaves_nothing(files, tmp_path):
    out = tmp_path / "out"
    run = kinglet(
        "make", "--axes", 3, "--out", out, "--max-flash", 600, "--candidates", 3, "--jobs", 1,
        *(f"{name}={path}" for name, path in files.items()),
    )  # fmt: skip
    assert run.returncode == 3 and "--max-flash" in run.stderr
    assert not (out / "library.zip").exists() and not (out / "result.json").exists()


def test_emulate_refuses_what_does_not_fit(made, tmp_path):
    out, _ = made
    wrong = write(tmp_path / "wrong.csv", np.ones((12, 32 * 3)))
    run = kinglet("emulate", out / "library.zip", wrong)
    assert run.returncode == 2 and "192 values" in run.stderr
    run = kinglet("emulate", wrong, wrong)
    assert run.returncode == 2 and "not a library" in run.stderr
    run = kinglet("emulate", out / "library.zip", wrong, "--lines", "5-2")
    assert run.returncode == 2 and "5-2" in run.stderr
