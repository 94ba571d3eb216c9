"""The one door for every format of model file: read(path)."""
import hashlib
import pathlib

import keras
import numpy as np

from base import model_file
from base.errors import UserError
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
    if not pathlib.Path(path).is_file():
        raise UserError(f"{path}: no such file; python train.py writes a model")
    model_file.check(path)  # .keras files alone, until the other formats are read
    try:
        model = keras.saving.load_model(path, compile=False, safe_mode=True)
    except Exception as error:  # Keras raises many kinds if layers or weights do not fit each other
        reason = str(error).strip().split("\n")[0][:200]
        raise UserError(f"{path}: not a readable Keras model ({reason})") from error
    shapes = model.input_shape, model.output_shape
    if len(shapes[0]) != 4 or shapes[0][1] != shapes[0][2] or shapes[1][-1] not in (7, 8):
        raise UserError(f"{path}: expected a model from square pictures to 7 or 8 classes, "
                        f"found {shapes[0]} to {shapes[1]}")
    model.jit_compile = False

    def call(pictures):
        parts = [pictures[start:start + 250] for start in range(0, len(pictures), 250)]
        return np.concatenate([model.predict_on_batch(part) for part in parts])
    return RawNetwork(str(path), "Keras 3", shapes[0][1:], False, shapes[1][-1], call, model,
                      isinstance(model.layers[1], keras.layers.Rescaling),
                      hashlib.sha256(pathlib.Path(path).read_bytes()).hexdigest())
