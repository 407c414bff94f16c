"""Time of one inference, counted on an emulated core."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from kinglet import board
from kinglet.library.sources import Sources
from kinglet.pipeline import Trained
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
        Largest over the signals tried, of the function that takes longest.
    stack_bytes : int or None
        Deepest stack seen, helpers of the runtime included.
    reason : str
        Why something is None; empty where nothing is.
    each : mapping from str to (int, int or None)
        Instructions and cycles of each public function that was measured.
    """

    instructions: int | None
    cycles: int | None
    stack_bytes: int | None
    reason: str
    each: Mapping[str, tuple[int, int | None]] = field(default_factory=dict)

    def calls(self, clock_hz: float) -> dict[str, dict[str, float | None]]:
        """Instructions, cycles and milliseconds of each public function that was measured."""
        return {
            name: {
                "instructions": instructions,
                "cycles": cycles,
                "time_ms": None if cycles is None else 1e3 * cycles / clock_hz,
            }
            for name, (instructions, cycles) in self.each.items()
        }

    def time_ms(self, clock_hz: float) -> float | None:
        """Milliseconds at a clock."""
        return None if self.cycles is None else 1e3 * self.cycles / clock_hz


def measure(
    objects: bytes,
    sources: Sources,
    trained: Trained,
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
    some = signals[: _signals_for(core)]
    each: dict[str, tuple[int, int | None]] = {}
    stack = 0
    for name in task.measured:
        run = run_on_board(objects, sources, trained, task, core, abi, some, name, count=True)
        assert run.instructions is not None
        cycles = None if run.cycles is None else int(run.cycles.max())
        each[name] = int(run.instructions.max()), cycles
        stack = max(stack, run.stack_bytes)
    instructions, cycles = max(each.values(), key=lambda pair: pair[0])
    return Timing(
        instructions=instructions,
        cycles=cycles,
        stack_bytes=stack,
        reason="" if cycles is not None else f"there is no cycle table for the {core.label}",
        each=each,
    )


def _signals_for(core: Core) -> int:
    return _SIGNALS_SOFT_FLOAT if core.fpu == "none" else _SIGNALS


def run_on_board(
    objects: bytes,
    sources: Sources,
    trained: Trained,
    task: Task,
    core: Core,
    abi: Abi | None,
    signals: np.ndarray,
    function: str | None = None,
    *,
    count: bool,
) -> board.BoardRun:
    """Call a function of the library for each signal on the emulated core.

    Parameters
    ----------
    signals : ndarray of float32, shape (n, length, axes)
    function : str, optional
        One of `Task.measured`, by default the last.
    count : bool
        Whether instructions and cycles are counted, which takes longer.

    Returns
    -------
    BoardRun
        ``outputs`` are what `Task.harness` leaves in its buffer.
    """
    chosen = function or list(task.measured)[-1]
    harness = task.harness(trained, sources.names)
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
        function=task.measured[chosen],
        setup=["board_init"],
        inputs=np.ascontiguousarray(signals, dtype=np.float32).reshape(len(signals), -1),
        output_size=task.harness_bytes(trained),
        measure=sources.names.function(chosen),
        measure_cycles=count,
    )
