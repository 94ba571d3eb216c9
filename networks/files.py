"""The one door for every format of model file: read(path)."""
import hashlib
import pathlib

import keras

from base import model_file
from networks.raw import RawNetwork


def read(path):
    """Read a network from a file; nothing in the file is run.

    Args:
        path: a .keras file; an .h5 or .hdf5 file of a whole model; the JSON of an architecture or the HDF5 of its
            weights, with the other one beside it; a .tflite file; an .onnx file. It may come from a stranger.

    Returns:
        A networks.raw.RawNetwork.

    Raises:
        UserError: no such file; a file of another kind, which is named; a damaged one; a network that is not from
            square pictures to 7 or 8 classes; one whose layers are not read or that would fill the memory; weights
            that are no numbers; a package that this format needs is missing.
    """
    model_file.check(path)  # until other formats are read
    model = keras.saving.load_model(path, compile=False, safe_mode=True)
    return RawNetwork(str(path), "Keras", model.input_shape[1:], False, model.output_shape[-1],
                      lambda pictures: model.predict(pictures, batch_size=250, verbose=0), model,
                      True, hashlib.sha256(pathlib.Path(path).read_bytes()).hexdigest())
