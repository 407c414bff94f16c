"""A fitted pipeline becomes C: sources, compiled library, measured sizes and times, zip."""

from kinglet.library.build import Library, build, measure_footprint
from kinglet.library.emulator import Emulator, emulate_file, read_lines
from kinglet.library.program import Program
from kinglet.library.sticking import refuse_sticking

__all__ = [
    "Emulator",
    "Library",
    "Program",
    "build",
    "emulate_file",
    "measure_footprint",
    "read_lines",
    "refuse_sticking",
]
