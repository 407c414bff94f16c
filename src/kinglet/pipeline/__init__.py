"""Steps and a model as one value: shapes, costs, memory, JSON and text for people."""

from kinglet.pipeline.fitted import FittedPipeline
from kinglet.pipeline.knowledge import Knowledge
from kinglet.pipeline.output import Output
from kinglet.pipeline.plan import Node, Plan, make_plan
from kinglet.pipeline.pool import Pool, make_pool
from kinglet.pipeline.spec import Pipeline, Use
from kinglet.pipeline.trained import Trained

__all__ = [
    "FittedPipeline",
    "Knowledge",
    "Node",
    "Output",
    "Pipeline",
    "Plan",
    "Pool",
    "Trained",
    "Use",
    "make_plan",
    "make_pool",
]
