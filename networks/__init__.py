"""Anybody's network of facial expressions, read from its file; nothing in the file is run.

    network.py       the one interface: uint8 (n, 48, 48) faces in, seven probabilities out
    files.py         the one door for every format: read(path)
    raw.py           what a file holds once it is read: a function from pictures to answers
    batches.py       many pictures in batches of few sizes
    limits.py        what a file from a stranger may cost
    apart.py         processes of their own, in which such files are read: unpack.py, answer.py
    keras_files.py   .keras archives and HDF5 files of Keras 1 to 3
    keras_configs.py, arithmetic.py   their configurations, translated into what this Keras builds
    tflite.py, onnx_files.py   the other formats
    feeding.py, search.py, ways.py, statistics.py   how a network wants its pixels and labels
    trace.py         the layers of nested models, for methods that need gradients
    export.py, formats.py      ours in formats that others use
"""
