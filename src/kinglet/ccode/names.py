"""The one place that knows how emitted things are called."""

from __future__ import annotations

import re
from dataclasses import dataclass

from kinglet.errors import InputError


@dataclass(frozen=True)
class Names:
    """Names of a library, with the suffix that tells it from others in one firmware.

    Parameters
    ----------
    suffix : str
        Lower-case letters and digits; empty for a library that stands alone.
    """

    suffix: str = ""

    def __post_init__(self) -> None:
        well_formed = re.fullmatch(r"([a-z][a-z0-9]*(_[a-z0-9]+)*)?", self.suffix)
        # neai_classification_init is a function of a library without a suffix.
        if not well_formed or len(self.suffix) > 24 or self.suffix == "init":
            raise InputError(
                f"the suffix {self.suffix!r} cannot be used in C names: use up to 24 lower-case "
                "letters and digits, a letter first, single underscores between, and not 'init'"
            )

    def function(self, name: str) -> str:
        """Public function: ``neai_classification`` or ``neai_classification_SUFFIX``."""
        return f"{name}_{self.suffix}" if self.suffix else name

    def macro(self, name: str) -> str:
        """Public macro: ``NEAI_ID`` or ``NEAI_ID_SUFFIX``."""
        return f"{name}_{self.suffix.upper()}" if self.suffix else name

    @property
    def header(self) -> str:
        """File name of the header."""
        return f"NanoEdgeAI_{self.suffix}.h" if self.suffix else "NanoEdgeAI.h"

    @property
    def guard(self) -> str:
        """Include guard of the header."""
        return self.macro("NANOEDGEAI") + "_H"

    @property
    def archive(self) -> str:
        """File name of the archive."""
        return f"libneai_{self.suffix}.a" if self.suffix else "libneai.a"

    @property
    def stem(self) -> str:
        """Name of the C file and object, without ending."""
        return f"neai_{self.suffix}" if self.suffix else "neai"
