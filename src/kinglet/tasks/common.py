"""C that every project type shares."""

from __future__ import annotations

from kinglet.ccode import Names
from kinglet.pipeline import Trained


def identity_functions(names: Names) -> str:
    """Getters of identity and shape."""
    return f"""char *{names.function("neai_get_id")}(void)
{{
    /* The API's type is not const; the text must not be written to. */
    return (char *){names.macro("NEAI_ID")};
}}

int {names.function("neai_get_input_signal_size")}(void)
{{
    return {names.macro("NEAI_INPUT_SIGNAL_LENGTH")};
}}

int {names.function("neai_get_axis_number")}(void)
{{
    return {names.macro("NEAI_INPUT_AXIS_NUMBER")};
}}
"""


def emulator_input(fitted: Trained) -> str:
    """Buffer that the host writes signals to."""
    values = fitted.shape.length * fitted.shape.axes
    return f"""
static float emulator_in[{values}];

float *emulator_input(void)
{{
    return emulator_in;
}}
"""
