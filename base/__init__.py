"""What every program needs: errors, the command line, files written whole and safe model files.

Imports nothing else of this project.
"""
