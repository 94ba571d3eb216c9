"""What every program needs: errors, the command line, and files written whole.

Imports nothing else of this project.
"""
