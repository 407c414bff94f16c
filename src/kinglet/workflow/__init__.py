"""The whole way in one call: read, search, build, check against the limits, write."""

from kinglet.workflow.build import build_best, describe
from kinglet.workflow.files import read
from kinglet.workflow.picked import Picked, pick
from kinglet.workflow.run import Made, make, resume

__all__ = ["Made", "Picked", "build_best", "describe", "make", "pick", "read", "resume"]
