"""Names that people type find the target they mean, or an error that helps."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kinglet.errors import InputError
from kinglet.targets import (
    ASSUMED_CLOCK_HZ,
    DEFAULT,
    Board,
    boards,
    cores,
    describe,
    find,
    get,
    microcontrollers,
    nearest,
)

PLAIN_STM32 = [name for name in microcontrollers() if re.fullmatch(r"STM32\w+", name)]
VARIANTS = [name for name in microcontrollers() if re.fullmatch(r"STM32\w+-[AX]", name)]


def test_a_part_has_the_figures_of_its_datasheet():
    target = get("STM32F411RE")
    assert (target.name, target.kind, target.core_key) == ("STM32F411RE", "part", "cortex-m4f")
    assert target.clock_hz == 100_000_000
    assert (target.flash_bytes, target.ram_bytes) == (512 * 1024, 128 * 1024)
    assert target.microcontroller.vendor == "STMicroelectronics"
    assert target.board is None and target.buildable


def test_a_board_has_the_figures_of_its_part():
    target = get("nucleo_f411re")
    assert (target.kind, target.board.name) == ("board", "ST Nucleo F411RE")
    assert target.microcontroller == get("STM32F411RE").microcontroller
    assert (target.flash_bytes, target.ram_bytes) == (512 * 1024, 128 * 1024)


@pytest.mark.parametrize(
    ("name", "core_key", "clock_mhz", "ram_kb"),
    [
        ("RP2040", "cortex-m0plus", 133, 264),
        ("ESP32-C3", "rv32imc", 160, 320),
        ("STM32H743ZI", "cortex-m7fd", 480, 512),
        ("STM32F746ZG", "cortex-m7f", 216, 320),
        ("nRF52810_xxAA", "cortex-m4", 64, 24),
        ("nRF5340_xxAA", "cortex-m33f", 128, 512),
        ("MCXA153", "cortex-m33", 96, 24),
        ("STM32N645A0", "cortex-m55", 800, 4224),
        ("CH32V003F4P6", "rv32ec", 48, 2),
    ],
)
def test_parts_of_many_makers(name, core_key, clock_mhz, ram_kb):
    target = get(name)
    assert target.core_key == core_key
    assert target.clock_hz == clock_mhz * 1_000_000
    assert target.ram_bytes == ram_kb * 1024


@pytest.mark.parametrize(
    "name", ["stm32 f411 re", "STM32_F411RE", "Stm32-f411re", " stm32f411re\n"]
)
def test_case_and_separators_do_not_count(name):
    assert get(name).name == "STM32F411RE"


def test_the_default_is_a_bare_core():
    target = get(DEFAULT)
    assert (target.kind, target.core_key) == ("core", "cortex-m4f")
    assert target.clock_hz == ASSUMED_CLOCK_HZ == 80_000_000
    assert target.ram_bytes is target.flash_bytes is target.microcontroller is None


def test_plus_is_a_letter_of_a_core():
    assert get("Cortex-M0+").core_key == "cortex-m0plus"
    assert get("Cortex-M0").core_key == "cortex-m0"


def test_every_name_in_the_tables_comes_back():
    # One name is both a part and a board: the part comes first.
    for name in (*microcontrollers(), *cores(), *(boards().keys() - {"lpc1768"})):
        assert get(name, building=False).name == name
    assert get("lpc1768").kind == "part"


@given(st.sampled_from(PLAIN_STM32), st.sampled_from(["T6", "U3", "Tx", "H6TR", "Y7N"]))
def test_an_ordering_code_is_its_part_line(line, suffix):
    assert get(line + suffix).name == line


@given(st.sampled_from(VARIANTS), st.sampled_from(["T6", "U6", "Hx"]))
def test_an_ordering_code_with_a_variant_is_the_line_of_the_variant(line, suffix):
    base, _, variant = line.partition("-")
    assert get(base + suffix + variant).name == line


def test_a_suffix_that_is_no_ordering_code_is_not_guessed_at():
    with pytest.raises(InputError, match=r"no target is called 'STM32F411RE-DISCO'.*STM32F411RE"):
        get("STM32F411RE-DISCO")


def test_the_beginning_of_one_name_will_do_but_not_that_of_several():
    assert get("nRF52840").name == "nRF52840_xxAA"
    with pytest.raises(
        InputError, match=r"'nRF52832' fits 2 parts.*\(nRF52832_xxAA, nRF52832_xxAB\)"
    ):
        get("nRF52832")
    with pytest.raises(InputError, match=r"'STM32F411' fits 6 parts.*STM32F411CC, .*\.\.\."):
        get("STM32F411")


def test_a_name_of_two_boards_asks_for_the_id():
    with pytest.raises(InputError, match=r"2 boards.*rak811_tracker, rak811_tracker_32"):
        get("RAK811 LoRa Tracker")
    assert get("rak811_tracker").kind == "board"


def test_an_unknown_name_is_told_the_three_nearest():
    with pytest.raises(InputError, match=r"no target is called 'STM32F411RX'") as error:
        get("STM32F411RX")
    named = str(error.value).split("nearest are ")[1].rstrip(".").split(", ")
    assert len(named) == 3
    assert {"STM32F411RE", "STM32F411RC"} < set(named)
    assert "arduino_nano_33_ble_sense" in nearest("Arduino Nano 33 BLE Sence")
    with pytest.raises(InputError, match=DEFAULT):
        get("  ")


@settings(max_examples=20, deadline=None)
@given(st.text())
def test_any_text_is_found_or_refused_in_one_sentence(text):
    try:
        assert get(text, building=False).name
    except InputError as error:
        assert str(error).endswith(".")


@pytest.mark.parametrize(("name", "what"), [("ESP32", "Xtensa"), ("uno", "AVR"), ("avr", "AVR")])
def test_no_compiler_is_said_before_anything_is_built(name, what):
    with pytest.raises(InputError, match=f"no compiler for {what}"):
        get(name)
    target = get(name, building=False)
    assert not target.buildable and what in target.reason


def test_a_part_without_a_clock_says_which_one_is_reckoned_with():
    unknown = next(part for part in microcontrollers().values() if part.clock_mhz is None)
    target = describe(unknown)
    assert target.clock_hz == ASSUMED_CLOCK_HZ
    assert any("80 MHz" in note and unknown.name in note for note in target.notes)


def test_flash_outside_the_chip_is_that_of_the_board():
    assert get("RP2040").flash_bytes == 2 * 1024**2
    assert any("usual board" in note for note in get("RP2040").notes)
    assert get("arduino_nano_connect").flash_bytes == 16 * 1024**2
    assert get("STM32N645A0").flash_bytes is None


def test_what_a_boot_loader_takes_is_not_offered():
    part, board = get("nRF52840_xxAA"), get("adafruit_clue_nrf52840")
    assert board.flash_bytes == 796 * 1024 < part.flash_bytes
    assert board.ram_bytes == 243 * 1024 < part.ram_bytes


def test_find_ranks_the_exact_name_then_prefixes_then_the_rest():
    assert [core.key for core in find("cortex-m4")[:2]] == ["cortex-m4", "cortex-m4f"]
    names = [entry.name for entry in find("stm32f411re")]
    assert names[0] == "STM32F411RE" and "ST Nucleo F411RE" in names
    assert find("nucleo f411")[0].id == "nucleo_f411re"
    begins = [
        any(name.lower().startswith("nano") for name in (board.id, board.name))
        for board in find("nano", "board")
    ]
    assert begins.count(True) > 3 and begins.count(False) > 3
    assert begins == sorted(begins, reverse=True)


def test_every_word_of_a_query_must_occur():
    assert {part.vendor for part in find("nordic m33", "part")} == {"Nordic"}
    assert all(part.core == "cortex-m33" for part in find("nordic m33", "part"))
    assert find("nordic stm32f411re") == []
    fitted = {board.id for board in find("st lsm6dsl", "board")}
    assert fitted == {"b_l475e_iot01a", "b_l4s5i_iot01a"}


def test_find_of_a_kind_holds_that_kind_alone():
    everything = len(microcontrollers()) + len(boards()) + len(cores())
    assert len(find("")) == everything
    assert len(find("", "core")) == len(cores())
    assert all(isinstance(entry, Board) for entry in find("rp2040", "board"))
    with pytest.raises(InputError, match="part, board or core"):
        find("", "chip")


def test_what_is_unknown_has_its_reason_beside_it():
    for entry in (*cores().values(), *boards().values(), *microcontrollers().values()):
        said = describe(entry).to_json()
        for key, value in said.items():
            assert (value is None) == (f"{key}_reason" in said) or key == "buildable"
        assert ("buildable_reason" in said) != said["buildable"]
