"""An executor whose workers are those of a Dask cluster."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import CancelledError, Executor, Future
from contextlib import suppress
from copy import copy
from pathlib import Path
from typing import Any

from distributed import Client, KilledWorker

from kinglet.errors import WorkerError
from kinglet.search.cluster.parcel import NAME, Parcel, Sweep, call, end, run_for
from kinglet.search.worker import STOP, Setup, run

_LOOK = 0.5  # seconds between two looks at what becomes of the stores here and of the workers there
_PATIENCE = 60.0  # seconds without any worker


class ClusterExecutor(Executor):
    """Run functions of workers, whose first argument is a `Setup`, on a Dask cluster.

    A setup is sent to all workers once, as a plugin of theirs, and so it also comes to workers that
    join later; calls name it. The stores of the workers live as long as the store here, at most as
    long as the client.

    Parameters
    ----------
    client : distributed.Client
        Asynchronous, and used by nobody else.
    """

    def __init__(self, client: Client) -> None:
        self._client: Any = client  # whose methods are typed for threads without a loop
        self._loop = asyncio.get_running_loop()
        self._parcels: dict[int, tuple[Setup, asyncio.Task[str]]] = {}
        self._stores: dict[Path, Setup] = {}  # the first setup of each, which brought the signals
        self._lost = asyncio.Event()
        self._watching = self._loop.create_task(self._watch())

    @staticmethod
    async def begin(client: Client) -> ClusterExecutor:
        """Make one, in the loop of its client, which is an asynchronous one."""
        name = f"{NAME}-{client.id}"
        registering: Any = client.register_plugin(Sweep(client.id, name), name=name)
        await registering
        return ClusterExecutor(client)

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Run a function of `kinglet.search.worker` or its like on a worker."""
        setup, *rest = args
        assert isinstance(setup, Setup) and not kwargs
        return asyncio.run_coroutine_threadsafe(self._call(fn, setup, tuple(rest)), self._loop)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Watch no longer; what was sent goes with the client."""
        self._loop.call_soon_threadsafe(self._watching.cancel)

    async def _call(
        self, function: Callable[..., Any], setup: Setup, arguments: tuple[Any, ...]
    ) -> Any:
        try:
            name = await asyncio.shield(self._delivered(setup))
        except Exception as error:
            raise WorkerError(f"the workers of the cluster cannot begin: {error}") from None
        if function is run:
            *others, deadline = arguments
            function, arguments = run_for, (*others, deadline - time.time())
        result = self._client.submit(call, name, function, arguments, pure=False)
        return await self._result(result)

    async def _result(self, result: Any) -> Any:
        """Wait for a result; let go of it when the call is cancelled, which cancels it there."""
        found = asyncio.ensure_future(result.result())
        lost = asyncio.ensure_future(self._lost.wait())
        try:
            await asyncio.wait({found, lost}, return_when=asyncio.FIRST_COMPLETED)
            if found.done():
                return found.result()
            raise WorkerError(
                f"the cluster has had no workers for {_PATIENCE:.0f} s: start some and try again"
            )
        except KilledWorker as error:
            raise WorkerError(
                f"{error.allowed_failures + 1} workers of the cluster ended over the same "
                "candidates, perhaps for want of memory: give them more, or start fewer on a "
                "machine"
            ) from None
        except CancelledError:
            raise WorkerError(
                "the scheduler of the cluster ended, or cannot be reached any more: start it and "
                "its workers again"
            ) from None
        finally:
            found.cancel()
            lost.cancel()

    def _delivered(self, setup: Setup) -> asyncio.Task[str]:
        """Name of the parcel of a setup, when it has come to all workers."""
        if id(setup) not in self._parcels:
            self._parcels[id(setup)] = setup, asyncio.ensure_future(self._deliver(setup))
        return self._parcels[id(setup)][1]

    async def _deliver(self, setup: Setup) -> str:
        name = f"{NAME}-{self._client.id}-{len(self._parcels)}"
        first = self._stores.setdefault(setup.folder, setup)
        if first is setup:
            # A copy, since the store in use is another thread's.
            parcel = Parcel(setup, values=copy(setup.problem.store).signals())
        else:
            parcel = Parcel(setup, base=await self._delivered(first))
        await self._client.register_plugin(parcel, name=name)
        return name

    async def _watch(self) -> None:
        """Tell the workers what becomes of the stores here; notice that nobody is left there."""
        stopped: set[Path] = set()
        seen = time.monotonic()
        while not self._lost.is_set():
            await asyncio.sleep(_LOOK)
            with suppress(OSError, RuntimeError):  # a scheduler that is away for a moment
                for folder, setup in list(self._stores.items()):
                    if not folder.exists():
                        await self._take_back(folder)
                    elif folder not in stopped and (folder / STOP).exists():
                        stopped.add(folder)
                        await self._client.run(end, await self._delivered(setup))
                if await asyncio.wait_for(self._client.nthreads(), _PATIENCE):
                    seen = time.monotonic()
            if time.monotonic() - seen > _PATIENCE:
                self._lost.set()

    async def _take_back(self, folder: Path) -> None:
        """Remove what the workers have of a search that has ended."""
        del self._stores[folder]
        for key, (setup, delivered) in list(self._parcels.items()):
            if setup.folder == folder:
                del self._parcels[key]
                await self._client.unregister_worker_plugin(await delivered)
