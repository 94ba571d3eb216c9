"""What every program needs: errors, options, files written whole, workers, results on the disk.

Imports nothing else of this project.
"""
