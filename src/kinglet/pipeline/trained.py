"""What a project type and a library ask of what was trained, wherever that happened."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from kinglet.pipeline.knowledge import Knowledge
from kinglet.pipeline.output import Output
from kinglet.record import Shape


class Trained(Protocol):
    """A fitted pipeline, or a model that was converted."""

    @property
    def shape(self) -> Shape:
        """Length and axes of a signal."""

    @property
    def classes(self) -> tuple[str, ...]:
        """Names; none where the library tells a number."""

    @property
    def output(self) -> Output | None:
        """What the library does to the output of the model."""

    @property
    def knowledge(self) -> Knowledge | None:
        """Of a model that learns on the device."""

    def describe(self) -> str:
        """One paragraph for people."""

    def save(self, folder: Path) -> None:
        """Write files from which the same library can be built again; no pickle."""
