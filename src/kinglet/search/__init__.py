"""The search over pipelines: space, evaluation, racing, leaderboard.

``kinglet.search(...)`` is the function `kinglet.search.search.search`, and ``kinglet.search`` also
is this room: the module can be called.
"""

import sys
from types import ModuleType
from typing import Any

from kinglet.search.candidate import Candidate
from kinglet.search.control import Control, Progress
from kinglet.search.evaluate import Evaluation
from kinglet.search.learning import warnings_of
from kinglet.search.result import Result
from kinglet.search.search import search
from kinglet.search.space import Space

__all__ = [
    "Candidate",
    "Control",
    "Evaluation",
    "Progress",
    "Result",
    "Space",
    "search",
    "warnings_of",
]


class _Room(ModuleType):
    def __call__(self, *arguments: Any, **keywords: Any) -> Result:
        return search(*arguments, **keywords)


_Room.__call__.__doc__ = search.__doc__
sys.modules[__name__].__class__ = _Room
