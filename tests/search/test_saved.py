"""The folder of a search gives the same search again, or one sentence."""

import json
import tracemalloc
import zipfile

import numpy as np
import pytest

from kinglet.errors import InputError
from kinglet.record import Shape
from kinglet.search import arrays, saved
from kinglet.search.claim import Owner, claim, owner
from kinglet.search.context import Context, make_context
from kinglet.search.plan import Plan
from kinglet.search.saved import load, load_plan, save
from kinglet.signals import Signals, label_machines, label_normal, label_signals, label_targets
from tests import samples
from tests.anomaly_samples import abnormal, nominal

SHAPE = Shape(32, 2)
VALUES, LABEL = samples.signals(45, shape=SHAPE)


def context_of(task: str) -> Context:
    """A search of each project type, with nothing left at its default that is kept."""
    if task == "classification":
        names = np.array(samples.CLASSES)[LABEL]
        data = label_signals(VALUES, names, rate=50.0, group=LABEL * 3)
        return make_context(
            data, target="STM32F411RE", seed=3, model=["lda", "mlp"], optimise="speed"
        )
    if task == "anomaly":
        good, bad = (Signals.from_array(make(30, 0, SHAPE)) for make in (nominal, abnormal))
        return make_context(label_machines(good, bad), task=task, forget=200, max_knowledge=2048)
    if task == "outlier":
        data = label_normal(Signals.from_array(VALUES))
        return make_context(data, task=task, settings={"outlier_rate": 0.1})
    data = label_targets(Signals.from_array(VALUES), samples.FREQUENCIES[LABEL])
    return make_context(data, task=task, max_time=0.00123, settings={"target_unit": "rad"})


@pytest.mark.parametrize("task", ["classification", "anomaly", "outlier", "extrapolation"])
def test_what_is_loaded_is_what_was_saved(task, tmp_path):
    context = context_of(task)
    plan = Plan(budget=12.5, jobs=3, strategy="random", estimate=False, suffix="_a", within=2.0)
    save(context, plan, tmp_path)
    again = load(tmp_path)
    assert again.fingerprint() == context.fingerprint()
    assert again.limits == context.limits and again.rules.keys() == context.rules.keys()
    assert load_plan(tmp_path) == plan
    for name in ("values", "group", "file", "line"):
        stored, given = getattr(again.data.signals, name), getattr(context.data.signals, name)
        assert stored.dtype == given.dtype and (stored == given).all()
    for one, two in zip(again.splits, context.splits, strict=True):
        assert (one.test == two.test).all() and (one.train == two.train).all()


def change(folder, **values):
    path = folder / saved.SEARCH
    path.write_text(json.dumps(json.loads(path.read_text()) | values))


def signals_of(folder):
    return json.loads((folder / saved.SEARCH).read_text())["signals"]


def rewrite(folder, **changes) -> None:
    """Other arrays, with their own digest: only their content tells that they are wrong."""
    kept = arrays.read(folder / saved.SIGNALS)
    kept |= {name: make(kept[name]) for name, make in changes.items()}
    np.savez(folder / saved.SIGNALS, **kept)
    change(folder, signals=signals_of(folder) | {"digest": arrays.digest(kept)})


def with_number(array, value):
    return np.concatenate([array[:-1], np.array([value], array.dtype)])


