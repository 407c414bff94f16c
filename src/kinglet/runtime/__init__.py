"""C99 helpers that the C of steps and models includes, and the tables that they read."""

from pathlib import Path

DIRECTORY = Path(__file__).parent
