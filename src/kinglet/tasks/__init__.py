"""The project types: metric, score, C functions and emulator of each, one file each."""

from kinglet.tasks.anomaly import Anomaly
from kinglet.tasks.classification import Classification
from kinglet.tasks.extrapolation import Extrapolation
from kinglet.tasks.outlier import Outlier
from kinglet.tasks.task import Emulation, Task

TASKS: dict[str, Task] = {
    task.name: task for task in (Classification(), Anomaly(), Outlier(), Extrapolation())
}

__all__ = [
    "TASKS",
    "Anomaly",
    "Classification",
    "Emulation",
    "Extrapolation",
    "Outlier",
    "Task",
]
