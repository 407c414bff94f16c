"""``kinglet targets``."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from kinglet.cli import app
from kinglet.errors import InputError
from kinglet.targets import cores, find


def invoke(*arguments):
    return CliRunner().invoke(app, ["targets", *arguments])


def as_json(*arguments):
    result = invoke(*arguments, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_json_holds_the_figures_with_their_units_in_the_names():
    document = as_json("STM32F411RE", "--kind", "part")
    assert document["schema"] == 1 and document["found"] == 1
    (target,) = document["targets"]
    assert target["name"] == "STM32F411RE" and target["core"] == "cortex-m4f"
    assert (target["clock_hz"], target["flash_bytes"], target["ram_bytes"]) == (
        100_000_000,
        524_288,
        131_072,
    )


def test_json_says_why_something_is_null():
    (core,) = as_json("cortex-m4f", "--limit", "1")["targets"]
    assert core["kind"] == "core"
    assert core["ram_bytes"] is None and core["ram_bytes_reason"] == "a bare core"
    board = as_json("nucleo_f411re", "--limit", "1")["targets"][0]
    assert board["sensors"] is None and board["sensors_reason"] == "not in the tables"
    chip = as_json("ESP32", "--limit", "1")["targets"][0]
    assert chip["buildable"] is False and "Xtensa" in chip["buildable_reason"]


def test_json_of_a_board_names_its_part_and_sensors():
    (board,) = as_json("thingy53")["targets"]
    assert board["microcontroller"] == "nRF5340_xxAA"
    assert board["sensors"]["accelerometer"] == ["ADXL362", "BMI270"]


def test_the_table_shows_a_board_on_one_line():
    lines = invoke("nucleo", "f411re").stdout.splitlines()
    assert lines[0].split() == ["name", "kind", "core", "clock", "flash", "RAM", "MCU", "sensors"]
    assert " ".join(lines[1].split()) == (
        "nucleo_f411re board cortex-m4f 100 MHz 512 KB 128 KB STM32F411RE"
    )


def test_the_table_marks_what_cannot_be_built_for():
    output = invoke("esp32", "--limit", "1").stdout
    assert "xtensa-lx6 *" in output and "no compiler" in output
    assert "no compiler" not in invoke("STM32F411RE").stdout


def test_the_limit_cuts_and_says_so():
    matches = len(find("stm32f4", "part"))
    document = as_json("stm32f4", "--kind", "part", "--limit", "7")
    assert (document["found"], len(document["targets"])) == (matches, 7)
    assert f"7 of {matches} shown" in invoke("stm32f4", "--kind", "part", "--limit", "7").stdout
    assert len(as_json("stm32f4", "--kind", "part", "--limit", "0")["targets"]) == matches


def test_kind_core_without_a_query_lists_the_cores():
    listed = as_json("--kind", "core", "--limit", "0")["targets"]
    assert [target["name"] for target in listed] == list(cores())


def test_a_query_that_fits_nothing_is_told_the_nearest_names():
    result = invoke("STM32F411RX")
    assert isinstance(result.exception, InputError)
    assert "STM32F411RE" in str(result.exception)


SCRIPT = shutil.which("kinglet", path=Path(sys.executable).parent)


@pytest.mark.skipif(not SCRIPT, reason="Kinglet is not installed beside this Python")
def test_the_installed_command_prints_one_sentence_on_bad_input():
    result = subprocess.run(
        [SCRIPT, "targets", "--kind", "chip"], capture_output=True, text=True, timeout=60
    )
    assert result.returncode == 2
    assert result.stderr == "kinglet: 'chip' is not a kind of target: use part, board or core.\n"
