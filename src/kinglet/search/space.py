"""What may be searched: the project type, the shape of the signals, the models, the portfolio."""

from __future__ import annotations

from functools import cached_property

from kinglet.pipeline import Pipeline
from kinglet.pipeline.spec import Chain
from kinglet.record import Shape, models
from kinglet.search.portfolio import portfolio_of

# Features to choose from: with more of them one choice takes as long as a search.
MOST_JOINED = 1500


class Space:
    """The pipelines that a search may try; a strategy says in which order.

    Parameters
    ----------
    task : str
        Name of the project type.
    shape : Shape
        Of the signals.
    seed : int
    allowed : tuple of str
        Names of the models to choose from; all that serve the task by default.
    """

    def __init__(self, task: str, shape: Shape, seed: int, allowed: tuple[str, ...] = ()) -> None:
        self.task = task
        self.shape = shape
        self.seed = seed
        self.models = allowed or tuple(models().serving(task))

    @cached_property
    def portfolio(self) -> list[Pipeline]:
        """Tried first, in this order."""
        unique = {
            pipeline.canonical(): pipeline
            for pipeline in portfolio_of(self.task, self.shape)
            if pipeline.model.name in self.models
        }
        return list(unique.values())

    def shared_chains(self) -> list[Chain]:
        """Branches that several pipelines of the portfolio use, the most used first."""
        count: dict[Chain, int] = {}
        for pipeline in self.portfolio:
            for chain in pipeline.chains():
                count[chain] = count.get(chain, 0) + 1
        return sorted((c for c in count if count[c] > 1), key=lambda chain: -count[chain])
