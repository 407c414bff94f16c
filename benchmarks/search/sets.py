"""The development sets: train files to search, test files that only measure."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks import data
from kinglet.search.context import Choices
from kinglet.signals import (
    NORMAL,
    Labelled,
    read_classes,
    read_machines,
    read_normal,
    read_signals,
    read_targets,
)
from kinglet.tasks import Task

KINDS = {"ncc": "classification", "ext": "extrapolation", "occ": "outlier", "ad": "anomaly"}


@dataclass(frozen=True)
class DataSet:
    """One folder of train and test files.

    Parameters
    ----------
    path : Path
    """

    path: Path

    @property
    def task(self) -> str:
        """Name of the project type."""
        return KINDS[self.path.parent.name]

    def choices(self, seed: int = 0) -> Choices:
        """What all searches of the benchmarks are asked for: small libraries."""
        return Choices(task=self.task, max_ram=16 << 10, max_flash=32 << 10, seed=seed)

    def train(self, classes: int | None = None) -> Labelled:
        """What a search sees, of the first classes only where so many are asked for."""
        facts = data.meta(self.path)
        files = [(file.stem, file) for file in sorted((self.path / "train").glob("*.csv"))]
        axes, rate = facts["axes"], facts.get("sampling_hz")
        if self.task == "extrapolation":
            return read_targets(files, axes, rate)
        if self.task == "outlier":
            return read_normal(files, axes, rate)
        if self.task == "anomaly":
            return read_machines(files, axes, rate)
        return read_classes(files[:classes], axes, rate)

    def test(self) -> tuple[np.ndarray, np.ndarray]:
        """Values, float32 (n, length, axes), and the label or target of each line."""
        axes = data.meta(self.path)["axes"]
        files = sorted((self.path / "test").glob("*.csv"))
        if self.task == "extrapolation":
            judged = read_targets([(file.stem, file) for file in files], axes)
            return judged.signals.values, judged.label
        parts = [read_signals(file, axes, min_lines=1).values for file in files]
        if self.task == "classification":
            label = list(range(len(files)))  # train and test have the same names
        else:
            label = [NORMAL if file.stem == "normal" else NORMAL + 1 for file in files]
        return np.concatenate(parts), np.repeat(label, [len(part) for part in parts])


def find(name: str) -> DataSet:
    """A set by its name."""
    for kind in KINDS:
        path = data.folder() / kind / name
        if path.is_dir():
            return DataSet(path)
    raise SystemExit(f"there is no data set {name!r}")


def halves(labelled: Labelled, task: Task, blocks: int) -> tuple[np.ndarray, np.ndarray]:
    """Rows to search and rows to measure: contiguous blocks of each file take turns.

    They are cut as those that the search holds out, so that recordings stay whole and no part of a
    target's range is on one side only where that can be helped.
    """
    held_out = [split.test for split in task.splits(labelled, 0, blocks) if split.kind == "block"]
    measured = np.unique(np.concatenate(held_out[::2]))
    return np.setdiff1d(np.arange(len(labelled.signals)), measured), measured
