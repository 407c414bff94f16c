"""Reach a Dask cluster, and refuse one whose results would differ from those of this machine."""

from __future__ import annotations

import asyncio
import logging
import re
import threading
import warnings
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from typing import Any, TypeVar

from kinglet.errors import InputError

T = TypeVar("T")

_PACKAGES = ("kinglet", "numpy", "scipy", "scikit-learn", "ziglang")  # that results hang on
_PATIENCE = 5.0  # seconds for the scheduler to answer
_ADDRESS = re.compile(r"((tcp|tls|ws|wss)://)?([\w.-]+|\[[0-9a-fA-F:.]+\]):[0-9]{1,5}", re.ASCII)
_TALKATIVE = ("client", "comm", "core", "batched")  # loggers of Dask
_JOIN = 5.0  # seconds for a first worker to join


@contextmanager
def connect(address: str) -> Iterator[tuple[Executor, int]]:
    """Use the workers of a Dask cluster as long as the context lasts.

    Parameters
    ----------
    address : str
        Of the scheduler, as in ``tcp://host:8786``.

    Yields
    ------
    executor : concurrent.futures.Executor
        For `kinglet.search`; what it sends is taken from the workers again when a search ends.
    workers : int
        Threads of all workers: as many batches may run at once; ``jobs`` of `kinglet.search`.

    Raises
    ------
    InputError
        Where ``distributed`` is not installed, the address cannot be reached, there are no workers,
        or a machine differs in its system or in a package that results hang on.
    """
    if not _ADDRESS.fullmatch(address):
        raise InputError(
            f"'{address}' is not the address of a scheduler: give the one that 'dask scheduler' "
            "prints, as in tcp://host:8786"
        )
    try:
        import distributed
    except ImportError:
        raise InputError(
            "a cluster needs the package distributed: pip install 'kinglet[cluster]'"
        ) from None
    from kinglet.search.cluster.executor import ClusterExecutor

    with _quiet(), _loop() as run:
        client = run(_client(distributed, address))
        try:
            workers = run(_count_workers(client, address))
            with run(ClusterExecutor.begin(client)) as executor:
                yield executor, workers
        finally:
            run(_close(client))


@contextmanager
def _loop() -> Iterator[Callable[[Coroutine[Any, Any, T]], T]]:
    """Run a loop of events in a thread of its own; yields what waits for a coroutine there."""
    runner = asyncio.Runner()
    loop = runner.get_loop()
    thread = threading.Thread(target=loop.run_forever, name="kinglet-cluster", daemon=True)
    thread.start()
    try:
        yield lambda coroutine: asyncio.run_coroutine_threadsafe(coroutine, loop).result()
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        runner.close()


async def _client(distributed: Any, address: str) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of versions, which are checked here
        client = distributed.Client(
            address, timeout=_PATIENCE, set_as_default=False, asynchronous=True
        )
        try:
            await client
        except (OSError, ValueError):
            await client.close()
            raise InputError(
                f"{address}: no scheduler answers there; start one with 'dask scheduler', and "
                "give the address that it prints, as in tcp://host:8786"
            ) from None
    return client


async def _close(client: Any) -> None:
    await client.close()


async def _count_workers(client: Any, address: str) -> int:
    """Threads of all workers; refuses none, and machines that differ from this one."""
    try:
        await client.wait_for_workers(1, timeout=_JOIN)
    except TimeoutError:
        raise InputError(
            f"{address}: the scheduler has no workers; start some on each machine with "
            f"'dask worker {address} --nworkers -1 --nthreads 1'"
        ) from None
    found = await client.get_versions(packages=_PACKAGES)
    here = _identity(found["client"])
    others = {f"worker {name}": facts for name, facts in found["workers"].items()}
    for name, facts in ({"scheduler": found["scheduler"]} | others).items():
        for what, there in _identity(facts).items():
            if there != here[what]:
                raise InputError(
                    f"{address}: the {name} has {what} {there or '(none)'} and this machine "
                    f"{here[what]}, so that results would differ; install the same there"
                )
    threads: dict[str, int] = await client.nthreads()
    return sum(threads.values())


def _identity(facts: dict[str, Any]) -> dict[str, str | None]:
    """What must be the same on all machines, from what Dask tells of one."""
    host, packages = facts["host"], facts["packages"]
    python = ".".join(host["python"].split(".")[:2])
    system = {"Python": python, "system": f"{host['OS']} {host['machine']}"}
    return system | {name: packages[name] for name in _PACKAGES}


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep the log of Dask to itself: what a user has to know is an error in one sentence."""
    loggers = [logging.getLogger(f"distributed.{name}") for name in _TALKATIVE]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
