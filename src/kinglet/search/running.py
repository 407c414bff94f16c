"""A search in a thread of its own: looked at, steered and built from while it runs."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from kinglet.search.candidate import Candidate
from kinglet.search.context import Choices, make_context
from kinglet.search.control import Control, Progress
from kinglet.search.result import Result
from kinglet.search.search import search
from kinglet.signals import Labelled


class Running:
    """A search that goes on by itself; see `start`."""

    def __init__(
        self,
        data: Labelled,
        *,
        control: Control | None = None,
        on_progress: Callable[[Progress], None] | None = None,
        **arguments: Any,
    ) -> None:
        choices = {name: arguments[name] for name in Choices.__annotations__ if name in arguments}
        self._context = make_context(data, **choices)
        self._control = control or Control()
        self._told = on_progress
        self._progress: Progress | None = None
        self._result: Result | None = None
        self._error: BaseException | None = None
        self._thread = threading.Thread(
            target=self._run, args=(data, arguments), name="kinglet", daemon=True
        )
        self._thread.start()

    @property
    def progress(self) -> Progress | None:
        """How far it is; None before the first news."""
        return self._progress

    @property
    def done(self) -> bool:
        """Whether it has ended."""
        return not self._thread.is_alive()

    @property
    def best(self) -> Candidate | None:
        """The best so far, which can be built; None before the first.

        After the end it is the recommended one, ``result().best``.
        """
        if self._result is not None:
            return self._result.best
        progress = self._progress
        if progress is None or progress.best is None:
            return None
        return Candidate(progress.best, self._context)

    def pause(self) -> None:
        """Begin nothing new; what is being evaluated is brought to its end."""
        self._control.pause()

    def resume(self) -> None:
        """Go on after a pause."""
        self._control.resume()

    def stop(self) -> None:
        """End it with the best so far, as if its time were over."""
        self._control.stop()

    def result(self, timeout: float | None = None) -> Result:
        """Wait for the end.

        Parameters
        ----------
        timeout : float, optional
            Seconds to wait; without end by default.

        Raises
        ------
        TimeoutError
            If it has not ended by then; it goes on.
        KingletError
            What the search ended with, see `kinglet.search`.
        """
        self._thread.join(timeout)
        if not self.done:
            raise TimeoutError(f"the search has not ended within {timeout} s; it goes on")
        if self._error is not None:
            raise self._error
        assert self._result is not None
        return self._result

    def _run(self, data: Labelled, arguments: dict[str, Any]) -> None:
        try:
            self._result = search(data, control=self._control, on_progress=self._hear, **arguments)
        except BaseException as error:  # raised again where the result is asked for
            self._error = error

    def _hear(self, progress: Progress) -> None:
        self._progress = progress
        if self._told is not None:
            self._told(progress)


def start(data: Labelled, **arguments: Any) -> Running:
    """Begin a search in a thread of its own and return at once.

    Parameters
    ----------
    data : Labelled
    **arguments
        Of `kinglet.search`.

    Returns
    -------
    Running
        With ``best``, ``progress``, ``pause()``, ``resume()``, ``stop()`` and ``result(timeout)``.

    Raises
    ------
    InputError
        For unusable arguments, at once or with the result.

    Examples
    --------
    ::

        running = kinglet.start(data, budget="converged", target="STM32F411RE")
        while not running.done:
            time.sleep(5)
            if running.best is not None:
                library = running.best.build()
                print(running.best.score, library.sizes()["flash_bytes"])
        result = running.result()
    """
    return Running(data, **arguments)
