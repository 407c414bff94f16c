"""What runs in a worker process: one problem at a time, set up once."""

from __future__ import annotations

import multiprocessing
import multiprocessing.connection
import os
import signal
import threading
import time
from dataclasses import dataclass, replace
from pathlib import Path

from threadpoolctl import threadpool_limits

from kinglet.pipeline import Pipeline
from kinglet.pipeline.spec import Chain
from kinglet.search.evaluate import Evaluation, evaluate, link
from kinglet.search.problem import Problem
from kinglet.signals import Split


@dataclass(frozen=True)
class Setup:
    """Everything a worker needs to know, small enough to send.

    Parameters
    ----------
    problem : Problem
        Its store is a folder that the worker reads the signals from.
    splits : tuple of Split
    models : tuple of str
        Names of the models to choose from; all by default.
    """

    problem: Problem
    splits: tuple[Split, ...]
    models: tuple[str, ...] = ()

    @property
    def folder(self) -> Path:
        """Of the store."""
        return self.problem.store.folder


STOP = "stop"  # a file of this name in the store ends every evaluation
_current: Problem | None = None  # with what its store keeps in memory


def start() -> None:
    """Begin a worker: one BLAS thread, and Ctrl-C left to the parent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threadpool_limits(1)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()


def _end_with(sentinel: int) -> None:
    """A worker whose parent was killed has nobody to work for."""
    multiprocessing.connection.wait([sentinel])
    os._exit(1)


def release() -> None:
    """Let go of the store, so that its folder can be removed."""
    global _current
    _current = None


def _problem(setup: Setup) -> Problem:
    global _current
    if _current is None or _current.store.folder != setup.folder:
        _current = setup.problem
    return _current


def warm(setup: Setup, chain: Chain) -> None:
    """Compute the features of a chain once, for all workers."""
    with threadpool_limits(1):
        _problem(setup).store.features(chain)


def link_sizes(setup: Setup, evaluation: Evaluation) -> Evaluation:
    """Compile and link one candidate of the leaderboard."""
    return link(_problem(setup), evaluation)


def run(
    setup: Setup, order: tuple[int, ...], pipeline: Pipeline, bound: float, deadline: float
) -> Evaluation:
    """Evaluate one candidate.

    Parameters
    ----------
    order : tuple of int
        The splits, hardest first.
    bound : float
        Score below which the candidate may stop.
    deadline : float
        Moment (`time.time`) after which nothing more is begun.
    """
    stop = setup.folder / STOP

    def over() -> bool:
        return time.time() > deadline or stop.exists()

    with threadpool_limits(1):
        result = evaluate(
            _problem(setup),
            [setup.splits[index] for index in order],
            pipeline,
            bound,
            over,
        )
    # Scores are told in the order of the splits, whatever the order they were run in.
    scores: list[float | None] = [None] * len(order)
    for position, index in enumerate(order):
        scores[index] = result.split_scores[position]
    return replace(result, split_scores=tuple(scores))
