"""The process that emulates a core: ``python -m kinglet.board.worker FOLDER``.

The folder holds ``job.json``, ``image.elf`` and ``inputs.bin``; ``result.json`` and
``outputs.bin`` are written there. Only this process imports the emulator.
"""

import json
import sys
from pathlib import Path
from typing import Any

from kinglet.board.machine import BoardError, Machine
from kinglet.board.meter import StackMeter, WorkMeter


def work(folder: Path) -> None:
    """Do the job that lies in `folder`."""
    job = json.loads((folder / "job.json").read_text(encoding="utf-8"))
    try:
        result, output = _run(job, folder / "image.elf", (folder / "inputs.bin").read_bytes())
    except BoardError as error:
        result, output = {"error": str(error)}, b""
    (folder / "outputs.bin").write_bytes(output)
    (folder / "result.json").write_text(json.dumps(result), encoding="utf-8")


def _run(job: dict[str, Any], image: Path, inputs: bytes) -> tuple[dict[str, Any], bytes]:
    machine = Machine(image, job["family"], job["model"])
    timeout_s = job["call_timeout_s"]
    has_cycles = job["count"] and job["cycle_table"] == "m4"
    meter = WorkMeter(machine, job["measure"], with_cycles=has_cycles) if job["count"] else None
    stack = StackMeter(machine, job["measure"])
    for function in job["setup"]:
        machine.call(function, timeout_s)
    if meter:
        meter.take()
    machine.paint_stack()

    returns, outputs, work_done = [], [], []
    position = 0
    for size in job["input_sizes"]:
        machine.write(job["input_symbol"], inputs[position : position + size])
        position += size
        returns.append(machine.call(job["function"], timeout_s))
        outputs.append(machine.read(job["output_symbol"], job["output_size"]))
        if meter:
            work_done.append(meter.take())
    result = {
        "returns": returns,
        "instructions": [instructions for instructions, _ in work_done] if meter else None,
        "cycles": [cycles for _, cycles in work_done] if has_cycles else None,
        "stack_bytes": stack.bytes(),
    }
    return result, b"".join(outputs)


if __name__ == "__main__":
    work(Path(sys.argv[1]))
