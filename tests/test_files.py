"""Files appear whole or not at all."""

import pytest

from kinglet.errors import InputError
from kinglet.files import read_json, write_whole


def test_a_file_replaces_the_one_before(tmp_path):
    path = tmp_path / "new" / "file"
    for content in (b"one", b"two"):
        assert write_whole(path, content).read_bytes() == content
    assert [entry.name for entry in path.parent.iterdir()] == ["file"]


def test_what_cannot_be_written_leaves_nothing(tmp_path):
    taken = tmp_path / "taken"
    taken.mkdir()
    (taken / "kept").write_bytes(b"")
    for path in (taken, taken / "kept" / "file"):
        with pytest.raises(InputError, match="cannot be written"):
            write_whole(path, b"content")
    assert [entry.name for entry in tmp_path.iterdir()] == ["taken"]


@pytest.mark.parametrize("content", [None, b"", b"{", b"\xff\xfe{}", b"[" * 100_000])
def test_what_is_not_json_reads_as_nothing(content, tmp_path):
    path = tmp_path / "file.json"
    if content is not None:
        path.write_bytes(content)
    assert read_json(path) is None


def test_json_is_read(tmp_path):
    (tmp_path / "file.json").write_text('{"a": [1, "ü"]}', encoding="utf-8")
    assert read_json(tmp_path / "file.json") == {"a": [1, "ü"]}
