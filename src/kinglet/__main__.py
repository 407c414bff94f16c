"""``python -m kinglet`` is the command ``kinglet``."""

from kinglet.cli import main

if __name__ == "__main__":
    main()
