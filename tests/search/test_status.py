"""How far a search is, told by a file that anybody may have changed."""

import json

import pytest

from kinglet.search.control import Progress
from kinglet.search.status import NAME, Kept, Status, read, write


@pytest.mark.parametrize(
    "text",
    [
        "", "[]", "{}", "[" * 100_000,
        '{"seconds": NaN, "ended": "", "progress": null}',
        '{"seconds": Infinity, "ended": "", "progress": null}',
        '{"seconds": -1, "ended": "", "progress": null}',
        '{"seconds": 1, "ended": [], "progress": null}',
        '{"seconds": 1, "ended": "", "progress": {}}',
        '{"seconds": 1, "ended": "", "progress": {"paused": false, "seconds_left": "much"}}',
    ],
)  # fmt: skip
def test_a_damaged_file_tells_nothing(text, tmp_path):
    (tmp_path / NAME).write_text(text)
    assert read(tmp_path) == Status()


def test_what_is_written_is_read(tmp_path):
    write(tmp_path, Status(2.5, "budget"))
    assert read(tmp_path) == Status(2.5, "budget")


def test_the_end_is_told_to_all(tmp_path):
    told = []
    kept = Kept(tmp_path, 10.0, told.append)
    kept(Progress("link", 5.0, 7, None, 0.7, left=2.0))
    assert read(tmp_path).seconds == 15 and read(tmp_path).ended == ""
    kept.end("budget", 16.0)
    status = read(tmp_path)
    assert (status.seconds, status.ended) == (16, "budget")
    assert status.progress["phase"] == "done"
    assert (status.progress["share"], status.progress["seconds_left"]) == (1, 0)
    assert told[-1].phase == "done" and told[-1].evaluated == 7
    assert json.loads((tmp_path / NAME).read_text())["progress"]["candidates"] == 7


def test_an_end_without_a_library_is_told_too(tmp_path):
    told = []
    kept = Kept(tmp_path, 10.0, told.append)
    kept(Progress("search", 5.0, 7, None, 0.7))
    kept.fail("nothing fits")
    assert (read(tmp_path).seconds, read(tmp_path).ended) == (15, "nothing fits")
    assert len(told) == 1
