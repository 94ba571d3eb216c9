"""Anybody's network of facial expressions, read from its file; no code in the file is run.

    network.py         the one interface: uint8 (n, 48, 48) faces in, seven probabilities out
    files.py           the one door for every format of model file: read(path)
    keras_files.py     .keras archives and HDF5 files; allowed.py: the classes that these may name
    raw.py             what a file holds once it is read: a function from pictures to predictions
    sharing.py         what pictures have in common, computed once
    preprocessing.py   how pixels are scaled and predictions ordered; search.py finds it out
    choice.py          the options --model, --scale, --labels, and which model they mean
    trace.py           the layers of nested models, for methods that need gradients
    export.py          a network for other programs: ONNX, TensorFlow Lite, SavedModel
"""
# by these a network of train.py is recognised; model.py builds it with them
NAME = "emotion_cnn"
RESCALE = (1 / 64, -2)  # factor and offset of the first layer: pixels from 0 to 255 become -2 to 2
# Keras's dtype policy for each; AVX-512 BF16 or AMX compute bfloat16 in half of the time, and other
# processors imitate it (benchmarks/speed.md)
PRECISIONS = {"float32": "float32", "bfloat16": "mixed_bfloat16"}
