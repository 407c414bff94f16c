"""What a project type must say of itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np

from kinglet.ccode import Names
from kinglet.pipeline import FittedPipeline


class Task(Protocol):
    """One project type.

    Attributes
    ----------
    name : str
    public : tuple of str
        Functions of the C API, before any suffix.
    measured : str
        The one whose time counts.
    """

    name: str
    public: tuple[str, ...]
    measured: str

    def split_metric(self, label: np.ndarray, outputs: np.ndarray) -> float:
        """The metric that a split is judged by, 0 to 1; higher is better."""

    def summary(
        self, label: np.ndarray, outputs: np.ndarray, group: np.ndarray, classes: Sequence[str]
    ) -> dict[str, Any]:
        """Every metric of out-of-fold outputs, for ``result.json``."""

    def rows(
        self,
        outputs: np.ndarray,
        ids: np.ndarray,
        label: np.ndarray | None,
        classes: Sequence[str],
    ) -> list[dict[str, Any]]:
        """Outputs of each signal as JSON."""

    def macros(self, fitted: FittedPipeline) -> dict[str, Any]:
        """Macros of the header beside the common ones."""

    def declarations(self, fitted: FittedPipeline, names: Names) -> str:
        """Declarations of the C API, a comment above each."""

    def glue(self, fitted: FittedPipeline, names: Names) -> str:
        """C of the public functions, over ``neai_run``."""

    def example(self, fitted: FittedPipeline, names: Names) -> str:
        """A ``main.c`` that uses the library."""

    def emulator(self, fitted: FittedPipeline, names: Names) -> str:
        """C appended for the WebAssembly emulator."""

    def harness(self, fitted: FittedPipeline, names: Names) -> str:
        """C that an emulated core runs."""

    def harness_bytes(self, fitted: FittedPipeline) -> int:
        """Bytes that the harness leaves in its output buffer."""
