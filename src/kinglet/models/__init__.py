"""Model families: ``NAME.py`` (record, fit, oracle) and ``NAME.h`` (the C) for each."""
