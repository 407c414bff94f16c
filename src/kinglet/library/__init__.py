"""A fitted pipeline becomes C: sources, compiled library, measured sizes and times, zip."""

from kinglet.library.build import Library, build, measure_footprint
from kinglet.library.emulator import Emulator, emulate_file

__all__ = ["Emulator", "Library", "build", "emulate_file", "measure_footprint"]
