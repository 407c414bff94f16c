"""What a layer of a converted model says of itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from kinglet.ccode import Tables
from kinglet.record import Catalogue, Record, scan
from kinglet.toolchain import Optimise

Settings = Mapping[str, Any]
Arrays = Mapping[str, np.ndarray]


class Layer(Record):
    """One function of a converted model, from a vector to a vector.

    A layer is two files with one name: ``layers/NAME.py`` holds a subclass and, as ``RECORD``, its
    only instance; ``layers/NAME.h`` the C that every use of it runs::

        KN_STEP void kn_NAME(const kn_NAME_block *block, const float *in, float *out,
                             float *scratch);

    What a layer was told by the model stands in ``settings`` (numbers and words, JSON) and
    ``arrays`` (what was learned). Where the inputs are more than a vector, their shape is one of
    the settings. Memory is counted in floats; a layer that takes or gives int8 has four in the room
    of one.

    Attributes
    ----------
    in_place : bool
        Whether ``in`` and ``out`` may be the same memory.
    """

    in_place: ClassVar[bool] = False

    def inputs(self, settings: Settings, arrays: Arrays) -> int | None:
        """Values that it takes; None for any number."""
        raise NotImplementedError

    def outputs(self, settings: Settings, arrays: Arrays, inputs: int) -> int:
        """Values that it gives."""
        return inputs

    def block(self, settings: Settings, arrays: Arrays, inputs: int) -> dict[str, Any]:
        """Values of the C parameter block, by name of field."""
        raise NotImplementedError

    def scratch(self, settings: Settings, arrays: Arrays, inputs: int) -> int:
        """Scratch memory that one call needs, in floats."""
        return 0

    def own_source(
        self, settings: Settings, arrays: Arrays, name: str, tables: Tables, optimise: Optimise
    ) -> str:
        """C of ``static void NAME(const float *in, float *out)``, written for this model alone.

        Empty for layers whose header holds the function itself. Constant tables go to ``tables``.
        """
        return ""

    def oracle(self, settings: Settings, arrays: Arrays, x: np.ndarray) -> np.ndarray:
        """Compute the same in NumPy with float64, from shape (n, inputs); in tests only."""
        raise NotImplementedError


def layers() -> Catalogue:
    """All layers."""
    return scan("kinglet.convert.layers")
