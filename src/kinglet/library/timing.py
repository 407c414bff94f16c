"""Time of one inference, counted on an emulated core."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kinglet import board
from kinglet.library.sources import Sources
from kinglet.pipeline import FittedPipeline
from kinglet.tasks import Task
from kinglet.toolchain import Abi, Core

_SIGNALS = 8
_SIGNALS_SOFT_FLOAT = 2


@dataclass(frozen=True)
class Timing:
    """What one inference takes; unknown is None with the reason beside it.

    Parameters
    ----------
    instructions, cycles : int or None
        Largest over the signals tried.
    stack_bytes : int or None
        Deepest stack seen, helpers of the runtime included.
    reason : str
        Why something is None; empty where nothing is.
    """

    instructions: int | None
    cycles: int | None
    stack_bytes: int | None
    reason: str

    def time_ms(self, clock_hz: float) -> float | None:
        """Milliseconds at a clock."""
        return None if self.cycles is None else 1e3 * self.cycles / clock_hz


def measure(
    objects: bytes,
    sources: Sources,
    fitted: FittedPipeline,
    task: Task,
    core: Core,
    abi: Abi | None,
    signals: np.ndarray,
) -> Timing:
    """Run the very object that ships over a few signals on the emulated core."""
    reason = board.unavailable_reason()
    if reason is None and core.unicorn is None:
        reason = f"no emulator runs the {core.label} here"
    if reason is not None:
        return Timing(None, None, None, reason)
    run = run_on_board(
        objects, sources, fitted, task, core, abi, signals[: _signals_for(core)], count=True
    )
    assert run.instructions is not None
    cycles = None if run.cycles is None else int(run.cycles.max())
    return Timing(
        instructions=int(run.instructions.max()),
        cycles=cycles,
        stack_bytes=run.stack_bytes,
        reason="" if cycles is not None else f"there is no cycle table for the {core.label}",
    )


def _signals_for(core: Core) -> int:
    return _SIGNALS_SOFT_FLOAT if core.fpu == "none" else _SIGNALS


def run_on_board(
    objects: bytes,
    sources: Sources,
    fitted: FittedPipeline,
    task: Task,
    core: Core,
    abi: Abi | None,
    signals: np.ndarray,
    *,
    count: bool,
) -> board.BoardRun:
    """Call the library's main function for each signal on the emulated core.

    Parameters
    ----------
    signals : ndarray of float32, shape (n, length, axes)
    count : bool
        Whether instructions and cycles are counted, which takes longer.

    Returns
    -------
    BoardRun
        ``outputs`` as `Task.read_harness` reads them.
    """
    harness = task.harness(fitted, sources.names)
    image = board.link_image(
        {f"{sources.names.stem}.o": objects},
        harness,
        core,
        abi=abi,
        headers={sources.names.header: sources.header},
    )
    return board.run(
        image,
        core,
        function="board_run",
        setup=["board_init"],
        inputs=np.ascontiguousarray(signals, dtype=np.float32).reshape(len(signals), -1),
        output_size=task.harness_bytes(fitted),
        measure=sources.names.function(task.measured),
        measure_cycles=count,
    )
