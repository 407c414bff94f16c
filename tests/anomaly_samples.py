"""Anomaly detection without a search: synthetic signals, and a fitted pipeline for each model."""

from functools import cache

import numpy as np

from kinglet.ccode import Names
from kinglet.host import Device, run_chain
from kinglet.library import Emulator
from kinglet.library.program import program
from kinglet.library.sources import Sources, make_sources
from kinglet.pipeline import FittedPipeline, Knowledge, Pipeline, make_plan
from kinglet.pipeline.spec import Chain, chain_outputs, model, selector, step
from kinglet.record import Learner, Shape, models
from kinglet.search.fit import scaled
from kinglet.tasks import TASKS
from kinglet.toolchain import compile_wasm

CLASSES = ("normal", "abnormal")
SHAPE = Shape(64, 3)
STREAM = Shape(1, 4)
MINIMUM = 30
FACTOR = 1.2
LEARNERS = tuple(record.name for record in models() if isinstance(record, Learner))
TASK = TASKS["anomaly"]


def nominal(n: int, seed: int = 0, shape: Shape = SHAPE) -> np.ndarray:
    """Three regimes of a machine in turn, as tones in noise; of a stream, its samples in order."""
    rng = np.random.default_rng([seed, n])
    if shape.length == 1:
        time = np.arange(n)[:, None] + 37.0 * seed
        level = np.where(time // 60 % 2, 3.0, 1.0)  # two regimes, an hour of samples each
        wave = np.sin(0.2 * time + np.arange(shape.axes))
        samples = level * np.arange(1, shape.axes + 1) + wave + 0.1 * rng.normal(size=wave.shape)
        return samples[:, None, :].astype(np.float32)
    regime = np.arange(n) % 3
    return _tones(np.array([0.3, 0.5, 1.1])[regime], np.array([1.0, 0.4, 2.0])[regime], rng, shape)


def abnormal(n: int, seed: int = 0, shape: Shape = SHAPE) -> np.ndarray:
    """Tones between and beyond the regimes; of a stream, sensors that have come apart."""
    if shape.length == 1:
        return nominal(n, seed, shape) * np.linspace(4, -4, shape.axes, dtype=np.float32)
    rng = np.random.default_rng([seed, n, 1])
    odd = np.arange(n) % 2
    return _tones(np.array([0.8, 2.2])[odd], np.array([3.0, 1.2])[odd], rng, shape)


def _tones(
    frequency: np.ndarray, gain: np.ndarray, rng: np.random.Generator, shape: Shape
) -> np.ndarray:
    time = np.arange(shape.length)[None, :, None]
    phase = rng.uniform(0, 6.28, size=(len(gain), 1, shape.axes))
    gain = gain * rng.uniform(0.8, 1.25, size=len(gain))
    x = gain[:, None, None] * np.sin(frequency[:, None, None] * time + phase)
    return (x + 0.1 * rng.normal(size=x.shape)).astype(np.float32)


def _branches(shape: Shape) -> tuple[Chain, ...]:
    if shape.length > 1:
        return (step("time_statistics"),), (step("rfft"), step("bands", bands=8))
    steps = ("moving_statistics", "moving_average", "lagged_differences")
    return ((step("segment_means", segments=1),), *((step(name),) for name in steps))


def _selected(record: Learner, branches: tuple[Chain, ...], shape: Shape) -> np.ndarray:
    """Features from all branches, as many as the model takes, all of the axes among them."""
    pool = sum(chain_outputs(chain, shape) for chain in branches)
    config = record.complete({})
    count = next(n for n in (24, 16, 8, 4, 1) if n <= pool and record.accepts(config, n))
    return np.linspace(0, pool - 1, count).astype(int)


@cache
def fitted(name: str, shape: Shape = SHAPE) -> FittedPipeline:
    """A pipeline that ends in a model, with the knowledge of 60 nominal signals."""
    record = models()[name]
    assert isinstance(record, Learner)
    branches = _branches(shape)
    pipeline = Pipeline(branches, step("bound"), selector("all_features"), model(name))
    selected = _selected(record, branches, shape)
    prepared = record.prepare(pipeline.model.settings, len(selected), seed=1)
    empty = FittedPipeline(pipeline, shape, CLASSES, selected, {}, prepared)
    player = device(empty)
    player.learn(features(empty, nominal(60, 7, shape)))
    knowledge = Knowledge(FACTOR, MINIMUM, player.learned, player.state, player.calibration)
    return FittedPipeline(pipeline, shape, CLASSES, selected, {}, prepared, knowledge=knowledge)


def device(fitted: FittedPipeline) -> Device:
    """The host's device with nothing learned."""
    use = fitted.pipeline.model
    n_inputs, stream = len(fitted.selected), fitted.shape.length == 1
    return Device(models()[use.name], use.settings, fitted.model_fit, n_inputs, stream=stream)


def features(fitted: FittedPipeline, values: np.ndarray) -> np.ndarray:
    """What the model gets to see of signals, by the host; they are one stream."""
    joined = [run_chain(chain, values, {}) for chain in fitted.pipeline.chains()]
    return scaled(fitted, np.concatenate(joined, axis=1))


@cache
def sources(name: str, shape: Shape = SHAPE, suffix: str = "") -> Sources:
    """C of a library."""
    return make_sources(program(fitted(name, shape)), TASK, Names(suffix))


def knowledge_bytes(name: str, shape: Shape = SHAPE) -> int:
    return make_plan(fitted(name, shape)).knowledge_bytes


@cache
def _wasm(name: str, shape: Shape, suffix: str, functions: str, exports: tuple[str, ...]) -> bytes:
    made = sources(name, shape, suffix)
    text = made.source + made.emulator + functions
    return compile_wasm(text, {made.names.header: made.header}, [*TASK.exports, *exports])


def emulator(
    name: str,
    shape: Shape = SHAPE,
    suffix: str = "",
    functions: str = "",
    exports: tuple[str, ...] = (),
) -> Emulator:
    """A library just started, as WebAssembly; C functions of a test may be added to it."""
    metadata = {
        "id": sources(name, shape, suffix).identifier,
        "task": TASK.name,
        "model": name,
        "classes": list(CLASSES),
        "length": shape.length,
        "axes": shape.axes,
        "knowledge_bytes": knowledge_bytes(name, shape),
    }
    return Emulator(_wasm(name, shape, suffix, functions, exports), metadata)
