"""The one door for every format of model file: read(path)."""
import hashlib
import json
import pathlib

import keras
import numpy as np

from base.errors import UserError
from base.model_file import Refused
from networks import keras_files
from networks.batches import caller
from networks.raw import RawNetwork, channels_last

SIZES = (1, 32, 250)  # of batches: one compiled function for each, 1,000 faces in 1.5 s in 250
FEWEST_SIDE, MOST_SIDE = 24, 512  # pixels of a square input
CLASSES = (7, 8)
KINDS = {  # how files of other kinds begin, and what to do
    b"version https://git-lfs": "a Git LFS pointer, not the file itself; `git lfs pull` gets it",
    b"<": "an HTML or XML page, not a model; the download went wrong",
    b"\x80": "a pickle, which can run any code and is not read; save the model as .keras or .onnx",
    b"\x93NUMPY": "a NumPy array; expected a whole model",
}
SAVED_MODEL = ("a SavedModel is a program that may read and write files, and is not run; "
               'keras.layers.TFSMLayer or tf2onnx turns it into .keras or .onnx')


def read(path):
    """Read a network from a file; nothing in the file is run.

    Args:
        path: a .keras file; an .h5 or .hdf5 file of a whole model; the JSON of an architecture or
            the HDF5 of its weights, with the other one beside it; a .tflite file; an .onnx file. It
            may come from a stranger.

    Returns:
        A networks.raw.RawNetwork.

    Raises:
        UserError: no such file; a file of another kind, which is named; a damaged one; a network
            that is not from square pictures to 7 or 8 classes; one whose layers are not read or
            that would fill the memory; weights that are not finite; a missing package.
    """
    path = pathlib.Path(path)
    if path.is_dir():
        raise UserError(f"{path}: {SAVED_MODEL}")
    try:
        content = path.read_bytes()
    except FileNotFoundError as error:
        raise UserError(f"{path}: no such file; expected a model") from error
    except OSError as error:
        raise UserError(f"{path}: not readable ({error.strerror}); expected a model") from error
    try:
        raw = read_content(path, content)
        check_shape(raw)
        return raw
    except (Refused, UserError) as error:
        raise UserError(str(error) if str(error).startswith(f"{path}: ") else f"{path}: {error}"
                        ) from error
    except Exception as error:  # what damaged bytes and layers that do not fit make readers raise
        reason = str(error).strip().split("\n")[0][:200]
        raise UserError(f"{path}: not a readable model ({reason})") from error


def read_content(path, content):
    """The RawNetwork in the bytes of a file, whose kind shows in its first ones."""
    if content.startswith(b"\x89HDF"):
        architecture, more = beside(path, ".json")
        return of_keras(path, *keras_files.read_hdf5(path, content, architecture), content, more)
    if content.startswith(b"PK\x03\x04"):
        return of_keras(path, *keras_files.read_archive(content), content)
    if content[4:8] == b"TFL3":
        from networks import tflite
        return tflite.read(path, content)
    if path.suffix == ".onnx":
        from networks import onnx_files
        return onnx_files.read(path, content)
    if content.lstrip().startswith(b"{"):
        return read_architecture(path, content)
    for start, words in KINDS.items():
        if content.startswith(start):
            raise Refused(words)
    raise Refused("of no known kind; expected .keras, .h5, .hdf5, .tflite or .onnx")


def read_architecture(path, content):
    """The model of a JSON file, whose weights lie beside it."""
    json.loads(content)
    for suffix in (".h5", ".hdf5", ".weights.h5"):
        weights = path.with_suffix(suffix)
        if weights.is_file():
            stored = weights.read_bytes()
            model, form = keras_files.read_hdf5(weights, stored, content.decode("utf-8"))
            return of_keras(path, model, f"JSON and {form}", content, stored)
    raise Refused(f"an architecture without weights; expected {path.with_suffix('.h5').name} "
                  "beside it")


def beside(path, suffix):
    """Text and bytes of the file of the same name with another suffix; None, b"" without one."""
    other = path.with_suffix(suffix)
    content = other.read_bytes() if other.is_file() else b""
    return (content.decode("utf-8") if content else None), content


def of_keras(path, model, form, *contents):
    """The RawNetwork of a keras.Model, checked to be finite."""
    for array in model.get_weights():
        if not np.isfinite(array).all():
            raise Refused("has weights that are not finite numbers")
    shape, answers = model.input_shape, model.output_shape
    if not isinstance(shape, tuple) or not isinstance(answers, tuple) or len(answers) != 2:
        raise Refused(f"goes from {shape} to {answers}; expected one picture to classes")
    shape, first = channels_last(shape[1:])
    return RawNetwork(str(path), form, shape, first, answers[1],
                      caller(model.predict_on_batch, SIZES, first), model, has_rescaling(model),
                      digest(*contents))


def has_rescaling(model):
    """Whether the first layer that changes anything is the model's own scaling."""
    for layer in model.layers:
        if isinstance(layer, (keras.layers.Rescaling, keras.layers.Normalization)):
            return True
        if isinstance(layer, keras.Sequential):
            inner = has_rescaling(layer)
            if inner or layer.weights:
                return inner
        elif layer.weights or isinstance(layer, keras.layers.Flatten):
            return False
    return False


def check_shape(raw):
    """Raise Refused unless the network goes from square pictures to 7 or 8 classes."""
    shape = raw.input_shape
    square = len(shape) == 3 and shape[0] == shape[1] and shape[0] is not None
    if not square or shape[2] not in (1, 3) or not FEWEST_SIDE <= shape[0] <= MOST_SIDE:
        raise Refused(f"takes {' x '.join(map(str, shape))}; expected square pictures of "
                      f"{FEWEST_SIDE} to {MOST_SIDE} pixels in one or three channels")
    if raw.classes not in CLASSES:
        raise Refused(f"has {raw.classes} classes; expected the seven emotions, or eight of which "
                      "FER2013 lacks one")


def digest(*contents):
    """SHA-256, in hexadecimal, of what was loaded."""
    sha256 = hashlib.sha256()
    for content in contents:
        sha256.update(content)
    return sha256.hexdigest()
