"""Firmware that learns, built by a second compiler, run in a second emulator."""

from itertools import groupby
from pathlib import Path

import numpy as np
import pytest
from elftools.elf.elffile import ELFFile

from kinglet.ccode.constants import literal
from kinglet.library.build import compile_sources
from kinglet.toolchain import CORES, archive
from tests import anomaly_samples as samples
from tests.anomaly_samples import SHAPE, STREAM
from tests.target.qemu import GCC, QEMU, link_and_run

FIRMWARE = Path(__file__).parent / "firmware"
pytestmark = [
    pytest.mark.target,
    pytest.mark.skipif(
        not (GCC and QEMU), reason="arm-none-eabi-gcc and qemu-system-arm are not installed"
    ),
]
LEARNED, RUNS = 40, 5
CASES = [("micro_clusters", SHAPE), ("os_elm", SHAPE), ("evt", STREAM), ("neighbours", STREAM)]
EVERY_CASE = pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case[0]}-{case[1].length}")


def write_library(folder, name, shape, suffix=""):
    """Put header and archive where the compiler finds them; the archive's file name."""
    sources = samples.sources(name, shape, suffix)
    compiled = compile_sources(sources, CORES["cortex-m4f"], None, "size")
    (folder / sources.names.header).write_text(sources.header)
    (folder / sources.names.archive).write_bytes(archive({f"{sources.names.stem}.o": compiled}))
    return sources.names.archive


def write_signals(folder, name, shape):
    """Signals, and what the WebAssembly says of each after the first ones were learned."""
    kinds = [samples.nominal, samples.abnormal] * 2
    values = np.concatenate(
        [samples.nominal(LEARNED, 3, shape), *(kind(RUNS, 4, shape) for kind in kinds)]
    )
    emulation = samples.emulator(name, shape).run(values[LEARNED:], learn=values[:LEARNED])
    similarity = [0] * LEARNED + emulation.outputs[:, 0].astype(int).tolist()
    below = [len(list(run)) for low, run in groupby(v < 90 for v in similarity[LEARNED:]) if low]
    rows = ",\n".join("{" + ", ".join(map(literal, v.ravel())) + "}" for v in values)
    (folder / "signals.h").write_text(f"""#define SIGNALS {len(values)}
#define LENGTH {shape.length}
#define AXES {shape.axes}
#define ALARMS {sum(length >= 3 for length in below)}
static const float signals[SIGNALS][LENGTH * AXES] = {{{rows}}};
static const uint8_t expected[SIGNALS] = {{{", ".join(map(str, similarity))}}};
""")


def run_firmware(folder, source, archives, script="qemu.ld", flags=()):
    """Link with every warning an error, and run."""
    command = [
        str(GCC), "-mcpu=cortex-m4", "-mthumb", "-mfloat-abi=hard", "-mfpu=fpv4-sp-d16", "-O2",
        "-std=gnu11", "-Wall", "-Werror", "-nostartfiles", "-specs=nano.specs", "-I.", *flags,
        str(FIRMWARE / "startup.c"), str(FIRMWARE / source), *archives,
        "-Wl,--fatal-warnings,--no-warn-execstack,--gc-sections", "-T", str(FIRMWARE / script),
        "-o", "firmware.elf",
    ]  # fmt: skip
    return link_and_run(command, folder)


@EVERY_CASE
def test_version_5_firmware_runs_unchanged(case, tmp_path):
    library = write_library(tmp_path, *case)
    write_signals(tmp_path, *case)
    run = run_firmware(tmp_path, "anomaly.c", [library])
    assert run.returncode == 0, run.stdout + run.stderr


@EVERY_CASE
@pytest.mark.parametrize("script", ["qemu.ld", "qemu_neai.ld"])
def test_knowledge_survives_a_power_cut(case, script, tmp_path):
    library = write_library(tmp_path, *case)
    write_signals(tmp_path, *case)
    flags = ["-DWITH_SECTION"] if script == "qemu_neai.ld" else []
    run = run_firmware(tmp_path, "restore.c", [library], script, flags)
    assert run.returncode == 0, f"{run.returncode} {run.stdout}{run.stderr}"

    with (tmp_path / "firmware.elf").open("rb") as stream:
        section = ELFFile(stream).get_section_by_name(".neai")
        assert section["sh_size"] == samples.knowledge_bytes(*case)
        assert section["sh_type"] == "SHT_NOBITS", "not in the flash image"


def test_two_libraries_in_one_firmware(tmp_path):
    archives = [
        write_library(tmp_path, *CASES[0], suffix="left"),
        write_library(tmp_path, *CASES[2], suffix="right"),
    ]
    run = run_firmware(tmp_path, "two.c", archives, "qemu_neai.ld")
    assert run.returncode == 0, f"{run.returncode} {run.stderr}"
