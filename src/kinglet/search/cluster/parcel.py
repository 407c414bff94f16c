"""What is sent to the workers of a cluster, and what they do with it."""

from __future__ import annotations

import asyncio
import shutil
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import numpy as np
from distributed import Scheduler, SchedulerPlugin, Worker, WorkerPlugin, get_worker
from threadpoolctl import threadpool_limits

from kinglet.host import library_path
from kinglet.pipeline import Pipeline
from kinglet.search.evaluate import Evaluation
from kinglet.search.store import Store
from kinglet.search.worker import STOP, Setup, release, run

NAME = "kinglet"  # what the names of plugins begin with


class Parcel(WorkerPlugin):
    """A setup on a worker, and the store that it finds there.

    Parameters
    ----------
    setup : Setup
        Its store is a folder of the machine that sends it.
    values : ndarray of float32, shape (n, length, axes), optional
        The signals.
    base : str
        Name of the parcel that brought them, where this one does not.
    """

    def __init__(self, setup: Setup, values: np.ndarray | None = None, base: str = "") -> None:
        self.setup_there = setup
        self.values = values
        self.base = base
        self.folder: Path | None = None
        self.setups: dict[int, Setup] = {}  # by thread: what a store keeps is one thread's

    async def setup(self, worker: Worker) -> None:
        """Unpack, in the folder that Dask removes even where the worker is killed."""
        if self.values is not None:
            self.folder = Path(mkdtemp(prefix=f"{NAME}-", dir=worker.local_directory))
            await asyncio.to_thread(self._unpack, self.folder)

    def _unpack(self, folder: Path) -> None:
        library_path()  # compiled here, before threads ask for it together
        self.setup_there.problem.costs.code_bytes([])
        assert self.values is not None
        Store.create(folder, self.values, self.setup_there.problem.seed)
        self.values = None

    def teardown(self, worker: Worker) -> None:
        """Remove the store, and what was kept of it in memory."""
        if self.folder is not None:
            shutil.rmtree(self.folder, ignore_errors=True)
        release()

    def own(self, folder: Path) -> Setup:
        """The setup of the thread that asks, with a store in a folder."""
        thread = threading.get_ident()
        if thread not in self.setups:
            problem = self.setup_there.problem
            store = Store(folder, problem.store.seed, problem.store.stream, problem.store.learned)
            self.setups[thread] = replace(self.setup_there, problem=replace(problem, store=store))
        return self.setups[thread]


class Sweep(SchedulerPlugin):
    """Take the parcels of a client back when it leaves, however it leaves.

    Parameters
    ----------
    client : str
        Its id.
    name : str
        What the names of its plugins begin with; that of this one.
    """

    def __init__(self, client: str, name: str) -> None:
        self.client = client
        self.name = name

    def remove_client(self, scheduler: Scheduler, client: str) -> None:
        """Called by the scheduler."""
        if client == self.client:
            scheduler.loop.add_callback(self._sweep, scheduler)

    async def _sweep(self, scheduler: Scheduler) -> None:
        for name in [name for name in scheduler.worker_plugins if name.startswith(self.name)]:
            await scheduler.unregister_worker_plugin(None, name)
        await scheduler.unregister_scheduler_plugin(self.name)


def call(name: str, function: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
    """Call a function with the setup of a parcel, on a worker."""
    # For good: threads that limit and restore in turn would undo each other's limits.
    threadpool_limits(1)
    plugins: Any = get_worker().plugins
    parcel = plugins[name]
    folder = plugins[parcel.base or name].folder
    return function(parcel.own(folder), *arguments)


def end(name: str, dask_worker: Worker) -> None:
    """End every evaluation on a worker."""
    plugins: Any = dask_worker.plugins
    (plugins[name].folder / STOP).touch()


def run_for(
    setup: Setup,
    order: tuple[int, ...],
    pipelines: Sequence[Pipeline],
    best: tuple[float, ...],
    seconds: float,
) -> list[Evaluation]:
    """`run` with the seconds that are left: the clocks of two machines may differ."""
    return run(setup, order, pipelines, best, time.time() + seconds)
