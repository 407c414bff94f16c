"""n-class classification: which of several known kinds of signal is this."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from kinglet.ccode import Names
from kinglet.pipeline import FittedPipeline, Plan
from kinglet.signals import Labelled
from kinglet.tasks import metrics
from kinglet.tasks.common import emulator_input, identity_functions
from kinglet.tasks.task import Emulated, Emulation, Task


class Classification(Task):
    """Learned on the desk from one or more files for each class."""

    name = "classification"
    public = (
        "neai_classification_init",
        "neai_classification",
        "neai_get_id",
        "neai_get_input_signal_size",
        "neai_get_axis_number",
        "neai_get_number_of_classes",
        "neai_get_class_name",
    )
    measured = {"neai_classification": "board_run"}  # noqa: RUF012
    exports = ("emulator_init", "emulator_input", "emulator_output", "emulator_run")

    def split_metric(
        self,
        label: np.ndarray,
        outputs: np.ndarray,
        machine: np.ndarray,
        *,
        imitated: bool = False,
    ) -> float:
        """Balanced accuracy: the mean of the recalls of the classes that are there."""
        return metrics.balanced_accuracy(label, outputs.argmax(axis=1))

    def summary(self, data: Labelled, outputs: np.ndarray) -> dict[str, Any]:
        """Metrics of out-of-fold probabilities.

        ``certainty`` is the mean over the lines of max(0, p_true - max p_other), times 100: 100
        where every line is right beyond doubt, 0 where every line is wrong or undecided.
        """
        label, classes = data.label, data.classes
        predicted = outputs.argmax(axis=1)
        low, high = metrics.bootstrap_interval(label, predicted, data.signals.group)
        recalls = metrics.recalls(label, predicted, len(classes))
        return {
            "balanced_accuracy": metrics.balanced_accuracy(label, predicted),
            "balanced_accuracy_interval": {"low": low, "high": high, "level": 0.95},
            "accuracy": float((label == predicted).mean()),
            "f1_macro": metrics.f1_macro(label, predicted, len(classes)),
            "mcc": metrics.mcc(label, predicted),
            "recall": dict(zip(classes, recalls, strict=True)),
            "certainty": metrics.certainty(label, outputs),
            "confusion_matrix": metrics.confusion(label, predicted, len(classes)).tolist(),
        }

    def rows(
        self, outputs: np.ndarray, label: np.ndarray | None, classes: Sequence[str]
    ) -> list[dict[str, Any]]:
        """Class, its id and the probabilities of each signal; the true class where known."""
        rows: list[dict[str, Any]] = []
        for index, values in enumerate(outputs):
            best = int(values.argmax())  # the first of equals, as in the C
            row: dict[str, Any] = {
                "class": classes[best],
                "id_class": best,
                "probabilities": [float(value) for value in values],
            }
            if label is not None:
                row["true_class"] = classes[label[index]]
            rows.append(row)
        return rows

    def answers(
        self, emulation: Emulation, options: Mapping[str, Any], classes: Sequence[str]
    ) -> tuple[list[dict[str, Any]], dict[str, Any]]:
        """Class of each signal, and how often each occurs."""
        rows = self.rows(emulation.outputs, None, classes)
        rows = [
            row if state == 0 else {} for row, state in zip(rows, emulation.states, strict=True)
        ]
        known = [row["class"] for row in rows if row]
        return rows, {"counts": {name: known.count(name) for name in classes}}

    def macros(self, fitted: FittedPipeline) -> dict[str, Any]:
        """Number of classes."""
        return {"NEAI_NUMBER_OF_CLASSES": len(fitted.classes)}

    def declarations(self, fitted: FittedPipeline, names: Names) -> str:
        """Prototypes of the version 5 API."""
        name, macro = names.function, names.macro
        ids = "\n".join(f" *   {i} {text}" for i, text in enumerate(fitted.classes))
        return f"""/* Must be called once before {name("neai_classification")}.
 * Returns NEAI_OK. */
enum neai_state {name("neai_classification_init")}(void);

/* Tells the class of one signal.
 *   in             {macro("NEAI_INPUT_SIGNAL_LENGTH")} * {macro("NEAI_INPUT_AXIS_NUMBER")} values,
 *                  interleaved, axis fastest (x0 y0 z0 x1 y1 z1 ...); left as it is
 *   probabilities  {macro("NEAI_NUMBER_OF_CLASSES")} values, written; they sum to 1
 *   id_class       written; the class with the highest probability:
{ids}
 * Not re-entrant: memory is static, so call it from one task only.
 * Returns NEAI_OK; NEAI_NOT_INITIALIZED before the init function was called;
 * NEAI_INVALID_PARAM for a NULL pointer or a value that is not finite or whose absolute value is
 * 1e12 or more. On an error nothing is written. */
enum neai_state {name("neai_classification")}(float *in, float *probabilities, int *id_class);

