"""A strategy by its name, or by what makes it."""

from __future__ import annotations

from collections.abc import Callable

from kinglet.pipeline import Pipeline
from kinglet.search.evaluate import Evaluation
from kinglet.search.space import Space
from kinglet.search.strategy.bandit import splits_run
from kinglet.search.strategy.base import Strategy
from kinglet.search.strategy.evolution import Evolution
from kinglet.search.strategy.random import RandomSearch

STRATEGIES = ("evolution", "random")
Factory = Callable[[Space, Callable[[Pipeline], str]], Strategy]


def make_strategy(
    name: str | Factory,
    space: Space,
    too_large: Callable[[Pipeline], str] = lambda pipeline: "",
    work: Callable[[Evaluation], float] = splits_run,
) -> Strategy:
    """Make a strategy.

    Parameters
    ----------
    name : {"evolution", "random"} or callable
        A callable makes one of its own from ``space`` and ``too_large``.
    space : Space
    too_large : callable
        Names the limit that a pipeline breaks for certain; such pipelines are never asked for,
        unless they are of the portfolio.
    work : callable
        What an evaluation cost, in any unit; evolution spends its budget by gain for work. With
        measured seconds the search no longer repeats itself with the same seed.

    Raises
    ------
    ValueError
        For an unknown name.
    """
    if callable(name):
        return name(space, too_large)
    if name == "evolution":
        return Evolution(space, too_large, work)
    if name == "random":
        return RandomSearch(space, too_large)
    raise ValueError(f"there is no strategy {name!r}: use evolution or random")
