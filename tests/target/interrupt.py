"""The process that interrupts a library: ``python -m tests.target.interrupt FOLDER``.

It plays an interrupt that copies the knowledge, before every store to it: all copies that such an
interrupt could ever take. The folder holds ``image.elf`` and ``job.json``; ``copies.json`` is
written there.
"""

import json
import sys
from pathlib import Path

import unicorn

from kinglet.board.machine import Machine


def interrupt(folder: Path) -> None:
    job = json.loads((folder / "job.json").read_text())
    machine = Machine(folder / "image.elf", job["family"], job["model"])
    start, size = machine.call("board_knowledge", 60), job["knowledge_bytes"]

    def copy() -> str:
        return bytes(machine.emulator.mem_read(start, size)).hex()

    torn: dict[str, None] = {}
    places: list[int] = []

    def on_store(emulator, access, address, size, value, _) -> None:
        torn[copy()] = None
        places.append(address - start)

    machine.emulator.hook_add(
        unicorn.UC_HOOK_MEM_WRITE, on_store, begin=start, end=start + size - 1
    )
    calls = []
    for function, signal in job["calls"]:
        machine.write("board_input", bytes.fromhex(signal))
        torn.clear()
        places.clear()
        before = copy()
        state = machine.call(function, 60)
        calls.append(
            {
                "state": state,
                "before": before,
                "after": copy(),
                "torn": list(torn),
                "places": list(places),
            }
        )
    (folder / "copies.json").write_text(json.dumps(calls))


if __name__ == "__main__":
    interrupt(Path(sys.argv[1]))
