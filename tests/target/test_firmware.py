"""Firmware written for the version 5 API, built by a second compiler, run in a second emulator."""

import subprocess
from pathlib import Path

import numpy as np
import pytest

from kinglet.ccode.constants import literal
from tests import samples
from tests.target.qemu import GCC, QEMU, link_and_run

FIRMWARE = Path(__file__).parent / "firmware"
pytestmark = [
    pytest.mark.target,
    pytest.mark.skipif(
        not (GCC and QEMU), reason="arm-none-eabi-gcc and qemu-system-arm are not installed"
    ),
]
_SIGNALS = 12


def signals_header(model: str) -> str:
    """Signals, and what the host says of them, as C."""
    values = samples.signals()[0][:_SIGNALS].reshape(_SIGNALS, -1)
    outputs = samples.host_outputs(model)[:_SIGNALS]

    def rows(array: np.ndarray) -> str:
        return ",\n".join("{" + ", ".join(literal(v) for v in line) + "}" for line in array)

    return f"""#define SIGNALS {_SIGNALS}
#define LENGTH {samples.SHAPE.length}
#define AXES {samples.SHAPE.axes}
#define FIRST_CLASS "{samples.CLASSES[0]}"  /* of a classification */
static const float signals[SIGNALS][LENGTH * AXES] = {{{rows(values)}}};
static const float expected[SIGNALS][{outputs.shape[1]}] = {{{rows(outputs)}}};
static const int expected_id[SIGNALS] __attribute__((unused)) = {{
    {", ".join(map(str, outputs.argmax(axis=1)))}
}};
"""


def run_firmware(
    folder: Path, library, model: str, flags: list[str]
) -> subprocess.CompletedProcess:
    (folder / "NanoEdgeAI.h").write_text(library.sources.header)
    (folder / "libneai.a").write_bytes(library.archive())
    (folder / "signals.h").write_text(signals_header(model))
    sources = [str(FIRMWARE / name) for name in ("startup.c", f"{library.task.name}.c")]
    command = [
        str(GCC), "-mcpu=cortex-m4", "-mthumb", *flags, "-O2", "-std=gnu11", "-Wall", "-Werror",
        "-ffp-contract=off", "-nostartfiles", "-specs=nano.specs", "-I.", *sources, "libneai.a",
        "-Wl,--fatal-warnings,--no-warn-execstack,--gc-sections", "-T", str(FIRMWARE / "qemu.ld"),
        "-o", "firmware.elf",
    ]  # fmt: skip
    return link_and_run(command, folder)


@pytest.mark.parametrize("model", samples.MODELS)
def test_version_5_firmware_runs_unchanged(model, tmp_path):
    library = samples.library(model)
    flags = ["-mfloat-abi=hard", "-mfpu=fpv4-sp-d16"]
    run = run_firmware(tmp_path, library, model, flags)
    assert run.returncode == 0, run.stdout + run.stderr


@pytest.mark.parametrize("abi", ["softfp", "soft"])
def test_firmware_of_other_float_conventions(abi, tmp_path):
    library = samples.library("lda", abi=abi)
    fpu = ["-mfpu=fpv4-sp-d16"] if abi == "softfp" else []
    run = run_firmware(tmp_path, library, "lda", [f"-mfloat-abi={abi}", *fpu])
    assert run.returncode == 0, run.stdout + run.stderr
