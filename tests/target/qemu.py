"""Firmware linked by the second compiler and run in the second emulator."""

import shutil
import subprocess
from pathlib import Path

GCC, QEMU = shutil.which("arm-none-eabi-gcc"), shutil.which("qemu-system-arm")


def link_and_run(command: list[str], folder: Path) -> subprocess.CompletedProcess:
    """Link ``firmware.elf`` in a folder, every warning an error, and run it."""
    linked = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert linked.returncode == 0, linked.stderr
    return subprocess.run(
        [
            str(QEMU), "-M", "mps2-an386", "-nographic", "-monitor", "none", "-serial", "null",
            "-semihosting-config", "enable=on,target=native", "-kernel", "firmware.elf",
        ],
        cwd=folder, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
