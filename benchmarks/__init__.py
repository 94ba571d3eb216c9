"""The measurements and the programs that made them: python -m benchmarks.NAME in the repository."""
