"""What project types that learn on the desk share: one function, from a signal to an answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from kinglet.ccode import Names, literal
from kinglet.pipeline import Plan, Trained
from kinglet.tasks.common import emulator_input, identity_functions
from kinglet.tasks.task import Emulated, Emulation, Task

_GETTERS = ("neai_get_id", "neai_get_input_signal_size", "neai_get_axis_number")


@dataclass(frozen=True)
class Usage:
    """The parts in which the examples of the project types differ, in C.

    Parameters
    ----------
    purpose : str
        What is handled, to end "what to do with ...".
    handler, call : str
        Prototype of the function that handles it, and a call of it.
    variable : str
        What the library writes its answer to.
    arguments : str
        Of the library's function, behind the signal.
    condition : str
        What must hold beside NEAI_OK.
    buffers : tuple of str
        Static memory beside the signal.
    """

    purpose: str
    handler: str
    call: str
    variable: str
    arguments: str
    condition: str = ""
    buffers: tuple[str, ...] = ()


class DeskTask(Task):
    """A library with ``stem_init()`` and ``stem(in, answers...)``.

    Attributes
    ----------
    stem : str
        Name of the function that judges a signal, before any suffix.
    purpose : str
        What it tells of one signal, to end "Tells ...".
    own_public : tuple of str
        Functions of the C API that no other project type has.
    """

    stem: ClassVar[str]
    purpose: ClassVar[str]
    own_public: ClassVar[tuple[str, ...]] = ()
    exports = ("emulator_init", "emulator_input", "emulator_output", "emulator_run")

    def __init_subclass__(cls) -> None:
        """Functions of the C API follow from the stem."""
        cls.public = (f"{cls.stem}_init", cls.stem, *_GETTERS, *cls.own_public)
        cls.measured = {cls.stem: "board_run"}

    def results(self, fitted: Trained, names: Names) -> list[tuple[str, str, int, str]]:
        """What the function writes: C type, name, how many, and what the header says of it."""
        raise NotImplementedError

    def compute(self, fitted: Trained) -> str:
        """C statements that compute the results; ``in`` and their pointers are valid."""
        raise NotImplementedError

    def helpers(self, fitted: Trained) -> str:
        """C of static functions that `compute` calls."""
        return ""

    def getters(self, fitted: Trained, names: Names) -> tuple[str, str]:
        """Declarations and definitions of public functions of this project type alone."""
        return "", ""

    def usage(self, fitted: Trained, names: Names) -> Usage:
        """How firmware uses the library, for `example`."""
        raise NotImplementedError

    def example(self, fitted: Trained, names: Names) -> str:
        """Hello world: read a signal, act on the answer."""
        name, macro, usage = names.function, names.macro, self.usage(fitted, names)
        values = f"{macro('NEAI_INPUT_SIGNAL_LENGTH')} * {macro('NEAI_INPUT_AXIS_NUMBER')}"
        buffers = "\n".join([f"static float signal_buffer[{values}];", *usage.buffers])
        return f"""/* How to use the library: fill the buffer, call, act.
 * SPDX-License-Identifier: MIT-0
 */
#include "{names.header}"

{buffers}

/* Yours to write: fill the buffer from the sensor, axis fastest (x0 y0 z0 x1 y1 z1 ...). */
extern void read_signal(float *buffer);
/* Yours to write: what to do with {usage.purpose}. */
extern void {usage.handler};

int main(void)
{{
    {usage.variable};
    if ({name(f"{self.stem}_init")}() != NEAI_OK) {{
        return 1;
    }}
    for (;;) {{
        read_signal(signal_buffer);
        if ({name(self.stem)}(signal_buffer, {usage.arguments}) == NEAI_OK{usage.condition}) {{
            {usage.call};
        }}
    }}
}}
"""

    def answered(
        self, emulation: Emulation, label: np.ndarray | None, classes: Sequence[str]
    ) -> list[dict[str, Any]]:
        """What was said of each signal; of a refused one an empty entry."""
        rows = self.rows(emulation.outputs, label, classes)
        states = emulation.states
        return [row if state == 0 else {} for row, state in zip(rows, states, strict=True)]

    def emulated(self, fitted: Trained) -> str:
        """C statement that fills ``emulator_out`` once the library has answered with NEAI_OK."""
        raise NotImplementedError

    def declarations(self, fitted: Trained, names: Names) -> str:
        """Prototypes of the version 5 API."""
        name, macro = names.function, names.macro
        results = self.results(fitted, names)
        width = max(len("in"), *(len(result) for _, result, _, _ in results)) + 2
        docs = "\n".join(
            f" *   {result:<{width}}{doc}" for _, result, _, doc in results
        )  # a doc of several lines is indented by whoever wrote it
        length, axes = macro("NEAI_INPUT_SIGNAL_LENGTH"), macro("NEAI_INPUT_AXIS_NUMBER")
        return f"""/* Must be called once before {name(self.stem)}.
 * Returns NEAI_OK. */
enum neai_state {name(f"{self.stem}_init")}(void);

