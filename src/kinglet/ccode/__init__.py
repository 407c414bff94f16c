"""C text from records: parameter structs, constants, and headers folded into one file."""

from kinglet.ccode.constants import Constants, Tables, block_constant, literal
from kinglet.ccode.fold import fold
from kinglet.ccode.learner import learner_functions
from kinglet.ccode.names import Names
from kinglet.ccode.prune import prune
from kinglet.ccode.structs import block_struct, block_typedef

__all__ = [
    "Constants",
    "Names",
    "Tables",
    "block_constant",
    "block_struct",
    "block_typedef",
    "fold",
    "learner_functions",
    "literal",
    "prune",
]
