"""A search is watched, paused, resumed and stopped from another process."""

import json
import os
import signal
import subprocess

import pytest

from tests.cli.process import begin, told, wait_for, write_classes
from tests.cli.running import kinglet, refused


def state(out) -> dict:
    return json.loads(kinglet("leaderboard", out, "--json").out)


def test_a_running_search_is_seen_paused_built_from_and_stopped(tmp_path):
    files, out = write_classes(tmp_path), tmp_path / "out"
    make = ["make", "--axes", 1, "--jobs", 1, "--no-estimate", "--out", out, *files]
    process = begin(*make, "--budget", "10m")
    wait_for(lambda: told(out) >= 8, process)
    assert "running there" in refused(*make), "a second one is refused"
    assert kinglet("pause", out).code == 0
    wait_for(lambda: state(out)["progress"]["paused"], process)
    count = told(out)
    seen = state(out)
    assert seen["state"] == "running" and not seen["linked"]
    assert sum(row["recommended"] for row in seen["leaderboard"]) == 1
    assert "paused" in kinglet("leaderboard", out).out
    picked = json.loads(kinglet("leaderboard", out, "--pick", "best", "--json").out)
    spoken = kinglet("emulate", picked["library"], files[0].partition("=")[2], "--json")
    assert len(json.loads(spoken.out)["signals"]) == 15
    assert told(out) == count, "nothing is tried in a pause"
    sentence = refused("resume", out, "--budget", "10m", "--jobs", 2)
    assert "running" in sentence and "--budget and --jobs" in sentence
    assert told(out) == count, "refused, it does not let the search go on"
    assert "goes on" in kinglet("resume", out).out
    wait_for(lambda: told(out) > count, process)
    assert kinglet("stop", out).code == 0
    assert process.wait(60) == 0
    assert json.loads((out / "result.json").read_text())["stopped"] == "stopped"
    assert "no search is running" in refused("stop", out)
    assert "no search is running" in refused("pause", out)
    assert state(out)["state"] == "ended"


@pytest.mark.skipif(os.name == "nt", reason="sends a signal of Unix")
def test_ctrl_c_once_leaves_the_best_so_far(tmp_path):
    files, out = write_classes(tmp_path), tmp_path / "out"
    process = begin(
        "make", "--axes", 1, "--budget", "10m", "--jobs", 2, "--no-estimate", "--out", out, *files
    )
    wait_for(lambda: told(out) >= 4, process)
    process.send_signal(signal.SIGINT)
    assert process.wait(60) == 130
    assert json.loads((out / "result.json").read_text())["stopped"] == "interrupted"
    assert kinglet("resume", out, "--candidates", told(out) + 1, "--budget", "60s").code == 0


@pytest.mark.skipif(os.name == "nt", reason="sends a signal of Unix")
def test_ctrl_c_twice_ends_at_once(tmp_path):
    files, out = write_classes(tmp_path), tmp_path / "out"
    process = begin("make", "--axes", 1, "--budget", "10m", "--jobs", 2, "--out", out, *files)
    wait_for(lambda: told(out) >= 1, process)
    kinglet("pause", out)  # so that the first is heard in the loop, whatever the workers do
    process.send_signal(signal.SIGINT)
    try:
        process.wait(0.05)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGINT)
    assert process.wait(20) == 130
    assert not (out / "library.zip").exists()
    assert kinglet("leaderboard", out).code == 0, "what was found is still there"


def news_of(run) -> list[dict]:
    """What was said on stderr: nothing but lines of JSON."""
    return [json.loads(line) for line in run.err.splitlines()]


def test_news_for_programs_are_lines_of_json(tmp_path):
    files, out = write_classes(tmp_path), tmp_path / "out"
    run = kinglet(
        "make", "--axes", 1, "--candidates", 6, "--jobs", 1, "--no-estimate",
        "--progress", "json", "--out", out, *files,
    )  # fmt: skip
    assert run.code == 0, run.err
    news = [line for line in news_of(run) if "warning" not in line]
    assert {line["phase"] for line in news} >= {"prepare", "search", "link", "done"}
    last = news_of(run)[-1]
    assert (last["phase"], last["share"], last["seconds_left"]) == ("done", 1, 0)
    assert last["candidates"] == 6 and last["best"]["flash_bytes"] > 0
    assert abs(sum(last["families"].values()) - 1) < 0.01


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["--axes", 7], 2, "multiple of"),
        (["--axes", 1, "--max-ram", "lots"], 2, "lots"),
        (["--axes", 1, "--max-flash", 600, "--candidates", 2], 3, "--max-flash"),
    ],
)
def test_errors_for_programs_are_lines_of_json(arguments, code, words, tmp_path):
    files = write_classes(tmp_path)
    run = kinglet(
        "make", "--progress", "json", "--jobs", 1, "--out", tmp_path / "out", *arguments, *files
    )
    assert run.code == code and words in news_of(run)[-1]["error"]


def test_the_display_ends_before_what_is_said_next(tmp_path):
    files, out = write_classes(tmp_path), tmp_path / "out"
    run = kinglet(
        "make", "--axes", 1, "--candidates", 2, "--jobs", 1, "--max-flash", 600, "--out", out,
        *files,
    )  # fmt: skip
    assert run.err.splitlines()[-1].startswith("kinglet: no candidate fits")
    assert "candidates" in run.err.splitlines()[-2]
