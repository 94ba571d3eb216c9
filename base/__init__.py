"""What every program needs and no subject owns: errors, the command line, files written whole, safe model files.

Imports nothing else of this project.
"""
