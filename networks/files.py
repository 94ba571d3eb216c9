"""The one door for every format of model file: read(path)."""
import hashlib
import pathlib

import model as architecture
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
    content = pathlib.Path(path).read_bytes() if pathlib.Path(path).is_file() else b""
    model = architecture.load_model(path)  # until other formats are read
    return RawNetwork(str(path), "Keras", architecture.INPUT_SHAPE, False, architecture.CLASSES,
                      lambda pictures: architecture.predict(model, pictures[..., 0]), model, True,
                      hashlib.sha256(content).hexdigest())
