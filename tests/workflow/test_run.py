"""A search in a folder: what is checked before it begins, and what it leaves however it ends."""

import json
from concurrent.futures import Future

import pytest

import kinglet
from kinglet.errors import InputError, NothingFitsError
from kinglet.search import saved, status
from kinglet.search.executors import InProcess
from kinglet.search.standing import Standing
from kinglet.workflow import pick, resume
from tests import samples

FEW = {"budget": None, "candidates": 3, "jobs": 1, "estimate": False, "model": ["lda"]}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    out = tmp_path_factory.mktemp("made")
    kinglet.make(samples.labelled(), out, **FEW)
    return out


@pytest.fixture
def copied(made, tmp_path):
    """A folder of its own with the same search."""
    for path in made.rglob("*"):
        if path.is_file():
            new = tmp_path / path.relative_to(made)
            new.parent.mkdir(exist_ok=True)
            new.write_bytes(path.read_bytes())
    return tmp_path


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"budget": -1.0, "candidates": None}, InputError),
        ({"budget": float("nan")}, InputError),
        ({"budget": None, "candidates": None}, InputError),
        ({"candidates": 0}, InputError),
        ({"jobs": 0}, InputError),
        ({"jobs": 2000}, InputError),
        ({"within": -1}, InputError),
        ({"strategy": "nonsense"}, InputError),
        ({"model": ["nonsense"]}, InputError),
        ({"no_such_argument": 1}, TypeError),
        ({"journal": "elsewhere"}, TypeError),
    ],
    ids=str,
)
def test_unusable_arguments_leave_the_folder_as_it_was(wrong, error, made):
    before = {path: path.read_bytes() for path in made.rglob("*") if path.is_file()}
    with pytest.raises(error):
        kinglet.make(samples.labelled(), made, **FEW | wrong)
    assert {path: path.read_bytes() for path in made.rglob("*") if path.is_file()} == before


def test_libraries_of_an_earlier_search_are_removed(copied):
    (copied / "library-7.zip").touch()
    (copied / "library-mine.zip").touch()
    with pytest.raises(NothingFitsError):
        kinglet.make(samples.labelled(), copied, **FEW, max_flash=600)
    assert {path.name for path in copied.iterdir()} == {"search", "library-mine.zip"}
    assert status.read(copied / saved.FOLDER).ended == "nothing fits"
    assert Standing(copied).rows() == []


def test_workers_of_a_cluster_are_not_those_of_this_machine(tmp_path):
    class Workers(InProcess):
        calls = 0

        def submit(self, fn, /, *args, **kwargs) -> Future:
            Workers.calls += 1
            return super().submit(fn, *args, **kwargs)

    kinglet.make(samples.labelled(), tmp_path, **FEW | {"jobs": 64}, executor=Workers())
    assert saved.load_plan(tmp_path / saved.FOLDER).jobs is None
    before, Workers.calls = Workers.calls, 0
    assert before
    resume(tmp_path, candidates=5, jobs=64, executor=Workers())
    assert Workers.calls and saved.load_plan(tmp_path / saved.FOLDER).jobs is None


def test_the_journal_of_another_search_is_refused(copied):
    path = copied / saved.FOLDER / saved.JOURNAL
    head, *lines = path.read_text().splitlines()
    path.write_text("\n".join([json.dumps(json.loads(head) | {"seed": 99}), *lines]) + "\n")
    for look in (lambda: Standing(copied).rows(), lambda: pick(copied)):
        with pytest.raises(InputError, match="another seed"):
            look()


def test_candidates_with_other_splits_do_not_count(copied):
    path = copied / saved.FOLDER / saved.JOURNAL
    head, first, *lines = path.read_text().splitlines()
    entry = json.loads(first)
    entry["split_scores"] = [1.0, 1.0]
    path.write_text("\n".join([head, json.dumps(entry), *lines]) + "\n")
    assert [e.number for e in Standing(copied).entries] == [1, 2]


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"[" * 100_000, b'{"number": [], "leaderboard": [{}]}']
)
def test_a_damaged_result_leaves_predicted_sizes(content, copied):
    (copied / "result.json").write_bytes(content)
    standing = Standing(copied)
    assert standing.result == {} and standing.rows()
    assert not any(row["built"] for row in standing.rows())
