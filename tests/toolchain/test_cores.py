import csv
import os
from pathlib import Path

import pytest

from kinglet.errors import InputError
from kinglet.toolchain import CORES, compile_object, core_for, inspect_object

ARITHMETIC = """
enum colour { RED, GREEN };
struct small { enum colour colour; };
int size(void) { return (int)sizeof(struct small); }
float product(float a, float b) { return a * b; }
"""
EVERY_VARIANT = [(name, abi) for name, core in CORES.items() for abi in core.abis]


@pytest.mark.parametrize(("name", "abi"), EVERY_VARIANT)
def test_object_has_the_arithmetic_and_calling_convention_of_the_core(name, abi):
    core = CORES[name]
    facts = inspect_object(compile_object(ARITHMETIC, core, abi=abi))
    helper = "__aeabi_fmul" if core.family == "arm" else "__mulsf3"
    assert facts.undefined == ((helper,) if abi == "soft" else ())
    assert facts.vfp_arguments == (abi == "hard")
    if core.family == "arm":
        assert (facts.fp_arch != 0) == (abi != "soft")
        assert facts.enum_size == 1
    else:
        assert facts.riscv_isa == (name if abi != "soft" else name.replace("f", ""))


def test_labels_and_names_are_distinct():
    assert len({core.label for core in CORES.values()}) == len(CORES)
    assert CORES["cortex-m0plus"].label == "Cortex-M0+"
    assert CORES["cortex-m35pf"].label == "Cortex-M35P (FPU)"


@pytest.mark.parametrize(
    ("core", "fpu", "name"),
    [
        ("cortex-m4", "none", "cortex-m4"),
        ("cortex-m4", "sp", "cortex-m4f"),
        ("cortex-m7", "sp", "cortex-m7f"),
        ("cortex-m7", "dp", "cortex-m7fd"),
        ("cortex-m55", "dp", "cortex-m55"),
        ("rv32imafc", "sp", "rv32imafc"),
    ],
)
def test_core_for_joins_the_columns_of_the_table(core, fpu, name):
    assert core_for(core, fpu) is CORES[name]


def test_core_for_refuses_what_cannot_be_compiled():
    with pytest.raises(InputError, match=r"xtensa-lx7.*C source"):
        core_for("xtensa-lx7", "sp")
    with pytest.raises(InputError, match=r"avr.*RAM.*C source"):
        core_for("avr")
    with pytest.raises(InputError, match=r"unknown core 'cortex-m4' .* 'dp'"):
        core_for("cortex-m4", "dp")


def test_every_core_of_the_microcontroller_table_is_known():
    data = os.environ.get("KINGLET_DATA", Path(__file__).parents[3] / "shared" / "data")
    table = Path(data).parent / "targets" / "mcus.csv"
    if not table.exists():
        pytest.skip("the table of microcontrollers is not beside the data (KINGLET_DATA)")
    with table.open(encoding="utf-8", newline="") as stream:
        columns = {(row["core"], row["fpu"]) for row in csv.DictReader(stream)}
    for core, fpu in columns:
        if core.startswith(("xtensa", "avr")):
            with pytest.raises(InputError):
                core_for(core, fpu)
        else:
            assert core_for(core, fpu).fpu == fpu


def test_unknown_calling_convention_is_refused():
    with pytest.raises(InputError, match=r"Cortex-M0 has no calling convention 'hard'.*soft"):
        compile_object(ARITHMETIC, CORES["cortex-m0"], abi="hard")
