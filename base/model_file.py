"""Checks that a .keras file is safe to read, because it may come from a stranger.

A .keras file is a zip of two JSON texts and the weights in HDF5. It contains no pickle, and no
pickle is ever read. But config.json names the classes that Keras builds, and Keras's safe mode
allows every class of Keras, some of which read other files, and every class that the running
program has registered. Therefore this module has an allow-list: the layers of image classifiers and
nothing else.
"""
import io
import json
import zipfile

import h5py

from base.errors import UserError

MEMBERS = {  # the largest size in bytes
    "metadata.json": 1_000_000, "config.json": 2_000_000, "model.weights.h5": 200_000_000}
WEIGHTS = "model.weights.h5"
SOURCES = (
    None, "keras", "keras.src.models.functional", "keras.models", "keras.layers",
    "keras.initializers", "keras.regularizers", "keras.constraints", "keras.dtype_policies",
)
CLASSES = frozenset((
    "Functional", "Sequential", "InputLayer", "Rescaling", "Normalization",
    "Conv2D", "SeparableConv2D", "DepthwiseConv2D", "Dense", "Flatten", "Reshape",
    "ReLU", "LeakyReLU", "PReLU", "ELU", "Activation", "Softmax",
    "BatchNormalization", "LayerNormalization", "GroupNormalization", "Dropout", "SpatialDropout2D",
    "MaxPooling2D", "AveragePooling2D", "GlobalMaxPooling2D", "GlobalAveragePooling2D",
    "ZeroPadding2D", "Add", "Multiply", "Concatenate",
    "Zeros", "Ones", "Constant", "RandomNormal", "RandomUniform", "TruncatedNormal",
    "VarianceScaling", "Orthogonal",
    "GlorotNormal", "GlorotUniform", "HeNormal", "HeUniform", "LecunNormal", "LecunUniform",
    "L1", "L2", "L1L2", "MaxNorm", "NonNeg", "UnitNorm", "DTypePolicy",
    "__keras_tensor__",
))
WIDEST = 16_384  # a layer of 10**9 units would fill the memory
UNBOUNDED = ("seed", "shared_object_id")  # numbers that do not determine a size


def check(path):
    """Raise UserError if the file is damaged or not a .keras file of a network of allowed layers.

    Nothing in it is built or run: only the zip's directory, config.json and the headers of the
    weights are read.
    """
    if not str(path).endswith(".keras"):  # Keras chooses how to read a file by its suffix
        raise UserError(f"{path}: expected a .keras file, as python train.py writes it")
    try:
        with zipfile.ZipFile(path) as archive:
            check_members(archive.infolist())
            config = json.loads(archive.read("config.json"))
            check_config(config | {"compile_config": None})  # load_model() does not read that part
            check_weights(io.BytesIO(archive.read(WEIGHTS)))
    except Refused as error:
        raise UserError(f"{path}: {error}; expected a network of ordinary Keras layers "
                        "in a .keras file") from None
    except Exception as error:  # a damaged zip, text or HDF5 file can raise anything
        reason = str(error).strip().split("\n")[0][:200]
        raise UserError(f"{path}: not a readable Keras model ({reason})") from error


class Refused(ValueError):
    """The reason why a readable file is not allowed."""


def check_members(infos):
    """The zip has exactly the three files of a .keras file, none larger than MEMBERS allows."""
    names = sorted(info.filename for info in infos)
    if names != sorted(MEMBERS):
        contents = ", ".join(names)[:100] or "nothing"
        raise Refused(f"contains {contents} instead of {', '.join(MEMBERS)}")
    for info in infos:
        # of these zipfile reads no more than the directory declares; bzip2 and LZMA have no limit
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise Refused(f"{info.filename} is neither stored nor deflated")
        most = MEMBERS[info.filename]
        if info.file_size > most:
            raise Refused(f"{info.filename} has {info.file_size:,} bytes, more than {most:,}")


def check_config(part, key=""):
    """config.json, read recursively, has no classes but those allowed and no huge number."""
    if isinstance(part, dict):
        if "class_name" in part or "registered_name" in part or "module" in part:
            check_class(part)
        for name, value in part.items():
            check_config(value, name)
    elif isinstance(part, list):
        for value in part:
            check_config(value, key)
    elif isinstance(part, (int, float)) and not abs(part) <= WIDEST and key not in UNBOUNDED:
        raise Refused(f"{key} is {part}, more than {WIDEST:,}")


def check_class(part):
    """A class in config.json is in the allow-list, comes from Keras and is not registered."""
    name, module = part.get("class_name"), part.get("module")
    if not isinstance(name, str) or name not in CLASSES:
        raise Refused(f"has a {str(name)[:50]}, which is not allowed")
    if module not in SOURCES:
        raise Refused(f"has a {name} from {str(module)[:50]}, which is not allowed")
    if part.get("registered_name") not in (None, name):
        raise Refused(f"has a {str(part['registered_name'])[:50]}, which is not allowed")


def check_weights(file):
    """The weights are plain arrays in the file itself, not compressed, not linked and not huge."""
    with h5py.File(file, "r") as weights:
        # a visit ends as soon as the function returns something other than None, and returns that
        link = weights.visititems_links(linked)
        part = weights.visititems(not_plain)
        if link or part:
            raise Refused(f"its weights {link or part} are compressed or in another place")
        sizes, most = [], MEMBERS[WEIGHTS]
        weights.visititems(lambda name, part: sizes.append(getattr(part, "nbytes", 0)))
        if sum(sizes) > most:
            raise Refused(f"declares {sum(sizes):,} bytes of weights, more than {most:,}")


def linked(name, link):
    """The name of a link to another place, None for an ordinary member."""
    return None if isinstance(link, h5py.HardLink) else name


def not_plain(name, part):
    """The name of an external, virtual or chunked (as when compressed) dataset, else None."""
    plain = isinstance(part, h5py.Group) or not (part.external or part.is_virtual or part.chunks)
    return None if plain else name
