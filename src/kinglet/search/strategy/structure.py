"""A pipeline in two parts: a structure, which a batch shares, and a tail."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from kinglet.pipeline import Pipeline, Use
from kinglet.pipeline.spec import Chain, shapes
from kinglet.record import Shape, selectors
from kinglet.signals import Augmentation


@dataclass(frozen=True)
class Tail:
    """How many features are kept, None where all are, and the model."""

    count: int | None
    model: Use


@dataclass(frozen=True)
class Structure:
    """What is computed of a signal, how features are selected, but not how many; augmentation.

    Parameters
    ----------
    branches : tuple of Chain
    scale : Use
    selector : str
    settings : tuple of (str, value)
        Of the selector, without the count.
    prefix : Chain
    augmentation : str, optional
    """

    branches: tuple[Chain, ...]
    scale: Use
    selector: str
    settings: tuple[tuple[str, Any], ...] = ()
    prefix: Chain = field(default=())
    augmentation: Augmentation | None = None

    @staticmethod
    def of(pipeline: Pipeline) -> Structure:
        """The structure of a pipeline."""
        use = pipeline.selection
        settings = tuple((key, value) for key, value in use.config if key != "count")
        return Structure(
            pipeline.branches,
            pipeline.scale,
            use.name,
            settings,
            pipeline.prefix,
            pipeline.augmentation,
        )

    def with_tail(self, tail: Tail) -> Pipeline:
        """The pipeline of this structure and a tail."""
        config = dict(self.settings)
        if tail.count is not None:
            config["count"] = tail.count
        selection = Use.of(selectors()[self.selector], **config)
        return Pipeline(
            self.branches, self.scale, selection, tail.model, self.prefix, self.augmentation
        )

    def joined(self, shape: Shape) -> int | None:
        """Features to choose from; None where a branch does not take signals of the shape."""
        counts = [_outputs(self.prefix + branch, shape) for branch in self.branches]
        return None if None in counts else sum(count for count in counts if count)


@dataclass(frozen=True)
class Proposal:
    """What a batch is made of.

    Parameters
    ----------
    structure : Structure
    tails : tuple of Tail
        To be tried in any case where they go with the structure; others are drawn.
    size : int
        Pipelines at most.
    """

    structure: Structure
    tails: tuple[Tail, ...]
    size: int


def tail_of(pipeline: Pipeline) -> Tail:
    """The tail of a pipeline."""
    return Tail(pipeline.selection.settings.get("count"), pipeline.model)


def counts_of(selector: str) -> tuple[int, ...]:
    """How many features a selector may keep; empty where it keeps all."""
    parameters = selectors()[selector].parameters
    return next((p.choices for p in parameters if p.name == "count"), ())


def _outputs(chain: Chain, shape: Shape) -> int | None:
    inputs = shapes(chain, shape)
    return None if inputs is None else inputs[-1].length