/* The identity of this library, equal to {macro("NEAI_ID")}. */
char *{name("neai_get_id")}(void);

/* Samples per axis of one signal. */
int {name("neai_get_input_signal_size")}(void);

/* Axes of one signal. */
int {name("neai_get_axis_number")}(void);

/* Number of classes. */
int {name("neai_get_number_of_classes")}(void);

/* Name of a class; NULL for an id out of range. */
const char *{name("neai_get_class_name")}(int id_class);
"""

    def glue(self, plan: Plan, fitted: FittedPipeline, names: Names) -> str:
        """Public functions in C."""
        name, count = names.function, len(fitted.classes)
        values = fitted.shape.length * fitted.shape.axes
        texts = ", ".join(f'"{text}"' for text in fitted.classes)
        return f"""/* ---- public functions ---- */

static uint8_t neai_ready;

enum neai_state {name("neai_classification_init")}(void)
{{
    neai_ready = 1u;
    return NEAI_OK;
}}

enum neai_state {name("neai_classification")}(float *in, float *probabilities, int *id_class)
{{
    int best = 0, k;
    if (neai_ready == 0u) {{
        return NEAI_NOT_INITIALIZED;
    }}
    if ((in == NULL) || (probabilities == NULL) || (id_class == NULL) ||
        (kn_is_valid(in, {values}u) == 0)) {{
        return NEAI_INVALID_PARAM;
    }}
    neai_run(in, probabilities);
    for (k = 1; k < {count}; k++) {{
        if (probabilities[k] > probabilities[best]) {{
            best = k;
        }}
    }}
    *id_class = best;
    return NEAI_OK;
}}

{identity_functions(names)}
int {name("neai_get_number_of_classes")}(void)
{{
    return {count};
}}

const char *{name("neai_get_class_name")}(int id_class)
{{
    static const char *const class_names[{count}] = {{{texts}}};
    return ((id_class >= 0) && (id_class < {count})) ? class_names[id_class] : NULL;
}}
"""

    def example(self, fitted: FittedPipeline, names: Names) -> str:
        """Hello world: read a signal, print its class."""
        name, macro = names.function, names.macro
        return f"""/* How to use the library: fill the buffer, call, act.
 * SPDX-License-Identifier: MIT-0
 */
#include "{names.header}"

static float signal_buffer[{macro("NEAI_INPUT_SIGNAL_LENGTH")} * {macro("NEAI_INPUT_AXIS_NUMBER")}];
static float probabilities[{macro("NEAI_NUMBER_OF_CLASSES")}];

/* Yours to write: fill the buffer from the sensor, axis fastest (x0 y0 z0 x1 y1 z1 ...). */
extern void read_signal(float *buffer);
/* Yours to write: what to do with the answer. */
extern void on_class(int id_class, const char *class_name, float probability);

int main(void)
{{
    int id_class = 0;
    if ({name("neai_classification_init")}() != NEAI_OK) {{
        return 1;
    }}
    for (;;) {{
        read_signal(signal_buffer);
        if ({name("neai_classification")}(signal_buffer, probabilities, &id_class) == NEAI_OK) {{
            on_class(id_class, {name("neai_get_class_name")}(id_class), probabilities[id_class]);
        }}
    }}
}}
"""

    def emulator(self, fitted: FittedPipeline, names: Names) -> str:
        """Entry points of the WebAssembly module: buffers, init and run."""
        name, count = names.function, len(fitted.classes)
        return f"""{emulator_input(fitted)}
static float emulator_out[{count}];
static int emulator_id;

float *emulator_output(void)
{{
    return emulator_out;
}}

int emulator_init(void)
{{
    return (int){name("neai_classification_init")}();
}}

int emulator_run(void)
{{
    return (int){name("neai_classification")}(emulator_in, emulator_out, &emulator_id);
}}
"""

    def emulate(
        self, library: Emulated, values: np.ndarray, options: Mapping[str, Any]
    ) -> Emulation:
        """Probabilities of each signal."""
        count = len(library.metadata["classes"])
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

    def harness(self, fitted: FittedPipeline, names: Names) -> str:
        """C that the emulated core runs: one call, its outputs side by side in a buffer."""
        name, count = names.function, len(fitted.classes)
        values = fitted.shape.length * fitted.shape.axes
        return f"""#include "{names.header}"
float board_input[{values}];
struct {{
    float probabilities[{count}];
    int id_class;
}} board_output;
int board_init(void) {{ return (int){name("neai_classification_init")}(); }}
int board_run(void)
{{
    return (int){name("neai_classification")}(board_input, board_output.probabilities,
                                             &board_output.id_class);
}}
"""

    def harness_bytes(self, fitted: FittedPipeline) -> int:
        """Size of the harness's output."""
        return 4 * len(fitted.classes) + 4
