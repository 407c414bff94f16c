"""What a search has found is shown, and any of it can be built."""

import json
from types import SimpleNamespace

import pytest

from kinglet.errors import InputError
from kinglet.search import saved
from kinglet.workflow import pick
from tests.cli.process import write_classes
from tests.cli.running import kinglet, refused


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> SimpleNamespace:
    folder = tmp_path_factory.mktemp("search")
    files, out = write_classes(folder), folder / "out"
    run = kinglet(
        "make", "--axes", 1, "--candidates", 30, "--jobs", 1, "--no-estimate", "--suffix", "a",
        "--json", "--out", out, *files,
    )  # fmt: skip
    assert run.code == 0, run.err
    return SimpleNamespace(out=out, files=files, document=json.loads(run.out))


@pytest.fixture
def board(made) -> list[dict]:
    return json.loads(kinglet("leaderboard", made.out, "--json").out)["leaderboard"]


def emulated(path, made) -> int:
    run = kinglet("emulate", path, made.files[0].partition("=")[2], "--json")
    assert run.code == 0, run.err
    return len(json.loads(run.out)["signals"])


def test_the_table_is_that_of_the_result(made, board):
    rows = made.document["leaderboard"]
    (lead,) = [row for row in board if row["recommended"]]
    assert lead["number"] == made.document["number"]
    assert board == rows, "one table in both"
    text = kinglet("leaderboard", made.out).out
    assert text.count("recommended, built") == 1 and f"\n{lead['number']:>6}  " in "\n" + text
    assert "30 candidates" in text and "all its candidates were tried" in text
    assert all(line == line.rstrip() for line in text.splitlines())


def test_best_is_the_library_that_was_made(made, tmp_path):
    run = kinglet("leaderboard", made.out, "--pick", "best", "--out", tmp_path / "best.zip")
    assert run.code == 0 and "warning" not in run.err
    assert (tmp_path / "best.zip").read_bytes() == (made.out / "library.zip").read_bytes()


def test_any_complete_candidate_is_built(made, board):
    lines = (made.out / "search" / saved.JOURNAL).read_text().splitlines()[1:]
    entries = [json.loads(line) for line in lines]
    shown = {row["number"] for row in board}
    other = next(e["number"] for e in entries if e["complete"] and e["number"] not in shown)
    for number in {board[-1]["number"], other}:
        run = kinglet("leaderboard", made.out, "--pick", number, "--json")
        assert run.code == 0, run.err
        document = json.loads(run.out)
        assert document["number"] == number
        assert document["score"] == pytest.approx(entries[number]["score"], abs=1e-9)
        assert emulated(made.out / f"library-{number}.zip", made) == 15
    assert "not in the journal" in refused("leaderboard", made.out, "--pick", 999)
    stopped = next(e["number"] for e in entries if not e["complete"])
    told = refused("leaderboard", made.out, "--pick", stopped)
    assert f"candidate {stopped} was " in told and "'kinglet leaderboard" in told


def test_the_smallest_within_some_points(made, board, tmp_path):
    lead = next(row for row in board if row["recommended"])
    for points in (0, 2, 100):
        run = kinglet(
            "leaderboard", made.out, "--within", points, "--json", "--out", tmp_path / "w.zip"
        )
        document = json.loads(run.out)
        near = [row for row in board if row["score"] >= lead["score"] - points]
        assert document["flash_bytes"] <= min(row["flash_bytes"] for row in near)
        assert document["score"] >= lead["score"] - points - 0.1, "thrift is exact once linked"


def test_make_builds_the_smallest_within_some_points(made, tmp_path):
    run = kinglet(
        "make", "--axes", 1, "--candidates", 14, "--jobs", 1, "--no-estimate", "--within", 100,
        "--json", "--out", tmp_path, *made.files,
    )  # fmt: skip
    document = json.loads(run.out)
    rows = json.loads(kinglet("leaderboard", tmp_path, "--json").out)["leaderboard"]
    assert rows == document["leaderboard"], "one table"
    (built,), (lead,) = ([r for r in rows if r[mark]] for mark in ("built", "recommended"))
    assert built["number"] == document["number"] != lead["number"]
    assert built["flash_bytes"] == document["flash_bytes"] == min(r["flash_bytes"] for r in rows)
    table = kinglet("leaderboard", tmp_path).out
    assert "(built)" in table and "(recommended)" in table
    best = json.loads(kinglet("leaderboard", tmp_path, "--pick", "best", "--json").out)
    assert best["number"] == lead["number"], "best is what is recommended, whatever was built"


def test_for_another_part(made, tmp_path):
    run = kinglet(
        "leaderboard", made.out, "--pick", "best", "--target", "cortex-m0", "--suffix", "b",
        "--out", tmp_path / "m0.zip", "--json",
    )  # fmt: skip
    assert run.code == 0, run.err
    assert json.loads(run.out)["core"] == "cortex-m0"
    assert emulated(tmp_path / "m0.zip", made) == 15
    with pytest.raises(InputError, match="hard"):
        pick(made.out, target="cortex-m0", abi="hard")


def test_another_score_than_in_the_search_is_told(made, board, tmp_path):
    path = made.out / "search" / saved.JOURNAL
    kept = path.read_text()
    number = board[0]["number"]
    lines = kept.splitlines()
    for place, line in enumerate(lines[1:], 1):
        entry = json.loads(line)
        if entry["number"] == number:
            entry["split_scores"][0] -= 0.01
            lines[place] = json.dumps(entry)
    path.write_text("\n".join(lines) + "\n")
    run = kinglet("leaderboard", made.out, "--pick", number, "--out", tmp_path / "x.zip")
    path.write_text(kept)
    assert run.code == 0 and "another version" in run.err


@pytest.mark.parametrize("command", ["leaderboard", "resume", "stop", "pause"])
def test_a_folder_without_a_search_is_one_sentence(command, tmp_path):
    for folder in (tmp_path, tmp_path / "missing"):
        assert f"{folder}: there is no search here" in refused(command, folder)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--pick", "first"], "first"),
        (["--pick", "\u0661"], "a number of the leaderboard"),
        (["--pick", "9" * 5000], "a number of the leaderboard"),
        (["--pick", "1", "--within", "2"], "--within"),
        (["--within", "-1"], "-1"),
        (["--out", "x.zip"], "--pick"),
        (["--pick", "best", "--target", "nonsense"], "nonsense"),
        (["--pick", "best", "--suffix", "a b"], "suffix"),
    ],
)
def test_unusable_choices(arguments, words, made):
    assert words in refused("leaderboard", made.out, *arguments)
