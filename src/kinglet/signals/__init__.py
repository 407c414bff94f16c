"""Files of sensor signals: read, checked, grouped, split, thinned, changed and imitated."""

from kinglet.signals.augment import AUGMENTATIONS, Augmentation, augment, augmentations
from kinglet.signals.changes import describe_changes, find_changes, name_stretches
from kinglet.signals.checks import check_class_name
from kinglet.signals.groups import count_recorded, describe_groups, read_groups, regroup
from kinglet.signals.imitate import imitate, imitate_outliers
from kinglet.signals.labels import label_signals
from kinglet.signals.machines import ABNORMAL, NORMAL, label_machines, read_machines
from kinglet.signals.normal import label_normal, read_normal
from kinglet.signals.perturb import Perturbation, change_beyond_doubt, perturb
from kinglet.signals.read import Labelled, read_classes, read_signals
from kinglet.signals.signals import VALUE_LIMIT, Signals
from kinglet.signals.splits import Split, make_splits
from kinglet.signals.subsample import subsample
from kinglet.signals.subset import take
from kinglet.signals.target_splits import is_time_series, make_target_splits
from kinglet.signals.targets import label_targets, read_for, read_targets

__all__ = [
    "ABNORMAL",
    "AUGMENTATIONS",
    "NORMAL",
    "VALUE_LIMIT",
    "Augmentation",
    "Labelled",
    "Perturbation",
    "Signals",
    "Split",
    "augment",
    "augmentations",
    "change_beyond_doubt",
    "check_class_name",
    "count_recorded",
    "describe_changes",
    "describe_groups",
    "find_changes",
    "imitate",
    "imitate_outliers",
    "is_time_series",
    "label_machines",
    "label_normal",
    "label_signals",
    "label_targets",
    "make_splits",
    "make_target_splits",
    "name_stretches",
    "perturb",
    "read_classes",
    "read_for",
    "read_groups",
    "read_machines",
    "read_normal",
    "read_signals",
    "read_targets",
    "regroup",
    "subsample",
    "take",
]
