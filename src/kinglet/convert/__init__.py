"""Models that were trained elsewhere become libraries: readers, a chain of layers, their C.

``kinglet.convert(...)`` is the function `kinglet.convert.conversion.convert`, and
``kinglet.convert`` also is this room: the module can be called.
"""

import sys
from types import ModuleType
from typing import Any

from kinglet.convert.conversion import Converted, convert, convert_file
from kinglet.convert.graph import Graph, Node
from kinglet.convert.layer import Layer, layers
from kinglet.library import Library

__all__ = ["Converted", "Graph", "Layer", "Node", "convert", "convert_file", "layers"]


class _Room(ModuleType):
    def __call__(self, *arguments: Any, **keywords: Any) -> Library:
        return convert(*arguments, **keywords)


_Room.__call__.__doc__ = convert.__doc__
sys.modules[__name__].__class__ = _Room
