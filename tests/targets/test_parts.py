"""The tables: every line loads, joins and holds what a part of its name must hold."""

import csv
import pickle
import subprocess
import sys
from pathlib import Path

import pytest

from kinglet import targets
from kinglet.targets import boards, core_of, cores, describe, microcontrollers, sensors

DATA = Path(targets.__file__).with_name("data")
CORE_KEYS = {
    *("cortex-m0", "cortex-m0plus", "cortex-m3", "cortex-m4", "cortex-m4f", "cortex-m7"),
    *("cortex-m7f", "cortex-m7fd", "cortex-m23", "cortex-m33", "cortex-m33f", "cortex-m55"),
    *("cortex-m85", "rv32imc", "rv32imac", "rv32imafc", "rv32ec"),
}
QUANTITIES = {
    *("accelerometer", "gyroscope", "magnetometer", "microphone", "pressure", "temperature"),
    *("humidity", "proximity", "distance", "light", "gas", "camera", "magnetic switch"),
    *("voltage", "current"),
}
# Last letter of an STM32 part line, flash in KB (ST's naming scheme); WB10, WB15 and WB55VY differ.
STM32_FLASH_KB = {
    **{"3": 8, "4": 16, "5": 24, "6": 32, "8": 64, "B": 128, "Z": 192, "C": 256, "D": 384},
    **{"E": 512, "F": 768, "G": 1024, "H": 1536, "I": 2048, "J": 4096},
}
STM32_ODD = {"STM32WB10CC", "STM32WB15CC", "STM32WB55VY"}


@pytest.mark.parametrize(
    ("table", "loaded"),
    [
        ("mcus.csv", microcontrollers),
        ("boards.csv", boards),
        ("cores.csv", cores),
        ("sensors.csv", lambda: [line for lines in sensors().values() for line in lines]),
    ],
)
def test_no_line_of_a_table_is_lost_to_a_doubled_name(table, loaded):
    with (DATA / table).open(encoding="utf-8", newline="") as file:
        assert len(list(csv.reader(file))) - 1 == len(loaded())


def test_every_part_has_sane_figures():
    for part in microcontrollers().values():
        assert part.name and part.vendor and part.family and part.source, part
        assert part.clock_mhz is None or 1 <= part.clock_mhz <= 1000, part
        assert part.clock_source in ({"part", "series", "board"} if part.clock_mhz else {""}), part
        assert part.run_ua_per_mhz is None or 5 <= part.run_ua_per_mhz <= 1000, part
        assert part.flash_kind in {"internal", "in-package", "external"}, part
        assert part.flash_bytes or part.flash_kind == "external", part
        assert part.flash_bytes is None or 512 <= part.flash_bytes <= 16 * 1024**2, part
        assert 64 <= part.ram_bytes <= part.ram_total_bytes <= 8 * 1024**2, part


def test_flash_of_stm32_parts_agrees_with_their_names():
    lines = [
        part
        for part in microcontrollers().values()
        if part.name.startswith("STM32") and part.flash_bytes and part.name not in STM32_ODD
    ]
    assert len(lines) > 1500
    wrong = [
        part.name
        for part in lines
        if STM32_FLASH_KB.get(part.name.split("-")[0][-1]) != part.flash_bytes // 1024
    ]
    assert wrong == []


def test_every_part_joins_a_core_and_all_but_xtensa_and_avr_can_be_built_for():
    for part in microcontrollers().values():
        target = describe(part)
        assert target.core_key.startswith(part.core)
        assert target.buildable == (target.core_key in CORE_KEYS)
        assert target.buildable != part.core.startswith(("xtensa", "avr"))


def test_the_cores_are_the_ones_code_is_built_for():
    assert {core.key for core in cores().values() if not core.no_compiler} == CORE_KEYS
    joined = {(core.core, core.fpu) for core in cores().values()}
    assert len(joined) == len(cores())


def test_floats_are_passed_in_registers_where_and_only_where_there_is_a_unit():
    for core in cores().values():
        if core.no_compiler:
            continue
        hard = "-mfloat-abi=hard" in core.gcc_flags or core.gcc_flags.endswith("-mabi=ilp32f")
        assert hard == (core.fpu != "none"), core


def test_every_board_carries_a_known_part_and_never_offers_more_than_it():
    for board in boards().values():
        part = microcontrollers()[board.microcontroller]
        target = describe(board)
        assert board.name and board.vendor and board.source, board
        assert set(board.sensors) <= QUANTITIES, board
        assert target.core_key == core_of(part).key
        assert 0 < target.ram_bytes <= part.ram_bytes
        if part.flash_kind == "internal":
            assert 0 < target.flash_bytes <= part.flash_bytes


def test_every_sensor_has_sane_figures():
    for line in (line for lines in sensors().values() for line in lines):
        assert line.quantity in QUANTITIES and line.unit and line.source, line
        assert 1 <= line.axes <= 64, line
        assert list(line.rates_hz) == sorted(set(line.rates_hz)), line
        assert line.rates_hz or line.note, line
        assert all(0 < rate <= 192_000 for rate in line.rates_hz), line
        assert all(low < high for low, high in line.ranges), line
        assert set(line.interfaces) <= {"i2c", "spi", "pdm", "adc"}, line
        assert bool(line.i2c_addresses) == ("i2c" in line.interfaces), line
        assert all(0x08 <= address <= 0x77 for address in line.i2c_addresses), line


def test_sensors_of_boards_measure_what_the_board_says():
    looked_up = 0
    for board in boards().values():
        for quantity, fitted in board.sensors.items():
            for part in (name for names in fitted for name in names.split("/")):
                if part in sensors():
                    looked_up += 1
                    assert quantity in {line.quantity for line in sensors()[part]}, board
    assert looked_up > 100


def test_a_range_is_symmetrical_unless_written_out():
    (accelerometer,) = sensors()["LIS2DH12"]
    assert accelerometer.ranges == ((-2, 2), (-4, 4), (-8, 8), (-16, 16))
    assert accelerometer.i2c_addresses == (0x18, 0x19)
    humidity, temperature = sensors()["HTS221"]
    assert humidity.ranges == ((0, 100),)
    assert temperature.ranges == ((-40, 120),)


def test_parts_travel_between_processes_and_serve_as_keys():
    for entry in (microcontrollers()["RP2040"], boards()["thingy53"], cores()["rv32ec"]):
        target = describe(entry)
        assert pickle.loads(pickle.dumps(target)) == target
        assert {target: 1}[target] == 1


def test_importing_reads_no_table_and_nothing_heavy():
    code = (
        "import sys, kinglet.targets as t;"
        "assert not any(f.cache_info().currsize for f in (t.microcontrollers, t.boards, t.cores));"
        "assert not {'numpy', 'csv', 'difflib', 'rich', 'typer'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
