"""Files appear whole or not at all."""

import pytest

from kinglet.errors import InputError
from kinglet.files import write_whole


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
