"""C99 helpers that the C of steps and models includes; no Python but this."""

from pathlib import Path

DIRECTORY = Path(__file__).parent
