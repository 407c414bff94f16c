"""Benchmarks of the search, one file for each question: `python -m benchmarks.search`."""
