"""The one door for every format of model file: read(path)."""
import json
import pathlib

import keras
import numpy as np

from base.errors import Refused, UserError
from networks import keras_files, limits
from networks.apart import Process
from networks.batches import caller
from networks.precision import answers_of
from networks.raw import RawNetwork, channels_last

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
    try:
        if path.is_dir():
            raise Refused(SAVED_MODEL)
        if not path.is_file():
            raise Refused("no such file; expected a model")
        raw = read_kind(path)
        check_shape(raw)
        return raw
    except OSError as error:
        raise UserError(f"{path}: not readable ({error.strerror}); expected a model") from error
    except (Refused, UserError) as error:
        raise UserError(str(error) if str(error).startswith(f"{path}: ") else f"{path}: {error}"
                        ) from error
    except Exception as error:  # what damaged texts and layers that do not fit make readers raise
        reason = str(error).strip().split("\n")[0][:200]
        raise UserError(f"{path}: not a readable model ({reason})") from error


def read_kind(path):
    """The RawNetwork of a file, whose kind shows in its first bytes."""
    size = path.stat().st_size
    with path.open("rb") as file:
        start = file.read(100)
    if start.startswith((b"\x89HDF", b"PK\x03\x04")):
        check_size(size, limits.MOST_BYTES)
        return read_keras(path)
    if start[4:8] == b"TFL3" or path.suffix == ".onnx" and not start.startswith(tuple(KINDS)):
        check_size(size, limits.MOST_BYTES_RUN)
        return run_apart(path)
    for beginning, words in KINDS.items():
        if start.startswith(beginning):
            raise Refused(words)
    if start.lstrip().startswith(b"{"):
        return read_architecture(path)
    raise Refused("of no known kind; expected .keras, .h5, .hdf5, .tflite or .onnx")


def check_size(size, most):
    if size > most:
        raise limits.too_much("bytes", size, most)


def read_text(path):
    """The text of an architecture."""
    check_size(path.stat().st_size, limits.MOST_TEXT)
    return path.read_text(encoding="utf-8")


def read_keras(path):
    """The RawNetwork of a Keras file, with the architecture beside it where it has none."""
    beside = path.with_suffix(".json")
    architecture = read_text(beside) if beside.is_file() else None
    model, found = keras_files.read(path, architecture)
    return of_keras(path, model, found["form"], found["digest"])


def read_architecture(path):
    """The model of a JSON file, whose weights lie beside it."""
    architecture = read_text(path)
    json.loads(architecture)
    for suffix in (".h5", ".hdf5", ".weights.h5"):
        weights = path.with_suffix(suffix)
        if weights.is_file():
            check_size(weights.stat().st_size, limits.MOST_BYTES)
            model, found = keras_files.read(weights, architecture)
            return of_keras(path, model, f"JSON and {found['form']}", found["digest"])
    raise Refused(f"an architecture without weights; expected {path.with_suffix('.h5').name} "
                  "beside it")


def run_apart(path):
    """The RawNetwork of a file of TensorFlow Lite or ONNX, which another process runs."""
    process = Process("answer", path)
    found = process.found
    shape, first = channels_last(tuple(found["shape"]))
    batch, classes = found["batch"], found["classes"]

    def answer(pictures):
        size = 4 * batch * classes
        try:
            answers = process.exchange(np.ascontiguousarray(pictures, np.float32).tobytes(), size)
        except Refused as error:
            raise UserError(f"{path}: {error}") from error
        return np.frombuffer(answers, np.float32).reshape(batch, classes)
    return RawNetwork(str(path), found["form"], shape, first, classes,
                      caller(answer, (batch,), first), None, False, found["digest"])


def of_keras(path, model, form, digest):
    """The RawNetwork of a keras.Model, checked to be finite."""
    for weight in model.weights:
        if not keras.ops.all(keras.ops.isfinite(weight)):  # without a copy of the weights
            raise Refused("has weights that are not finite numbers")
    shape, answers = model.input_shape, model.output_shape
    if not isinstance(shape, tuple) or not isinstance(answers, tuple) or len(answers) != 2:
        raise Refused(f"goes from {str(shape)[:80]} to {str(answers)[:80]}; "
                      "expected one picture to classes")
    shape, first = channels_last(shape[1:])
    call = caller(answers_of(model), limits.batch_sizes(model), first)
    return RawNetwork(str(path), form, shape, first, answers[1], call, model,
                      has_rescaling(model), digest)


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
