"""What a search would recommend of some of its candidates, and what the test files say of it."""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np

from kinglet.host import run_chain
from kinglet.pipeline import FittedPipeline
from kinglet.search import Evaluation, stages, worker
from kinglet.search.board import challengers, proved, recommended
from kinglet.search.context import Context
from kinglet.search.fit import answers, scaled
from kinglet.search.play import device
from kinglet.search.worker import Setup
from kinglet.tasks import Task
from kinglet.tasks.similarity import shares

SEARCHED = 1 - stages.FINALS_SHARE  # of the time of a search without an estimate


def say(fitted: FittedPipeline, values: np.ndarray) -> np.ndarray:
    """What a library says of signals, float32 (n, n_outputs), by the C that ships.

    One that learns on the device answers with what it learned of all normal train lines: the share
    of its limit, and a limit of 1.
    """
    knowledge = fitted.knowledge
    if knowledge is None:
        return answers(fitted, values)
    chains = fitted.pipeline.chains()
    features = [run_chain(chain, values, fitted.chain_fits) for chain in chains]
    player = device(fitted)
    player.state[:] = knowledge.state
    player.calibration[:] = knowledge.calibration
    outputs = player.judge(scaled(fitted, np.concatenate(features, axis=1)))
    share = shares(outputs, knowledge.factor)
    return np.stack([share, np.ones_like(share)], axis=1)


def main_metric(task: Task, label: np.ndarray, outputs: np.ndarray) -> float:
    """The main metric of the task."""
    return float(task.accuracy(label, outputs))


class Judge:
    """Makes candidates whole, each once, and judges them on the test files.

    Parameters
    ----------
    context : Context
    values, label : ndarray
        Of the test files.
    """

    def __init__(self, context: Context, values: np.ndarray, label: np.ndarray) -> None:
        self._context = context
        self._values = values
        self._label = label
        self._said: dict[int, np.ndarray] = {}

    def metric(self, *entries: Evaluation) -> float:
        """Of one candidate, or of the mean of what several say."""
        outputs = np.mean([self._outputs(entry) for entry in entries], axis=0)
        return main_metric(self._context.task, self._label, outputs)

    def _outputs(self, entry: Evaluation) -> np.ndarray:
        if entry.number not in self._said:
            fitted = self._context.complete(entry).fitted
            assert fitted is not None
            self._said[entry.number] = say(fitted, self._values)
        return self._said[entry.number]


class Chooser:
    """Recommends as a search does at its end: by its rules, finalists judged on fresh splits.

    Parameters
    ----------
    context : Context
    folder : Path
        Empty; for what is computed.
    """

    def __init__(self, context: Context, folder: Path) -> None:
        self._rules = context.rules
        seed, folds = context.seed + 1, stages.FRESH_FOLDS
        splits = context.task.splits(context.data, seed, folds)
        self._setup = Setup(context.problem(folder), tuple(splits))
        self._fresh: dict[int, tuple[float, ...]] = {}

    def recommended(self, entries: Sequence[Evaluation]) -> Evaluation:
        """The candidate that a search that knows these would build."""
        rules = self._rules
        lead = proved(entries, rules["standard_error"], portfolio_order=rules["portfolio_order"])
        judged = list(entries)
        if lead is not None and not rules["unsure"]:
            finalists = [lead, *challengers(entries, lead)]
            if len(finalists) > 1:
                fresh = {entry.number: self._rejudged(entry) for entry in finalists}
                judged = [replace(e, fresh=fresh.get(e.number, ())) for e in entries]
        return recommended(judged, tried=len(judged), **rules)[0]

    def _rejudged(self, entry: Evaluation) -> tuple[float, ...]:
        if entry.number not in self._fresh:
            self._fresh[entry.number] = worker.rejudge(self._setup, entry.pipeline)
        return self._fresh[entry.number]


@contextmanager
def chooser(context: Context) -> Iterator[Chooser]:
    """A chooser with a folder of its own."""
    with tempfile.TemporaryDirectory(prefix="kinglet-", ignore_cleanup_errors=True) as folder:
        yield Chooser(context, Path(folder))
        worker.release()
