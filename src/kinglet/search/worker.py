"""What runs in a worker process: one problem at a time, set up once."""

from __future__ import annotations

import multiprocessing
import multiprocessing.connection
import os
import signal
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_limits

from kinglet.library import measure_footprint
from kinglet.pipeline import Pipeline
from kinglet.pipeline.spec import Chain
from kinglet.search.evaluate import Evaluation, evaluate, light
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
    """

    problem: Problem
    splits: tuple[Split, ...]

    @property
    def folder(self) -> Path:
        """Of the store."""
        return self.problem.store.folder


STOP = "stop"  # a file of this name in the store ends what runs
RACED = 4  # a candidate that cannot be among so many best is stopped
_ALIKE = 2  # of one batch that are run to the end in any case
_MOST_PROBLEMS = 2  # the one that is searched and the one that its finalists are judged on
# By thread, since what stores keep in memory is not to be shared: a cluster's worker may have many.
_current: dict[int, dict[Path, Problem]] = {}


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
    """Let go of the stores, so that their folders can be removed."""
    for own in _current.values():
        for held in own.values():
            held.store.close()
    _current.clear()


def problem(setup: Setup) -> Problem:
    """The problem of a setup, with what its store keeps in memory."""
    own = _current.setdefault(threading.get_ident(), {})
    if setup.folder not in own:
        while len(own) >= _MOST_PROBLEMS:
            own.pop(next(iter(own))).store.close()
        own[setup.folder] = setup.problem
    return own[setup.folder]


def warm(setup: Setup, chain: Chain) -> None:
    """Compute the features of a chain once, for all workers."""
    with threadpool_limits(1):
        problem(setup).store.features(chain)


def run(
    setup: Setup,
    order: tuple[int, ...],
    pipelines: Sequence[Pipeline],
    best: tuple[float, ...],
    deadline: float,
) -> list[Evaluation]:
    """Evaluate a batch of candidates; arrays stay here.

    Parameters
    ----------
    order : tuple of int
        The splits, hardest first.
    best : tuple of float
        The highest scores so far.
    deadline : float
        Moment (`time.time`) after which nothing more is begun.

    Returns
    -------
    list of Evaluation
        Fewer than pipelines where the deadline cut some off.
    """
    stop = setup.folder / STOP

    def over() -> bool:
        return time.time() > deadline or stop.exists()

    entries: list[Evaluation] = []
    with threadpool_limits(1):
        for pipeline in pipelines:
            own = [entry.score for entry in entries if entry.complete]
            entry = _evaluate(setup, order, pipeline, _bound(best, own), over)
            if not (entry.complete or entry.refused) and over():
                break  # cut off, not judged
            entries.append(light(entry))
    return entries


def _bound(best: tuple[float, ...], own: list[float]) -> float:
    """Score below which a candidate may stop: it is no longer among the best of all, or of its own.

    Those of a batch are alike; the best two of them are enough.
    """
    if len(best) < RACED:
        return -np.inf
    alike = sorted(own)[-_ALIKE] if len(own) >= _ALIKE else -np.inf
    return max(alike, sorted([*best, *own])[-RACED])


def rejudge(setup: Setup, pipeline: Pipeline) -> tuple[float, ...]:
    """Scores of a finalist on all splits of a setup, none where it is refused."""
    everything = tuple(range(len(setup.splits)))
    with threadpool_limits(1):
        entry = _evaluate(setup, everything, pipeline, -np.inf, lambda: False)
    return tuple(score for score in entry.split_scores if score is not None)


def complete(setup: Setup, evaluation: Evaluation) -> Evaluation:
    """Evaluate a complete candidate again, with its arrays, and link it."""
    everything = tuple(range(len(setup.splits)))
    with threadpool_limits(1):
        whole = _evaluate(setup, everything, evaluation.pipeline, -np.inf, lambda: False)
        whole = replace(whole, known=evaluation.known, number=evaluation.number)
        return _linked(problem(setup), whole) if whole.complete else whole


def _linked(held: Problem, whole: Evaluation) -> Evaluation:
    """Compile and link a complete candidate, so that its RAM and flash are what they will be.

    The prediction bounds them from above: the compiler leaves out what a candidate's constants
    make unreachable.
    """
    assert whole.fitted is not None and whole.sizes is not None
    linked = measure_footprint(whole.fitted, held.task, held.costs.target, held.costs.optimise)
    sizes = replace(whole.sizes, ram_bytes=linked.ram_bytes, flash_bytes=linked.flash_bytes)
    return replace(whole, sizes=sizes, thrift=held.limits.thrift(sizes))


def _evaluate(
    setup: Setup,
    order: Sequence[int],
    pipeline: Pipeline,
    bound: float,
    over: Callable[[], bool],
) -> Evaluation:
    splits = [setup.splits[index] for index in order]
    result = evaluate(problem(setup), splits, pipeline, bound, over)
    # Scores are told in the order of the splits, whatever the order they were run in.
    scores: list[float | None] = [None] * len(order)
    for position, index in enumerate(order):
        scores[index] = result.split_scores[position]
    return replace(result, split_scores=tuple(scores))
