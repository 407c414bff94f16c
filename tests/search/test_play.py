"""The search plays the device: what it hears is what the library says, bit for bit."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from kinglet.ccode import Names
from kinglet.costs import CostModel
from kinglet.library import Emulator
from kinglet.library.program import program
from kinglet.library.sources import make_sources
from kinglet.record import ENDLESS, Shape
from kinglet.search.evaluate import evaluate
from kinglet.search.fit import fit
from kinglet.search.joined import join
from kinglet.search.limits import Limits
from kinglet.search.play import order, play, remember
from kinglet.search.portfolio.anomaly import portfolio
from kinglet.search.problem import Problem
from kinglet.search.store import Store
from kinglet.signals import Labelled, Signals, label_machines, make_splits
from kinglet.tasks import similarity
from kinglet.toolchain import compile_wasm
from tests import anomaly_samples as samples


def one_machine(shape: Shape = samples.SHAPE, n: int = 60, seed: int = 0) -> Labelled:
    parts = (f(n, seed, shape) for f in (samples.nominal, samples.abnormal))
    return label_machines(*map(Signals.from_array, parts))


def two_machines(offset: float = 0.0) -> Labelled:
    """What is abnormal for the first machine is usual for the second one, and the reverse."""
    normal, abnormal = samples.nominal(60), samples.abnormal(60)
    parts = [normal, offset + abnormal, abnormal[::-1], offset + normal[::-1]]
    signals = Signals.concatenate([Signals.from_array(part) for part in parts])
    label, machine = np.repeat([0, 0, 1, 1], 60), np.repeat([0, 1, 0, 1], 60)
    return Labelled(signals, label, samples.CLASSES, machine)


def problem(data: Labelled, folder: Path, horizon: float = ENDLESS) -> Problem:
    signals = data.signals
    in_order = signals.length == 1
    folder.mkdir()
    Store.create(folder, signals.values, 0)
    return Problem(
        task=samples.TASK,
        store=Store(folder, 0, signals.file if in_order else None),
        label=data.label,
        machine=data.machine,
        classes=data.classes,
        shape=Shape(signals.length, signals.axes),
        limits=Limits(32 << 10, 128 << 10, 0.005, 80e6),
        costs=CostModel("cortex-m4f"),
        seed=0,
        horizon=horizon,
        imitated=False,
    )


def splits_of(data: Labelled):
    return make_splits(data.label + 2 * data.machine, data.signals.group, data.signals.line)


def emulator(problem: Problem, fitted, joined) -> Emulator:
    """The library of a candidate."""
    finished = remember(problem, fitted, joined)
    made = program(finished)
    sources = make_sources(made, samples.TASK, Names())
    headers = {sources.names.header: sources.header}
    wasm = compile_wasm(sources.source + sources.emulator, headers, list(samples.TASK.exports))
    return Emulator(wasm, {
        "id": "x", "task": "anomaly", "classes": list(samples.CLASSES),
        "length": problem.shape.length, "axes": problem.shape.axes,
        "knowledge_bytes": made.knowledge_bytes,
    })  # fmt: skip


def said_by_both(data, folder, pipeline, split, machine=0):
    """Outputs of the search and of the library for held-out lines of a machine."""
    case = problem(data, folder)
    joined = join(case, pipeline)
    fitted = fit(case, joined, pipeline, split.train)
    played = play(case, fitted, joined, split.train, split.test, "x")
    rows = order(case, split.train[data.machine[split.train] == machine], "x")
    mine = data.machine[split.test] == machine
    values = data.signals.values
    library = emulator(case, fitted, joined)
    emulation = library.run(values[split.test[mine]], learn=values[rows])
    assert emulation.extra["learned"] == len(rows)
    return played[mine], emulation.outputs


# Pipelines of the portfolio, each with another model.
SIGNALS = list({p.model.name: p for p in portfolio(samples.SHAPE)}.values())
STREAMS = list({p.model: p for p in portfolio(samples.STREAM)}.values())


@pytest.mark.parametrize("pipeline", SIGNALS, ids=lambda p: p.model.name)
def test_the_library_says_the_bits_that_the_search_heard(pipeline, tmp_path):
    data = one_machine()
    played, said = said_by_both(data, tmp_path / "s", pipeline, splits_of(data)[0])
    assert said[:, 1].tobytes() == played[:, 0].tobytes()
    np.testing.assert_array_equal(said[:, 0], similarity.similarities(played))
    assert len(np.unique(said[:, 1])) > 10


@pytest.mark.parametrize("pipeline", STREAMS, ids=lambda p: f"{p.model.name}")
def test_so_it_does_for_a_stream(pipeline, tmp_path):
    data = one_machine(samples.STREAM, 200)
    # The last block: what is learned and what is judged then are one stretch.
    split = splits_of(data)[-1]
    split = SimpleNamespace(train=split.train, test=split.test[split.test < 200])
    played, said = said_by_both(data, tmp_path / "s", pipeline, split)
    assert said[:, 1].tobytes() == played[:, 0].tobytes()


def test_each_machine_is_judged_by_what_it_learned_itself(tmp_path):
    data, far = two_machines(), two_machines(offset=1e4)
    split, pipeline = splits_of(data)[0], portfolio(samples.SHAPE)[1]
    heard = []
    for number, each in enumerate((data, far)):
        case = problem(each, tmp_path / str(number))
        joined = join(case, pipeline)
        fitted = fit(case, joined, pipeline, split.train)
        heard.append(play(case, fitted, joined, split.train, split.test, "x"))
    first = data.machine[split.test] == 0
    assert heard[0][first].tobytes() == heard[1][first].tobytes()
    assert heard[0][~first].tobytes() != heard[1][~first].tobytes()
    played, said = said_by_both(data, tmp_path / "s", pipeline, split, machine=1)
    assert said[:, 1].tobytes() == played[:, 0].tobytes()
    anomalous = similarity.shares(heard[0]) > 1
    assert (anomalous == (data.label[split.test] == 1)).mean() > 0.9


def test_signals_are_learned_at_random_and_a_stream_in_order():
    label = np.repeat([0, 1], 50)
    rows = np.random.default_rng(0).permutation(100)[:80]
    nominal = rows[label[rows] == 0]
    case = SimpleNamespace(label=label, seed=3, shape=Shape(64, 3))
    drawn = order(case, rows, "random0")
    assert sorted(drawn) == sorted(nominal) and (np.diff(drawn) < 0).any()
    np.testing.assert_array_equal(order(case, rows, "random0"), drawn)
    for other in (order(case, rows, "random1"), order(SimpleNamespace(**vars(case) | {"seed": 4}),
                                                      rows, "random0")):  # fmt: skip
        assert (other != drawn).any() and sorted(other) == sorted(drawn)
    stream = SimpleNamespace(label=label, seed=3, shape=Shape(1, 3))
    np.testing.assert_array_equal(order(stream, rows, "block0"), np.sort(nominal))


def test_the_horizon_reaches_the_device(tmp_path):
    """With it, the first signals are forgotten; without, they are remembered for good."""
    before, after = samples.nominal(150), samples.nominal(150, 5) + np.float32(20)
    data = label_machines(*map(Signals.from_array, (before, after)))
    pipeline = portfolio(samples.SHAPE)[1]
    found = {}
    for horizon in (30.0, ENDLESS):
        case = problem(data, tmp_path / str(horizon), horizon=horizon)
        joined = join(case, pipeline)
        fitted = fit(case, joined, pipeline, np.arange(300))
        assert fitted.model_fit["horizon"] == horizon
        library = emulator(case, fitted, joined)
        values = np.concatenate([before[:40], after[:40]])
        learn = np.concatenate([before[40:], after[40:]])
        z = library.run(values, learn=learn).outputs[:, 1]
        found[horizon] = np.mean(z[:40]) - np.mean(z[40:])
    assert found[30.0] > found[ENDLESS] + 1


def wild_noise(n: int, seed: int) -> np.ndarray:
    """White noise of any strength: ten times as much or in another order, it is as usual."""
    rng = np.random.default_rng(seed)
    return 10 ** rng.uniform(-4, 4, (n, 1, 1)) * rng.normal(size=(n, 64, 1))


def test_a_candidate_that_says_the_same_of_all_is_refused(tmp_path):
    data = label_machines(*(Signals.from_array(wild_noise(80, seed)) for seed in (0, 1)))
    pipeline = portfolio(Shape(64, 1))[0]
    case = problem(data, tmp_path / "s")
    evaluation = evaluate(case, splits_of(data), pipeline)
    assert evaluation.refused == "sticks"
    assert not evaluation.complete and evaluation.score == -np.inf

    usual = one_machine()
    case = problem(usual, tmp_path / "usual")
    assert evaluate(case, splits_of(usual), pipeline).refused == ""
