"""Pipelines known to be good at 1-class classification, tried first, in order."""

from __future__ import annotations

from kinglet.pipeline import Pipeline
from kinglet.pipeline.spec import model, selector, step
from kinglet.record import Shape
from kinglet.search import blocks


def portfolio(shape: Shape) -> list[Pipeline]:
    """The portfolio for signals of a shape, without the branches that do not fit it."""
    rich = blocks.fitting(blocks.rich(), shape) or blocks.fitting(blocks.raw(shape), shape)
    return [
        Pipeline(rich, step("scale"), selector("forward", count=24), model(name))
        for name in ("elliptic_envelope", "coreset_distance")
    ]