/* Tells {self.purpose}.
 *   {"in":<{width}}{length} * {axes} values,
 *   {"":<{width}}interleaved, axis fastest (x0 y0 z0 x1 y1 z1 ...); left as it is
{docs}
 * Not re-entrant: memory is static, so call it from one task only.
 * Returns NEAI_OK; NEAI_NOT_INITIALIZED before the init function was called;
 * NEAI_INVALID_PARAM for a NULL pointer or a value that is not finite or whose absolute value is
 * 1e12 or more. On an error nothing is written. */
enum neai_state {self._prototype(fitted, names)};

/* The identity of this library, equal to {macro("NEAI_ID")}. */
char *{name("neai_get_id")}(void);

/* Samples per axis of one signal. */
int {name("neai_get_input_signal_size")}(void);

/* Axes of one signal. */
int {name("neai_get_axis_number")}(void);
{self.getters(fitted, names)[0]}"""

    def _prototype(self, fitted: Trained, names: Names) -> str:
        results = self.results(fitted, names)
        pointers = ", ".join(f"{ctype} *{result}" for ctype, result, _, _ in results)
        return f"{names.function(self.stem)}(float *in, {pointers})"

    def glue(self, plan: Plan | None, fitted: Trained, names: Names) -> str:
        """Public functions in C."""
        values = fitted.shape.length * fitted.shape.axes
        missing = " || ".join(
            f"({result} == NULL)" for _, result, _, _ in self.results(fitted, names)
        )
        return f"""/* ---- public functions ---- */

static uint8_t neai_ready;
{self.helpers(fitted)}
enum neai_state {names.function(f"{self.stem}_init")}(void)
{{
    neai_ready = 1u;
    return NEAI_OK;
}}

enum neai_state {self._prototype(fitted, names)}
{{
    if (neai_ready == 0u) {{
        return NEAI_NOT_INITIALIZED;
    }}
    if ((in == NULL) || {missing} ||
        (kn_is_valid(in, {values}u) == 0)) {{
        return NEAI_INVALID_PARAM;
    }}
{self.compute(fitted)}
    return NEAI_OK;
}}

{identity_functions(names)}{self.getters(fitted, names)[1]}"""

    def emulator(self, fitted: Trained, names: Names) -> str:
        """Entry points of the WebAssembly module: buffers, init and run."""
        results = self.results(fitted, names)
        buffers = "\n".join(f"static {c} emulator_{n}[{count}];" for c, n, count, _ in results)
        arguments = ", ".join(f"emulator_{result}" for _, result, _, _ in results)
        return f"""{emulator_input(fitted)}
{buffers}
static float emulator_out[{self._outputs(fitted)}];

float *emulator_output(void)
{{
    return emulator_out;
}}

int emulator_init(void)
{{
    return (int){names.function(f"{self.stem}_init")}();
}}

int emulator_run(void)
{{
    int state = (int){names.function(self.stem)}(emulator_in, {arguments});
    if (state == 0) {{
{self.emulated(fitted)}
    }}
    return state;
}}
"""

    def _outputs(self, fitted: Trained) -> int:
        return len(fitted.classes) or 1

    def emulate(
        self, library: Emulated, values: np.ndarray, options: Mapping[str, Any]
    ) -> Emulation:
        """Outputs for each signal: probabilities, a score or a prediction."""
        count = len(library.metadata["classes"]) or 1
        states = np.empty(len(values), dtype=np.int64)
        outputs = np.full((len(values), count), np.nan, dtype=np.float32)
        address = int(library.call("emulator_output"))
        library.call("emulator_init")
        for index, signal in enumerate(values):
            library.put(signal)
            states[index] = library.call("emulator_run")
            if states[index] == 0:
                outputs[index] = np.frombuffer(library.read(address, 4 * count), dtype="<f4")
        return Emulation(states, outputs)

    def harness(self, fitted: Trained, names: Names) -> str:
        """C that the emulated core runs: one call, its results side by side in a buffer."""
        results = self.results(fitted, names)
        members = "\n".join(f"    {ctype} {name}[{count}];" for ctype, name, count, _ in results)
        arguments = ", ".join(f"board_output.{name}" for _, name, _, _ in results)
        values = fitted.shape.length * fitted.shape.axes
        return f"""#include "{names.header}"
float board_input[{values}];
struct {{
{members}
}} board_output;
int board_init(void) {{ return (int){names.function(f"{self.stem}_init")}(); }}
int board_run(void)
{{
    return (int){names.function(self.stem)}(board_input, {arguments});
}}
"""

    def harness_bytes(self, fitted: Trained) -> int:
        """Size of the harness's output."""
        bytes_of = {"float": 4, "int": 4, "uint8_t": 1}
        results = self.results(fitted, Names())
        return sum(bytes_of[ctype] * count for ctype, _, count, _ in results)


def value_function(fitted: Trained) -> str:
    """C of ``neai_value(in)``: the output of the model, scaled and kept within its range."""
    output = fitted.output
    assert output is not None
    clip = ""
    if output.low is not None and output.high is not None:
        low, high = literal(output.low), literal(output.high)
        clip = f"""
    if (value < {low}) {{
        value = {low};
    }}
    if (value > {high}) {{
        value = {high};
    }}"""
    return f"""
static float neai_value(const float *in)
{{
    float value;
    neai_run(in, &value);
    value = ({literal(output.gain)} * value) + {literal(output.offset)};{clip}
    return value;
}}
"""
