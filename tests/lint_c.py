"""``make lint-c``: every step and model, and finished libraries, without one warning.

Compiled as C99 for every core with the warnings of ARCHITECTURE.md as errors.
"""

import sys

from kinglet.errors import ToolchainError
from kinglet.host.wrappers import whole_source
from kinglet.toolchain import CORES, WARNING_FLAGS, compile_object
from tests import samples


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
    except ToolchainError as error:
        sys.exit(str(error))
    print(f"{len(CORES)} cores and {len(samples.MODELS)} libraries: no warning")


if __name__ == "__main__":
    main()
