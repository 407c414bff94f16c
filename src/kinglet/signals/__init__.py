"""Files of sensor signals: read, checked, split and perturbed."""

from kinglet.signals.labels import label_signals
from kinglet.signals.perturb import Perturbation, perturb
from kinglet.signals.read import Labelled, check_class_name, read_classes, read_signals
from kinglet.signals.signals import VALUE_LIMIT, Signals
from kinglet.signals.splits import Split, make_splits

__all__ = [
    "VALUE_LIMIT",
    "Labelled",
    "Perturbation",
    "Signals",
    "Split",
    "check_class_name",
    "label_signals",
    "make_splits",
    "perturb",
    "read_classes",
    "read_signals",
]
