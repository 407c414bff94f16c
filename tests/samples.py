"""Small fitted pipelines over synthetic signals, for tests of everything behind the search."""

import tempfile
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np

from kinglet.costs import CostModel
from kinglet.pipeline import FittedPipeline, Pipeline
from kinglet.pipeline.spec import model
from kinglet.record import CLASSIFICATION, ENDLESS, Shape, models
from kinglet.search.fit import Problem, fit, join, outputs
from kinglet.search.limits import Limits
from kinglet.search.portfolio import portfolio
from kinglet.search.store import Store
from kinglet.signals import Labelled, label_signals
from kinglet.tasks import TASKS

CLASSES = ("slow", "middle", "fast")
SHAPE = Shape(64, 3)
SERVING = models().serving(CLASSIFICATION)


def signals(n: int = 60, seed: int = 0, shape: Shape = SHAPE) -> tuple[np.ndarray, np.ndarray]:
    """Noisy tones of three frequencies with random phase and gain; values and label."""
    rng = np.random.default_rng(seed)
    label = np.arange(n) % 3
    time = np.arange(shape.length)[None, :, None]
    frequency = np.array([0.15, 0.3, 0.6])[label][:, None, None]
    phase = rng.uniform(0, 6.28, size=(n, 1, shape.axes))
    gain = rng.uniform(0.5, 2.0, size=(n, 1, 1))
    x = gain * np.sin(frequency * time + phase) + 0.3 * rng.normal(size=(n, *shape))
    return x.astype(np.float32), label


def labelled(n: int = 60, seed: int = 0) -> Labelled:
    values, label = signals(n, seed)
    return label_signals(values, np.array(CLASSES)[label], rate=100.0)


def pipelines() -> list[Pipeline]:
    """One pipeline for each model, of the portfolio where it has one."""
    listed = portfolio(SHAPE)
    by_model = {name: replace(listed[-1], model=model(name)) for name in SERVING}
    by_model |= {pipeline.model.name: pipeline for pipeline in reversed(listed)}
    return list(by_model.values())


@cache
def fitted(name: str) -> tuple[FittedPipeline, bytes]:
    """The portfolio's first pipeline with a model, fitted; and what the host says of `signals`."""
    pipeline = next(p for p in pipelines() if p.model.name == name)
    values, label = signals()
    limits = Limits(32 << 10, 128 << 10, 0.02, 80e6)
    with tempfile.TemporaryDirectory() as folder:
        store = Store.create(Path(folder), values, 0)
        problem = Problem(
            task=TASKS[CLASSIFICATION],
            store=store,
            label=label,
            machine=np.zeros_like(label),
            classes=CLASSES,
            shape=SHAPE,
            limits=limits,
            costs=CostModel("cortex-m4f"),
            seed=0,
            horizon=ENDLESS,
            imitated=False,
        )
        joined = join(problem, pipeline)
        made = fit(problem, joined, np.arange(len(label)), "all")
        return made, outputs(made, joined.features).tobytes()


def host_outputs(name: str) -> np.ndarray:
    return np.frombuffer(fitted(name)[1], dtype=np.float32).reshape(-1, len(CLASSES))


MODELS = tuple(pipeline.model.name for pipeline in pipelines())
