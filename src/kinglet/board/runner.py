"""Start the emulator's process for one image and read back what it found."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import numpy.typing as npt

from kinglet.errors import InputError, ToolchainError
from kinglet.toolchain import Core


@dataclass(frozen=True)
class BoardRun:
    """What an emulated core did, one entry per input.

    Attributes
    ----------
    outputs : list of bytes
        The output buffer after each call.
    returns : list of int
        What the function returned, as a signed number of 32 bits.
    instructions : ndarray of int64, shape (n_inputs,), or None
        Instructions of the measured function and of all it calls; an instruction that a
        condition skips counts. None where nothing was counted.
    cycles : ndarray of int64, shape (n_inputs,), or None
        Estimated cycles of the same, with memory that never waits; None where nothing was
        counted or the core has no table of cycles.
    stack_bytes : int
        Deepest stack that any of the calls wrote to, from the entry of the measured function.
        Space that was reserved and never written is not seen.
    """

    outputs: list[bytes]
    returns: list[int]
    instructions: npt.NDArray[np.int64] | None
    cycles: npt.NDArray[np.int64] | None
    stack_bytes: int


def unavailable_reason() -> str | None:
    """Return why no emulated core can run here, None where it can."""
    for package in ("unicorn", "capstone"):
        if find_spec(package) is None:
            return f"{package} is not installed: pip install 'kinglet[board]'"
    return None


def run(
    elf: bytes,
    core: Core,
    *,
    function: str,
    inputs: Sequence[bytes] | npt.NDArray[np.generic],
    output_size: int,
    measure: str | None = None,
    measure_cycles: bool = True,
    setup: Sequence[str] = (),
    input_symbol: str = "board_input",
    output_symbol: str = "board_output",
    call_timeout_s: float = 60.0,
) -> BoardRun:
    """Run an image of `link_image` on the emulated core, once for each input.

    Parameters
    ----------
    elf : bytes
        The image.
    core : Core
        The core it was linked for.
    function : str
        Called for each input; takes no arguments and returns int.
    inputs : sequence of bytes or ndarray
        Written to `input_symbol` before each call; of an array the items along its first axis,
        in the type they have.
    output_size : int
        Bytes to read from `output_symbol` after each call.
    measure : str, optional
        The function whose instructions, cycles and stack are measured (all its calls together),
        by default `function` itself.
    measure_cycles : bool
        Whether to count instructions and cycles; without, a run is several times faster.
    setup : sequence of str
        Functions called once before, in this order; they may return nothing.
    input_symbol, output_symbol : str
        Buffers in the image; not looked up where there is nothing to write or read.
    call_timeout_s : float
        Seconds that one call may take.

    Returns
    -------
    BoardRun

    Raises
    ------
    InputError
        Where no emulator is installed, or it has no model of this core.
    ToolchainError
        If the code leaves its memory, never returns or is not what the core can run; the
        sentence names the place.
    """
    if reason := unavailable_reason():
        raise InputError(f"no emulated core: {reason}")
    if core.unicorn is None:
        raise InputError(f"the emulator has no model of {core.label}")
    chunks = [
        item.tobytes() if isinstance(item, np.generic | np.ndarray) else item for item in inputs
    ]
    job = {
        "family": core.family,
        "model": core.unicorn,
        "cycle_table": core.cycle_table,
        "function": function,
        "setup": list(setup),
        "measure": measure or function,
        "count": measure_cycles,
        "input_symbol": input_symbol,
        "output_symbol": output_symbol,
        "input_sizes": [len(chunk) for chunk in chunks],
        "output_size": output_size,
        "call_timeout_s": call_timeout_s,
    }
    with tempfile.TemporaryDirectory(prefix="kinglet-") as name:
        folder = Path(name)
        (folder / "image.elf").write_bytes(elf)
        (folder / "inputs.bin").write_bytes(b"".join(chunks))
        (folder / "job.json").write_text(json.dumps(job), encoding="utf-8")
        finished = subprocess.run(
            [sys.executable, "-m", "kinglet.board.worker", name],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            check=False,
        )
        if finished.returncode != 0:
            raise ToolchainError(f"the emulator of {core.label} broke off:\n{finished.stdout}")
        result = json.loads((folder / "result.json").read_text(encoding="utf-8"))
        if "error" in result:
            raise ToolchainError(f"on the emulated {core.label}, {result['error']}")
        output = (folder / "outputs.bin").read_bytes()
    return BoardRun(
        outputs=[output[i * output_size : (i + 1) * output_size] for i in range(len(chunks))],
        returns=result["returns"],
        instructions=_counts(result["instructions"]),
        cycles=_counts(result["cycles"]),
        stack_bytes=result["stack_bytes"],
    )


def _counts(values: list[int] | None) -> npt.NDArray[np.int64] | None:
    return None if values is None else np.array(values, dtype=np.int64)
