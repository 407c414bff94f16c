"""What a candidate will cost on the target, before anything is compiled for it."""

from kinglet.costs.model import CostModel, Sizes

__all__ = ["CostModel", "Sizes"]
