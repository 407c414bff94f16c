"""n-class classification: which of several known kinds of signal is this."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from kinglet.ccode import Names
from kinglet.pipeline import Trained
from kinglet.signals import Labelled
from kinglet.tasks import metrics
from kinglet.tasks.desk import DeskTask, Usage
from kinglet.tasks.task import Emulation


class Classification(DeskTask):
    """Learned on the desk from one or more files for each class."""

    name = "classification"
    stem = "neai_classification"
    purpose = "the class of one signal"
    own_public = ("neai_get_number_of_classes", "neai_get_class_name")

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
        rows = self.answered(emulation, None, classes)
        known = [row["class"] for row in rows if row]
        return rows, {"counts": {name: known.count(name) for name in classes}}

    def macros(self, fitted: Trained) -> dict[str, Any]:
        """Number of classes."""
        return {"NEAI_NUMBER_OF_CLASSES": len(fitted.classes)}

    def predicted(self, outputs: np.ndarray, classes: Sequence[str]) -> np.ndarray:
        """Class names."""
        return np.asarray(classes)[outputs.argmax(axis=1)]

    def results(self, fitted: Trained, names: Names) -> list[tuple[str, str, int, str]]:
        """Probabilities and the class of the highest one."""
        count = len(fitted.classes)
        ids = "\n".join(f" *   {i} {text}" for i, text in enumerate(fitted.classes))
        sums = f"{names.macro('NEAI_NUMBER_OF_CLASSES')} values, written; they sum to 1"
        highest = f"written; the class with the highest probability:\n{ids}"
        return [("float", "probabilities", count, sums), ("int", "id_class", 1, highest)]

    def compute(self, fitted: Trained) -> str:
        """Run, and find the first of the highest probabilities."""
        return f"""\
    int best = 0, k;
    neai_run(in, probabilities);
    for (k = 1; k < {len(fitted.classes)}; k++) {{
        if (probabilities[k] > probabilities[best]) {{
            best = k;
        }}
    }}
    *id_class = best;"""

    def getters(self, fitted: Trained, names: Names) -> tuple[str, str]:
        """Number and names of the classes."""
        name, count = names.function, len(fitted.classes)
        texts = ", ".join(f'"{text}"' for text in fitted.classes)
        declared = f"""
/* Number of classes. */
int {name("neai_get_number_of_classes")}(void);

/* Name of a class; NULL for an id out of range. */
const char *{name("neai_get_class_name")}(int id_class);
"""
        defined = f"""
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
        return declared, defined

    def usage(self, fitted: Trained, names: Names) -> Usage:
        """Act on the class and its probability."""
        name = names.function("neai_get_class_name")
        return Usage(
            purpose="the answer",
            handler="on_class(int id_class, const char *class_name, float probability)",
            call=f"on_class(id_class, {name}(id_class), probabilities[id_class])",
            variable="int id_class = 0",
            arguments="probabilities, &id_class",
            buffers=(f"static float probabilities[{names.macro('NEAI_NUMBER_OF_CLASSES')}];",),
        )

    def emulated(self, fitted: Trained) -> str:
        """Copy the probabilities."""
        return f"""\
        int k;
        for (k = 0; k < {len(fitted.classes)}; k++) {{
            emulator_out[k] = emulator_probabilities[k];
        }}"""
