"""Steps and a model as one value: shapes, costs, memory, JSON and text for people."""

from kinglet.pipeline.fitted import FittedPipeline
from kinglet.pipeline.knowledge import Knowledge
from kinglet.pipeline.plan import Node, Plan, make_plan
from kinglet.pipeline.pool import Pool, make_pool
from kinglet.pipeline.spec import Pipeline, Use

__all__ = [
    "FittedPipeline",
    "Knowledge",
    "Node",
    "Pipeline",
    "Plan",
    "Pool",
    "Use",
    "make_plan",
    "make_pool",
]
