"""What a project type and a library ask of what was trained, wherever that happened."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from kinglet.pipeline.knowledge import Knowledge
from kinglet.pipeline.output import Output
from kinglet.record import Shape


class Trained(Protocol):
    """A fitted pipeline, or a model that was converted.

    Attributes
    ----------
    shape : Shape
        Length and axes of a signal.
    classes : tuple of str
    output : Output or None
        What the library does to the output of the model.
    knowledge : Knowledge or None
        Of a model that learns on the device.
    """

    @property
    def shape(self) -> Shape: ...
    @property
    def classes(self) -> tuple[str, ...]: ...
    @property
    def output(self) -> Output | None: ...
    @property
    def knowledge(self) -> Knowledge | None: ...

    def describe(self) -> str:
        """One paragraph for people."""

    def save(self, folder: Path) -> None:
        """Write files from which the same library can be built again; no pickle."""
