"""Fitted estimators of scikit-learn become graphs; `table` says which, each family has a file."""

from kinglet.convert.scikit_learn.reader import load, read
from kinglet.convert.scikit_learn.table import READERS, TRANSFORMERS

__all__ = ["READERS", "TRANSFORMERS", "load", "read"]
