"""Files of sensor signals: read, checked, split, perturbed and imitated."""

from kinglet.signals.imitate import imitate
from kinglet.signals.labels import label_signals
from kinglet.signals.machines import ABNORMAL, NORMAL, label_machines, read_machines
from kinglet.signals.perturb import Perturbation, change_beyond_doubt, perturb
from kinglet.signals.read import Labelled, check_class_name, read_classes, read_signals
from kinglet.signals.signals import VALUE_LIMIT, Signals
from kinglet.signals.splits import Split, make_splits

__all__ = [
    "ABNORMAL",
    "NORMAL",
    "VALUE_LIMIT",
    "Labelled",
    "Perturbation",
    "Signals",
    "Split",
    "change_beyond_doubt",
    "check_class_name",
    "imitate",
    "label_machines",
    "label_signals",
    "make_splits",
    "perturb",
    "read_classes",
    "read_machines",
    "read_signals",
]
