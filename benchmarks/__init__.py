"""What was measured, and the programs that measured it: python -m benchmarks.NAME, from the repository."""
