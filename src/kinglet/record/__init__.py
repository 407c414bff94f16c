"""What a step or a model says of itself, and the scan that finds them.

A step or model is two files with one name: ``steps/NAME.py`` holds a subclass of `Step` (or
``models/NAME.py`` of `Model`) and, as ``RECORD``, its only instance; ``NAME.h`` beside it holds the
C that every use of it runs. Everything else (search space, forms, documentation pages, C parameter
blocks, conformance tests) is derived from the record, so nothing else is edited to add one.
"""

from kinglet.record.base import Record
from kinglet.record.layout import CTYPE_BYTES, CTYPE_DTYPE, POINTER_BYTES, block_bytes, struct_bytes
from kinglet.record.learner import CALIBRATION_FLOATS, ENDLESS, FIRST_SIMILARITY, Learner
from kinglet.record.model import Model
from kinglet.record.scan import Catalogue, models, scan, selectors, steps
from kinglet.record.selector import Selector
from kinglet.record.step import Step
from kinglet.record.values import (
    ALL_TASKS,
    ANOMALY,
    CLASSIFICATION,
    EXTRAPOLATION,
    OUTLIER,
    Block,
    Config,
    Cost,
    Field,
    Fitted,
    Parameter,
    Shape,
)

__all__ = [
    "ALL_TASKS",
    "ANOMALY",
    "CALIBRATION_FLOATS",
    "CLASSIFICATION",
    "CTYPE_BYTES",
    "CTYPE_DTYPE",
    "ENDLESS",
    "EXTRAPOLATION",
    "FIRST_SIMILARITY",
    "OUTLIER",
    "POINTER_BYTES",
    "Block",
    "Catalogue",
    "Config",
    "Cost",
    "Field",
    "Fitted",
    "Learner",
    "Model",
    "Parameter",
    "Record",
    "Selector",
    "Shape",
    "Step",
    "block_bytes",
    "models",
    "scan",
    "selectors",
    "steps",
    "struct_bytes",
]