DAMAGES = {
    "empty": lambda folder: (folder / saved.SEARCH).write_bytes(b""),
    "no JSON": lambda folder: (folder / saved.SEARCH).write_bytes(b"\xff\x00{"),
    "list": lambda folder: (folder / saved.SEARCH).write_bytes(b"[1, 2]"),
    "schema": lambda folder: change(folder, schema=99),
    "task": lambda folder: change(folder, task="nonsense"),
    "target": lambda folder: change(folder, target="no such part"),
    "ram": lambda folder: change(folder, max_ram="much"),
    "time": lambda folder: change(folder, max_time=-1),
    "seed": lambda folder: change(folder, seed=1.5),
    "model": lambda folder: change(folder, model=["nonsense"]),
    "settings": lambda folder: change(folder, settings={"outlier_rate": "a"}),
    "classes": lambda folder: change(folder, signals=signals_of(folder) | {"classes": ["a"]}),
    "rate": lambda folder: change(folder, signals=signals_of(folder) | {"rate_hz": 0}),
    "no signals": lambda folder: (folder / saved.SIGNALS).unlink(),
    "torn": lambda folder: (folder / saved.SIGNALS).write_bytes(
        (folder / saved.SIGNALS).read_bytes()[:5000]
    ),
    "flipped": lambda folder: (folder / saved.SIGNALS).write_bytes(
        (folder / saved.SIGNALS).read_bytes().replace(VALUES.tobytes()[:8], b"01234567")
    ),
    "other signals": lambda folder: np.savez(
        folder / saved.SIGNALS,
        **dict(np.load(folder / saved.SIGNALS)) | {"values": np.ones((45, 32, 2), np.float32)},
    ),
    "label below 0": lambda folder: rewrite(folder, label=lambda a: with_number(a, -1)),
    "label too high": lambda folder: rewrite(folder, label=lambda a: with_number(a, 3)),
    "a class without signals": lambda folder: rewrite(folder, label=lambda a: np.minimum(a, 1)),
    "label of a target": lambda folder: rewrite(folder, label=lambda a: a.astype(np.float32)),
    "label of another type": lambda folder: rewrite(folder, label=lambda a: a.astype(np.int64)),
    "label of all": lambda folder: rewrite(folder, label=lambda a: a[:-1]),
    "file below 0": lambda folder: rewrite(folder, file_index=lambda a: with_number(a, -1)),
    "file too high": lambda folder: rewrite(folder, file_index=lambda a: with_number(a, 9)),
    "machine too high": lambda folder: rewrite(folder, machine=lambda a: with_number(a, 1 << 30)),
    "values out of range": lambda folder: rewrite(folder, values=lambda a: a * np.float32(1e30)),
    "deep": lambda folder: (folder / saved.SEARCH).write_bytes(b"[" * 100_000),
    "pickle": lambda folder: np.savez(
        folder / saved.SIGNALS, values=np.array([{"a": 1}], dtype=object)
    ),
}


@pytest.mark.parametrize("name", DAMAGES)
def test_a_damaged_folder_is_one_sentence(name, tmp_path):
    save(context_of("classification"), Plan(), tmp_path)
    DAMAGES[name](tmp_path)
    with pytest.raises(InputError) as refused:
        load(tmp_path)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    "plan",
    [
        {"budget": "long"},
        {"budget": 0},
        {"budget": 1e300},
        {"budget": None},
        {"candidates": 0},
        {"abi": "x"},
        {"strategy": "y"},
        {"within": 200},
        {"jobs": 1.5},
        {"jobs": 0},
        {"jobs": 1025},
        {"jobs": 10**400},
    ],
)
def test_a_damaged_plan_is_one_sentence(plan, tmp_path):
    save(context_of("classification"), Plan(), tmp_path)
    change(tmp_path, plan=json.loads((tmp_path / saved.SEARCH).read_text())["plan"] | plan)
    with pytest.raises(InputError) as refused:
        load_plan(tmp_path)
    assert "\n" not in str(refused.value) and len(str(refused.value)) < 400


def bomb(path, header: bytes, content: bytes) -> None:
    """An archive whose first array has a header of its own."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        head = b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header
        archive.writestr("values.npy", head + content)


@pytest.mark.parametrize(
    ("header", "content", "words"),
    [
        (b"{'descr': '<f4', 'fortran_order': False, 'shape': (1000000000, 9, 9)}", b"", "size"),
        (b"{'descr': '<f4', 'fortran_order': False, 'shape': (1, 1, 1)}", bytes(1 << 26), "much"),
        (b"{'descr': '|O', 'fortran_order': False, 'shape': (1, 1, 1)}", bytes(8), "object"),
        (
            b"{'descr': '<f4', 'fortran_order': False, 'shape': (-1, -1, 1)}",
            bytes(4),
            "cannot be read",
        ),
        (b"(" * 5000, b"", "cannot be read"),
    ],
)
def test_no_array_is_unpacked_before_its_size_is_known(header, content, words, tmp_path):
    bomb(tmp_path / "x.npz", header, content)
    tracemalloc.start()
    with pytest.raises(ValueError, match=words):
        arrays.read(tmp_path / "x.npz")
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 1 << 22


@pytest.mark.parametrize("content", [b"[" * 100_000, b'{"pid": 1e999, "start": 1}', b"[]", b""])
def test_whoever_works_there_is_told_of_whatever_stands_in_the_file(content, tmp_path):
    with claim(tmp_path):
        (tmp_path / "pid").write_bytes(content)
        assert owner(tmp_path) == Owner(0, "just now")


def test_only_one_search_works_in_a_folder(tmp_path):
    folder = tmp_path / "search"
    with claim(folder), pytest.raises(InputError, match="running there"), claim(folder):
        raise AssertionError
    with claim(folder):
        pass
    assert owner(folder) is None
