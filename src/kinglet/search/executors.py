"""Where evaluations run: anything that is a `concurrent.futures.Executor`."""

from __future__ import annotations

import math
import multiprocessing
import os
import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, wait
from contextlib import contextmanager
from multiprocessing import resource_tracker
from typing import Any

from kinglet.search.control import Control
from kinglet.search.worker import start

_TICK = 0.5  # seconds
_MOST = 60  # Windows waits for at most 63 things at once


class InProcess(Executor):
    """Run at once, in this process: for one job, for tests, for scripts without a main guard."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Run and return a future that is done."""
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future


def local(jobs: int | None) -> tuple[Executor, int]:
    """Workers of this machine and how many they are.

    Parameters
    ----------
    jobs : int, optional
        Number of worker processes; all cores by default. 1 runs in this process.
    """
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    count = min(jobs or usable or 1, _MOST)
    if count == 1:
        return InProcess(), 1
    context = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(count, mp_context=context, initializer=start), count


Calls = Sequence[tuple[Callable[..., Any], tuple[Any, ...]]]


def each(
    executor: Executor,
    workers: int,
    calls: Calls,
    *,
    until: float = math.inf,
    control: Control | None = None,
    tick: Callable[[], None] = lambda: None,
) -> dict[int, Any]:
    """Run calls side by side, in their order; results by place.

    Parameters
    ----------
    calls : sequence of (function, arguments)
    until : float
        Moment (`time.monotonic`) after which none is begun.
    control : Control, optional
        Nothing is begun while it is paused, nor after it was stopped.
    tick : callable
        Called now and then meanwhile.
    """
    results: dict[int, Any] = {}
    running: dict[Future[Any], int] = {}
    waiting = deque(enumerate(calls))
    try:
        while waiting or running:
            if time.monotonic() > until or (control is not None and control.stopped):
                waiting.clear()
            paused = control is not None and control.paused
            if paused and not running:
                time.sleep(_TICK)
            while waiting and len(running) < workers and not paused:
                place, (function, arguments) = waiting.popleft()
                with interrupts_held():
                    running[executor.submit(function, *arguments)] = place
            finished, _ = wait(running, timeout=_TICK, return_when=FIRST_COMPLETED)
            for future in finished:
                results[running.pop(future)] = future.result()
            tick()
    except KeyboardInterrupt:
        for future in running:
            future.cancel()
        raise
    return results


@contextmanager
def interrupts_held() -> Iterator[None]:
    """Hold Ctrl-C back: what is started meanwhile is deaf to it, and it comes through afterwards.

    On Windows what is started hears it.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    heard: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, frame: heard.append(number))
    masks = hasattr(signal, "pthread_sigmask")
    if masks:
        # Started with the first worker otherwise, it would let Ctrl-C through.
        resource_tracker.ensure_running()
        # What is started inherits the mask; the handler is for the other threads of this process.
        held = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        if masks:
            signal.pthread_sigmask(signal.SIG_SETMASK, held)
        signal.signal(signal.SIGINT, before)
        if heard and callable(before):
            before(signal.SIGINT, None)
