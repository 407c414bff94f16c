"""``make lint-c``: every step and model, and finished libraries, without one warning.

Compiled as C99 for every core with the warnings of ARCHITECTURE.md as errors.
"""

import sys

from kinglet.ccode import Names
from kinglet.errors import ToolchainError
from kinglet.host.wrappers import whole_source
from kinglet.library.build import compile_sources
from kinglet.library.sources import make_sources
from kinglet.tasks import TASKS
from kinglet.toolchain import CORES, WARNING_FLAGS, compile_object
from tests import samples
from tests.convert import models as converted
from tests.target.test_converted import EACH


def main() -> None:
    # Helpers that only some cores need are unused on others: not a fault of the whole house.
    flags = [*WARNING_FLAGS, "-Werror", "-Wno-unused-function", "-DKN_EXPORT="]
    source = whole_source()
    try:
        for core in CORES.values():
            for optimise in ("size", "speed"):
                compile_object(source, core, optimise=optimise, flags=flags)
        for model in samples.MODELS:
            samples.library(model)  # compiled with every warning an error
        for core in ("cortex-m0", "cortex-m4f", "rv32imc"):
            for kind, name, form in EACH:
                graph = converted.graph(kind, name)
                sources = make_sources(graph.program(form), TASKS[graph.task], Names())
                compile_sources(sources, CORES[core], None, form)
    except ToolchainError as error:
        sys.exit(str(error))
    libraries = len(samples.MODELS) + len(EACH)
    print(f"{len(CORES)} cores and {libraries} libraries: no warning")


if __name__ == "__main__":
    main()
