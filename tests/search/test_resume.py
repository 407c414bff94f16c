"""A search that is killed at any moment goes on where it was, and ends as if nothing had been."""

import json
import random
import time

from kinglet.search import search
from kinglet.signals import label_signals
from tests import samples
from tests.cli.process import SHAPE, begin, numbers, scores, told, wait_for, write_classes
from tests.cli.running import kinglet, refused

CANDIDATES = 36


def tear(path, rng) -> None:
    """What a power failure leaves: a line in the middle damaged, the last one cut."""
    lines = path.read_bytes().split(b"\n")
    if len(lines) > 4:
        middle = rng.randrange(1, len(lines) - 2)
        lines[middle] = lines[middle][: len(lines[middle]) // 2]
    path.write_bytes(b"\n".join(lines)[:-7])


def test_killed_again_and_again_it_ends_as_if_undisturbed(tmp_path):
    files = write_classes(tmp_path)
    make = ["make", "--axes", 1, "--candidates", CANDIDATES, "--jobs", 1, "--no-estimate", *files]
    whole, torn = tmp_path / "whole", tmp_path / "torn"
    assert begin(*make, "--out", whole).wait(120) == 0
    rng = random.Random(5)
    process = begin(*make, "--out", torn)
    for number in (4, 15, 28):
        wait_for(lambda n=number: told(torn) >= n, process)
        time.sleep(rng.uniform(0, 0.2))
        process.kill()
        process.wait()
        if number > 4:
            tear(torn / "search" / "journal.jsonl", rng)
        assert not (torn / "library.zip").exists()
        process = begin("resume", torn)
    assert process.wait(120) == 0
    assert sorted(numbers(torn)) == list(range(CANDIDATES)), "none twice, none lost"
    one = json.loads((whole / "result.json").read_text())
    two = json.loads((torn / "result.json").read_text())
    assert one["pipeline"] == two["pipeline"] and one["splits"] == two["splits"]
    assert (scores(one) == scores(two)).all()
    assert (whole / "library.zip").read_bytes() == (torn / "library.zip").read_bytes()


def test_what_is_left_of_a_budget_is_used_and_more_can_be_given(tmp_path):
    files, out = write_classes(tmp_path), tmp_path / "out"
    process = begin(
        "make", "--axes", 1, "--budget", "8s", "--jobs", 1, "--no-estimate", "--out", out, *files
    )
    wait_for(lambda: told(out) >= 3, process)
    process.kill()
    process.wait()
    before = told(out)
    assert kinglet("resume", out).code == 0
    assert told(out) >= before
    document = json.loads((out / "result.json").read_text())
    assert document["candidates"] >= before and document["stopped"] == "budget"
    assert "--budget" in refused("resume", out)
    found = told(out)
    assert "--budget" in refused("resume", out, "--candidates", found + 5), "its time stays"
    more = ("--candidates", found + 5, "--budget", "60s")
    assert kinglet("resume", out, *more, "--json").code == 0
    assert told(out) == found + 5
    for options in ((), ("--budget", "60s")):
        assert f"all its {found + 5} candidates" in refused("resume", out, *options)
    for few in (1, found + 5):
        sentence = refused("resume", out, "--candidates", few)
        assert f"has {found + 5} candidates already: give more" in sentence


def test_however_little_time_is_left_nothing_that_was_found_is_lost(tmp_path):
    journal = tmp_path / "journal.jsonl"
    arguments = {"jobs": 1, "estimate": False, "model": ["lda"], "journal": journal}
    values, label = samples.signals(45, shape=SHAPE)
    data = label_signals(values, label)
    whole = search(data, budget=None, candidates=40, **arguments)
    again = search(data, budget=0.01, resume=True, **arguments)
    # The last batch was cut at the 40th, and so is one that has to be made anew.
    assert again.evaluated > 24 and again.best.score == whole.best.score
