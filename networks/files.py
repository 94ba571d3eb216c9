"""The one door for every format of model file: read(path)."""
import pathlib

from base.errors import UserError
from networks import keras_files, runtimes
from networks.raw import reason_of

FEWEST_SIDE, MOST_SIDE = 24, 512  # pixels of a square input
KINDS = {  # how files of other kinds begin, and what to do
    b"version https://git-lfs": "a Git LFS pointer, not the file itself; `git lfs pull` gets it",
    b"<": "an HTML or XML page, not a model; the download went wrong",
    b"\x80": "a pickle, as PyTorch writes them too, which can run any code and is not read; "
             "expected .keras, or .onnx of torch.onnx.export()",
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
        raw = read_kind(path)
        check_shape(raw)
        return raw
    except FileNotFoundError as error:
        raise UserError(f"{path}: no such file; expected a model") from error
    except UserError as error:
        raise UserError(f"{path}: {error}") from error
    except ImportError as error:
        raise UserError(f"{path}: reading it needs {error.name} ({error}); "
                        "pip install -r requirements-optional.txt") from error
    except Exception as error:  # what damaged files and layers that do not fit make readers raise
        raise UserError(f"{path}: not a readable model ({reason_of(error)})") from error


def read_kind(path):
    """The RawNetwork of a file, whose kind shows in its first bytes."""
    start = first_bytes(path)
    if start.startswith((b"\x89HDF", b"PK\x03\x04")):
        beside = path.with_suffix(".json")
        return keras_files.read(path, beside.read_text("utf-8") if beside.is_file() else None)
    if start[4:8] == b"TFL3":
        return runtimes.read_tflite(path)
    if start.lstrip().startswith(b"{"):
        weights = path.with_suffix(".hdf5" if path.with_suffix(".hdf5").exists() else ".h5")
        if not weights.exists():
            raise UserError(f"an architecture without weights; expected {weights.name} beside it")
        first_bytes(weights)
        return keras_files.read(weights, path.read_text("utf-8"))
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
            raise UserError(f"{path.name} is {words}")
    return start


def check_shape(raw):
    """UserError unless the network goes from square pictures to 7 or 8 classes."""
    rows, columns, channels = raw.input_shape
    if rows != columns or channels not in (1, 3) or not FEWEST_SIDE <= rows <= MOST_SIDE:
        raise UserError(f"takes {rows} x {columns} x {channels}; expected square pictures of "
                        f"{FEWEST_SIDE} to {MOST_SIDE} pixels in one or three channels")
    if raw.classes not in (7, 8):
        raise UserError(f"has {raw.classes} classes; expected the seven emotions, or eight of "
                        "which FER2013 lacks one")
