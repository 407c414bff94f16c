"""Lines of a journal that no search can have written do not count."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from kinglet.costs import Sizes
from kinglet.errors import InputError
from kinglet.search.evaluate import Evaluation
from kinglet.search.journal import Journal, read
from tests import samples

ENTRY = Evaluation(
    samples.pipelines()[0], (0.5, 1.0), True, sizes=Sizes(100, 200, 3000.0), margin=0.5, thrift=0.9
)


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "journal.jsonl"
    book = Journal(path, {"seed": 3})
    for number in range(3):
        book.add(replace(ENTRY, number=number))
    return path


def test_what_is_read_is_what_was_written(path):
    header, entries = read(path)
    assert header["seed"] == 3
    assert entries == [replace(ENTRY, number=number) for number in range(3)]


@pytest.mark.parametrize(
    "change",
    [
        {"split_scores": [None, 1.0]},
        {"split_scores": []},
        {"split_scores": [float("nan"), 1.0]},
        {"split_scores": [float("inf"), 1.0]},
        {"flash_bytes": None},
        {"ram_bytes": -1},
        {"ram_bytes": float("inf")},
        {"cycles": float("nan")},
        {"margin": float("nan")},
        {"number": -1},
        {"number": 10**30},
        {"seconds": "long"},
        {"pipeline": []},
    ],
    ids=str,
)
def test_a_line_that_no_search_writes_does_not_count(change, path):
    lines = path.read_text().splitlines()
    lines[2] = json.dumps(json.loads(lines[2]) | change)
    path.write_text("\n".join(lines) + "\n")
    assert [entry.number for entry in read(path)[1]] == [0, 2]


def test_a_line_nested_without_end_does_not_count(path):
    path.write_text(path.read_text() + "[" * 100_000 + "\n")
    assert len(read(path)[1]) == 3
    path.write_text("[" * 100_000 + "\n")
    with pytest.raises(InputError, match="not the journal"):
        read(path)


def test_a_full_disk_ends_it_in_one_sentence(tmp_path, monkeypatch):
    book = Journal(tmp_path / "journal.jsonl", {})

    def fail(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "open", fail)
    with pytest.raises(InputError, match=r"No space left.*kinglet resume"):
        book.add(ENTRY)
