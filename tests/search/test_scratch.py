"""What killed searches leave in the system's temporary folder is removed, and nothing else."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from kinglet.search import claim
from kinglet.search.scratch import scratch

SEARCH = """
import os, sys, time
from kinglet.search.scratch import scratch
with scratch() as folder:
    (folder / "features").write_bytes(bytes(100))
    print(folder, flush=True)
    sys.stdin.read()
    os.kill(os.getpid(), 9)
"""


def begin(tmp_path):
    """A process that has such a folder until it is killed, and the folder."""
    process = subprocess.Popen(
        [sys.executable, "-c", SEARCH],
        env=os.environ | {"TMPDIR": str(tmp_path)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    return process, Path(process.stdout.readline().strip())


def age(folder):
    """Make it an hour old."""
    made = (folder / claim.NAME).stat().st_mtime - 3600
    os.utime(folder / claim.NAME, (made, made))


@pytest.mark.skipif(sys.platform == "win32", reason="a process is killed by a signal here")
def test_the_folder_of_a_killed_search_is_removed_by_the_next(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    living, its = begin(tmp_path)
    killed, stale = begin(tmp_path)
    killed.communicate("")
    assert (stale / "features").exists()
    with scratch() as own:
        assert stale.exists(), "just made, it may be about to be locked"
    assert not own.exists()
    others = tmp_path / "kinglet-search-of-somebody"
    others.mkdir()
    age(its)
    age(stale)
    with monkeypatch.context() as without_locks:
        without_locks.setattr(claim, "_lock", lambda file, *, shared: None)
        with scratch():
            assert stale.exists(), "nobody can tell who lives"
    with scratch():
        assert not stale.exists()
    assert (its / "features").exists()
    assert others.exists()
    living.communicate("")
