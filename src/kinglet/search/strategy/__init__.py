"""Strategies: which pipelines to try next, by ask and tell.

A strategy is asked for batches by their number. The portfolio comes first, one pipeline a batch;
then each batch is one structure (what is computed and selected from) with several tails (how many
features, and the model).
"""

from kinglet.search.strategy.base import Strategy
from kinglet.search.strategy.make import STRATEGIES, Factory, make_strategy

__all__ = ["STRATEGIES", "Factory", "Strategy", "make_strategy"]
