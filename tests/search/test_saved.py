"""The folder of a search gives the same search again, or one sentence."""

import json

import numpy as np
import pytest

from kinglet.errors import InputError
from kinglet.record import Shape
from kinglet.search import saved
from kinglet.search.claim import claim, owner
from kinglet.search.context import Context, make_context
from kinglet.search.saved import Plan, load, load_plan, save
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
    "plan", [{"budget": "long"}, {"abi": "x"}, {"strategy": "y"}, {"within": 200}, {"jobs": 1.5}]
)
def test_a_damaged_plan_is_one_sentence(plan, tmp_path):
    save(context_of("classification"), Plan(), tmp_path)
    change(tmp_path, plan=json.loads((tmp_path / saved.SEARCH).read_text())["plan"] | plan)
    with pytest.raises(InputError):
        load_plan(tmp_path)


def test_only_one_search_works_in_a_folder(tmp_path):
    folder = tmp_path / "search"
    with claim(folder), pytest.raises(InputError, match="running there"), claim(folder):
        raise AssertionError
    with claim(folder):
        pass
    assert owner(folder) is None
