"""The peer of the speed: one candidate after the other, as scikit-learn would have it.

The same features (by the same C), selection, scaling and model as steps of a `Pipeline`, judged by
`cross_val_score` on one split. Nothing is kept from one candidate to the next.
"""

import time
from collections.abc import Sequence
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, TransformerMixin
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import Pipeline as Steps
from threadpoolctl import threadpool_limits

from kinglet.host import fit_chain, predict, run_chain, run_step
from kinglet.pipeline import Pipeline, make_pool
from kinglet.record import Shape, models, selectors, steps
from kinglet.signals import Split


class Features(TransformerMixin, BaseEstimator):
    """The joined features of all branches, a few of which are chosen with the labels."""

    def __init__(self, pipeline: Pipeline, shape: Shape, seed: int) -> None:
        self.pipeline = pipeline
        self.shape = shape
        self.seed = seed

    def fit_transform(self, values: np.ndarray, label: np.ndarray) -> np.ndarray:
        self.fits_: dict = {}
        for chain in self.pipeline.chains():
            self.fits_ |= fit_chain(chain, values, self.seed)
        x = self._joined(values)
        spread = x.std(axis=0)
        standard = (x - x.mean(axis=0)) / np.where(spread > 0, spread, 1)
        standard = np.clip(standard, -5, 5).astype(np.float32)
        use = self.pipeline.selection
        pool = make_pool(self.pipeline, self.shape, self.fits_, {})
        self.chosen_ = selectors()[use.name].select(
            use.settings, standard, label, pool, np.inf, self.seed
        )
        return x[:, self.chosen_]

    def transform(self, values: np.ndarray) -> np.ndarray:
        return self._joined(values)[:, self.chosen_]

    def _joined(self, values: np.ndarray) -> np.ndarray:
        parts = [run_chain(chain, values, self.fits_) for chain in self.pipeline.chains()]
        return np.concatenate(parts, axis=1)


class Scale(TransformerMixin, BaseEstimator):
    """The vector step before the model."""

    def __init__(self, pipeline: Pipeline) -> None:
        self.pipeline = pipeline

    def fit(self, x: np.ndarray, label: np.ndarray) -> "Scale":
        use, rng = self.pipeline.scale, np.random.default_rng(0)
        self.fit_ = steps()[use.name].fit(use.settings, Shape(x.shape[1], 1), x, None, rng)
        return self

    def transform(self, x: np.ndarray) -> np.ndarray:
        use = self.pipeline.scale
        return run_step(steps()[use.name], use.settings, Shape(x.shape[1], 1), self.fit_, x)


class Classify(ClassifierMixin, BaseEstimator):
    """The model."""

    def __init__(self, pipeline: Pipeline, seed: int) -> None:
        self.pipeline = pipeline
        self.seed = seed

    def fit(self, x: np.ndarray, label: np.ndarray) -> "Classify":
        use, self.classes_ = self.pipeline.model, np.unique(label)
        self.fit_ = models()[use.name].fit(use.settings, x, label, len(self.classes_), self.seed)
        return self

    def predict(self, x: np.ndarray) -> np.ndarray:
        use = self.pipeline.model
        outputs = predict(models()[use.name], use.settings, self.fit_, x, len(self.classes_))
        return self.classes_[outputs.argmax(axis=1)]


def seconds_each(
    pipelines: Sequence[Pipeline], values: np.ndarray, label: np.ndarray, split: Split
) -> list[float]:
    """Seconds that each candidate takes on one split, on one core."""
    shape = Shape(*values.shape[1:])
    folds: list[Any] = [(split.train, split.test)]
    seconds = []
    with threadpool_limits(1):
        for seed, pipeline in enumerate(pipelines):  # another seed: no model is remembered
            made = Steps(
                [
                    ("features", Features(pipeline, shape, seed)),
                    ("scale", Scale(pipeline)),
                    ("model", Classify(pipeline, seed)),
                ]
            )
            started = time.monotonic()
            cross_val_score(
                made, values, label, cv=folds, scoring="balanced_accuracy", error_score="raise"
            )
            seconds.append(time.monotonic() - started)
    return seconds
