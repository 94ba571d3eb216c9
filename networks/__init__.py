"""Anybody's network of facial expressions, read from its file; nothing in the file is run.

    raw.py      what a model file holds once it is read: one function from pictures to answers
    files.py    the one door for every format: read(path)
"""
