"""The one door for every format of model file: read(path)."""
import dataclasses
import functools
import hashlib
import pathlib

from base.errors import UserError
from networks import runtimes
from networks.raw import RawNetwork, batch_sizes, in_batches

FEWEST_SIDE, MOST_SIDE = 24, 512  # pixels of a square input
CLASSES = (7, 8)
KINDS = {  # how files of other kinds begin, and what to do
    b"version https://git-lfs": "a Git LFS pointer, not the file itself; `git lfs pull` gets it",
    b"<": "an HTML or XML page, not a model; the download went wrong",
    b"\x80": "a pickle, as PyTorch writes them too, which can run any code and is not read; "
             "expected .keras, or .onnx of torch.onnx.export()",
    b"\x93NUMPY": "a NumPy array; expected a whole model",
}
SAVED_MODEL = ("a SavedModel is a program that may read and write files, and is not run; "
               "tf2onnx turns it into .onnx")


def read(path):
    """Read a network from a file; no code in the file is run.

    Args:
        path: a .keras file; an .h5 or .hdf5 file of a whole model; the JSON of an architecture or
            the HDF5 of its weights, with the other one beside it; a .tflite file; an .onnx file. It
            may come from a stranger.

    Returns:
        A networks.raw.RawNetwork.

    Raises:
        UserError: no such file; a file of another kind, which is named; a damaged one; a network
            that is not from square pictures to 7 or 8 classes; one of other than ordinary layers;
            weights that are not finite; a missing package.
    """
    path = pathlib.Path(path)
    try:
        if not path.exists():
            raise UserError("no such file; expected a model")
        raw = read_kind(path)
        check_shape(raw)
        return raw
    except OSError as error:
        raise UserError(f"{path}: not readable ({error.strerror or error}); "
                        "expected a model") from error
    except UserError as error:
        raise UserError(f"{path}: {error}") from error
    except Exception as error:  # what damaged files and layers that do not fit make readers raise
        reason = str(error).strip().split("\n")[-1].removeprefix("Exception encountered: ")[:200]
        raise UserError(f"{path}: not a readable model ({reason})") from error


def read_kind(path):
    """The RawNetwork of a file, whose kind shows in its first bytes."""
    start = first_bytes(path)
    if start.startswith((b"\x89HDF", b"PK\x03\x04")):
        beside = path.with_suffix(".json")
        text = beside.read_text(encoding="utf-8") if beside.is_file() else None
        return read_keras(path, text)
    if start[4:8] == b"TFL3":
        return runtimes.read_tflite(path)
    if start.lstrip().startswith(b"{"):
        return read_architecture(path)
    if path.suffix == ".onnx":
        return runtimes.read_onnx(path)
    raise UserError("of no known kind; expected .keras, .h5, .hdf5, .tflite or .onnx")


def first_bytes(path):
    """UserError where they are those of no model."""
    if path.is_dir():
        raise UserError(SAVED_MODEL)
    with path.open("rb") as file:
        start = file.read(100)
    for beginning, words in KINDS.items():
        if start.lstrip().startswith(beginning):
            raise UserError(words)
    return start


def read_architecture(path):
    """The model of a JSON file, whose weights lie beside it."""
    for suffix in (".h5", ".hdf5", ".weights.h5"):
        weights = path.with_suffix(suffix)
        if weights.is_file():
            try:
                first_bytes(weights)
            except UserError as error:
                raise UserError(f"its weights {weights.name} are {error}") from error
            return read_keras(weights, path.read_text(encoding="utf-8"))
    raise UserError(f"an architecture without weights; expected {path.with_suffix('.h5').name} "
                    "beside it")


def read_keras(path, architecture):
    """The RawNetwork of a Keras file, tried on a black picture."""
    import keras
    import numpy as np

    from networks import keras_files, precision

    model, config, form = keras_files.read(path, architecture)
    _, *shape = runtimes.one_picture([each.shape for each in model.inputs], len(model.outputs))
    classes = model.outputs[0].shape[-1]
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    raw = RawNetwork(str(path), form, tuple(shape), classes, None, None,
                     keras_files.rescales(config), digest)
    check_shape(raw)
    if not keras_files.are_finite(model):
        raise UserError("has weights that are not finite numbers")
    predict = model.predict_on_batch
    if isinstance(model, keras.Model):
        model = precision.in_float32(keras_files.of_one_input(model))
        predict, raw = precision.predictor(model), dataclasses.replace(raw, keras_model=model)
    model(np.zeros((1, *shape), np.float32), training=False)  # raises what it cannot compute
    call = functools.partial(in_batches, predict, sizes=batch_sizes(shape[0]))
    return dataclasses.replace(raw, call=call)


def check_shape(raw):
    """UserError unless the network goes from square pictures to 7 or 8 classes."""
    shape = raw.input_shape
    square = len(shape) == 3 and shape[0] == shape[1] and shape[0] is not None
    if not square or shape[2] not in (1, 3) or not FEWEST_SIDE <= shape[0] <= MOST_SIDE:
        raise UserError(f"takes {' x '.join(map(str, shape))}; expected square pictures of "
                        f"{FEWEST_SIDE} to {MOST_SIDE} pixels in one or three channels")
    if raw.classes not in CLASSES:
        raise UserError(f"has {raw.classes} classes; expected the seven emotions, or eight of "
                        "which FER2013 lacks one")
