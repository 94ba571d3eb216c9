"""Is a .keras file one that may be read? It may come from a stranger.

A .keras file is a zip with two texts and the weights in HDF5; no pickle is in it, and none is ever read. But its
config.json names the classes that Keras is to build, and Keras's safe mode alone lets every class of Keras pass, some
of which read other files, and every class that the running program has registered. So this is an allow-list: the
layers that image classifiers consist of, and nothing else.
"""
import io
import json
import zipfile

import h5py

from base.errors import UserError

MEMBERS = {"metadata.json": 1_000_000, "config.json": 2_000_000, "model.weights.h5": 200_000_000}  # bytes, at most
WEIGHTS = "model.weights.h5"
SOURCES = (None, "keras", "keras.src.models.functional", "keras.models", "keras.layers", "keras.initializers",
           "keras.regularizers", "keras.constraints", "keras.dtype_policies")
CLASSES = frozenset((
    "Functional", "Sequential", "InputLayer", "Rescaling", "Normalization",
    "Conv2D", "SeparableConv2D", "DepthwiseConv2D", "Dense", "Flatten", "Reshape",
    "ReLU", "LeakyReLU", "PReLU", "ELU", "Activation", "Softmax",
    "BatchNormalization", "LayerNormalization", "GroupNormalization", "Dropout", "SpatialDropout2D",
    "MaxPooling2D", "AveragePooling2D", "GlobalMaxPooling2D", "GlobalAveragePooling2D", "ZeroPadding2D",
    "Add", "Multiply", "Concatenate",
    "Zeros", "Ones", "Constant", "RandomNormal", "RandomUniform", "TruncatedNormal", "VarianceScaling", "Orthogonal",
    "GlorotNormal", "GlorotUniform", "HeNormal", "HeUniform", "LecunNormal", "LecunUniform",
    "L1", "L2", "L1L2", "MaxNorm", "NonNeg", "UnitNorm", "DTypePolicy",
    "__keras_tensor__",
))
WIDEST = 16_384  # a layer of 10**9 units would fill the memory
UNBOUNDED = ("seed", "shared_object_id")  # numbers that make nothing larger


def check(path):
    """Raise UserError, in one line, where the file is not a .keras file of such a network, or is damaged.

    Nothing in it is built or run: the zip's directory, the configuration and the weights' headers are read.
    """
    if not str(path).endswith(".keras"):  # Keras chooses how to read a file by its suffix
        raise UserError(f"{path}: expected a .keras file, as python train.py writes it")
    try:
        with zipfile.ZipFile(path) as archive:
            check_members(archive.infolist())
            check_config(json.loads(archive.read("config.json")) | {"compile_config": None})  # that part is not read
            check_weights(io.BytesIO(archive.read(WEIGHTS)))
    except Refused as error:
        raise UserError(f"{path}: {error}; expected a network of ordinary Keras layers in a .keras file") from None
    except Exception as error:  # a damaged zip, text or HDF5 file can make its reader raise anything
        reason = str(error).strip().split("\n")[0][:200]
        raise UserError(f"{path}: not a readable Keras model ({reason})") from error


class Refused(ValueError):
    """What is wrong with a file that can be read."""


def check_members(infos):
    names = sorted(info.filename for info in infos)
    if names != sorted(MEMBERS):
        raise Refused(f"holds {', '.join(names)[:100] or 'nothing'} instead of {', '.join(MEMBERS)}")
    for info in infos:  # zipfile reads no more than the size that the directory declares
        if info.file_size > MEMBERS[info.filename]:
            raise Refused(f"{info.filename} has {info.file_size:,} bytes, more than {MEMBERS[info.filename]:,}")


def check_config(part, key=""):
    """Walk through config.json: known classes alone, none of them registered by a program, and no huge numbers."""
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
    name, module = part.get("class_name"), part.get("module")
    if not isinstance(name, str) or name not in CLASSES:
        raise Refused(f"has a {str(name)[:50]}, which is not read")
    if module not in SOURCES:
        raise Refused(f"has a {name} from {str(module)[:50]}, which is not read")
    if part.get("registered_name") not in (None, name):
        raise Refused(f"has a {str(part['registered_name'])[:50]}, which is not read")


def check_weights(file):
    """Weights lie in the file itself, each as large as it says; nothing is decompressed or linked."""
    with h5py.File(file, "r") as weights:
        link = weights.visititems_links(elsewhere)  # in these visits, an answer that is not None ends the visit
        part = weights.visititems(not_plain)
        if link or part:
            raise Refused(f"its weights {link or part} are compressed or elsewhere")
        sizes = []
        weights.visititems(lambda name, part: sizes.append(getattr(part, "nbytes", 0)))
        if sum(sizes) > MEMBERS[WEIGHTS]:
            raise Refused(f"declares {sum(sizes):,} bytes of weights, more than {MEMBERS[WEIGHTS]:,}")


def elsewhere(name, link):
    return None if isinstance(link, h5py.HardLink) else name


def not_plain(name, part):
    plain = isinstance(part, h5py.Group) or not (part.external or part.is_virtual or part.chunks)
    return None if plain else name
