"""Kinglet: sensor files in, the best tiny C library for a microcontroller out."""

__version__ = "0.1.0"
