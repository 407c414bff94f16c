"""Small fitted pipelines over synthetic signals, for tests of everything behind the search."""

import tempfile
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from kinglet.costs import CostModel
from kinglet.library import Library, build
from kinglet.pipeline import FittedPipeline, Output, Pipeline
from kinglet.pipeline.spec import model
from kinglet.record import CLASSIFICATION, ENDLESS, EXTRAPOLATION, OUTLIER, Shape, models
from kinglet.search.fit import fit, inputs, outputs
from kinglet.search.joined import join
from kinglet.search.limits import Limits
from kinglet.search.problem import Problem
from kinglet.search.space import Space
from kinglet.search.store import Store
from kinglet.signals import Labelled, label_signals
from kinglet.tasks import TASKS, Task

CLASSES = ("slow", "middle", "fast")
SHAPE = Shape(64, 3)
DESK = (CLASSIFICATION, OUTLIER, EXTRAPOLATION)
FREQUENCIES = np.array([0.15, 0.3, 0.6])


def signals(n: int = 60, seed: int = 0, shape: Shape = SHAPE) -> tuple[np.ndarray, np.ndarray]:
    """Noisy tones of three frequencies with random phase and gain; values and label."""
    rng = np.random.default_rng(seed)
    label = np.arange(n) % 3
    time = np.arange(shape.length)[None, :, None]
    frequency = FREQUENCIES[label][:, None, None]
    phase = rng.uniform(0, 6.28, size=(n, 1, shape.axes))
    gain = rng.uniform(0.5, 2.0, size=(n, 1, 1))
    x = gain * np.sin(frequency * time + phase) + 0.3 * rng.normal(size=(n, *shape))
    return x.astype(np.float32), label


def labelled(n: int = 60, seed: int = 0) -> Labelled:
    values, label = signals(n, seed)
    return label_signals(values, np.array(CLASSES)[label], rate=100.0)


def task_of(name: str) -> Task:
    """The project type that a model of the desk serves."""
    (task,) = (task for task in DESK if name in models().serving(task))
    return TASKS[task]


def target_of(task: Task, label: np.ndarray) -> np.ndarray:
    """What is known of `signals`: the class, whether it is no slow or middle one, the frequency."""
    if task.name == CLASSIFICATION:
        return label
    if task.name == OUTLIER:
        return (label == 2).astype(np.int64)
    return FREQUENCIES[label].astype(np.float32)


def pipelines() -> list[Pipeline]:
    """One pipeline for each model of the desk, of the portfolio where it has one."""
    chosen = {}
    for task in DESK:
        listed = Space(task, SHAPE, 0).portfolio
        serving = models().serving(task)
        chosen |= {name: replace(listed[-1], model=model(name)) for name in serving}
        chosen |= {pipeline.model.name: pipeline for pipeline in reversed(listed)}
    return list(chosen.values())


@cache
def fitted(name: str) -> tuple[FittedPipeline, bytes]:
    """The portfolio's first pipeline with a model, fitted; and what the host says of `signals`."""
    return fit_pipeline(next(p for p in pipelines() if p.model.name == name))


def fit_pipeline(pipeline: Pipeline) -> tuple[FittedPipeline, bytes]:
    """A pipeline, fitted; and what the host says of `signals`."""
    values, label = signals()
    task = task_of(pipeline.model.name)
    label = target_of(task, label)
    limits = Limits(32 << 10, 128 << 10, 0.02, 80e6)
    with tempfile.TemporaryDirectory() as folder:
        problem = Problem(
            task=task,
            store=Store.create(Path(folder), values, 0),
            label=label,
            machine=np.zeros(len(label), np.int64),
            classes=CLASSES if task.has_classes else (),
            shape=SHAPE,
            limits=limits,
            costs=CostModel("cortex-m4f"),
            seed=0,
            horizon=ENDLESS,
            imitated=False,
        )
        joined = join(problem, pipeline)
        lines = np.arange(len(label))
        made = fit(problem, joined, pipeline, lines)
        seen = inputs(made, joined, lines)
        if task.name == OUTLIER:  # a limit that some of the signals are beyond
            score = outputs(made, seen)[:, 0]
            gain = 1 / np.ptp(score)
            made = replace(made, output=Output(gain, 0.5 - gain * score.min()))
        return made, outputs(made, seen).tobytes()


def library(name: str, **arguments: Any) -> Library:
    """The library of `fitted`."""
    made, _ = fitted(name)
    return build(made, task=task_of(name), **({"signals": signals()[0]} | arguments))


def host_outputs(name: str) -> np.ndarray:
    made, content = fitted(name)
    return np.frombuffer(content, dtype=np.float32).reshape(-1, made.n_outputs)


def answers(name: str, outputs: np.ndarray) -> list[bytes]:
    """What the C function of a library writes, for what the host says."""
    task = task_of(name).name
    if task == CLASSIFICATION:
        return [row.tobytes() + int(row.argmax()).to_bytes(4, "little") for row in outputs]
    if task == OUTLIER:
        return [bytes([int(score > 1)]) for (score,) in outputs]
    return [row.tobytes() for row in outputs]


MODELS = tuple(pipeline.model.name for pipeline in pipelines())
CLASSIFIERS = tuple(name for name in MODELS if task_of(name).has_classes)
