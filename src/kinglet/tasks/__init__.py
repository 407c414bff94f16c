"""The project types: metric, score, C functions and emulator of each, one file each."""

from kinglet.tasks.classification import Classification
from kinglet.tasks.task import Task

TASKS: dict[str, Task] = {task.name: task for task in (Classification(),)}

__all__ = ["TASKS", "Classification", "Task"]
