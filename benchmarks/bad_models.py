"""Generated model files for bad_input.py: damaged ones, and ones that would fill the memory.

Each file is read as --model reads it. What is read must answer four pictures, and where the format
has checksums or the file was only cut, the answers must be those of the whole file.
"""
import functools
import json
import pathlib
import tempfile
import warnings
import zipfile

import keras
import numpy as np

from benchmarks import bad_cases
from benchmarks.bad_cases import judge
from networks.files import read
from tests.networks.test_damage import FORMATS, huge_onnx, write_small
from tests.networks.test_model_files import (
    circle,
    groups,
    members_of,
    weights,
    without_weights,
    write,
    write_architecture,
)

PICTURES = np.random.default_rng(0).random((4, 48, 48, 1), np.float32)
BEGINNINGS = (b"\x89HDF\r\n\x1a\n", b"PK\x03\x04", b"\x1c\0\0\0TFL3", b"\x08\x08", b"{", b"<html>",
              b"\x80\x04", b"\x93NUMPY\x01", b"version https://git-lfs", b"", b"SIMPLE")
LAYERS = {  # the names of the layers, and how to draw their arguments
    "Dense": lambda size: {"units": size()},
    "Conv2D": lambda size: {"filters": size(), "kernel_size": size(), "padding": "same"},
    "SeparableConv2D": lambda size: {"filters": size(), "kernel_size": 3,
                                     "depth_multiplier": size()},
    "DepthwiseConv2D": lambda size: {"kernel_size": size(), "depth_multiplier": size()},
    "PReLU": lambda size: {}, "LayerNormalization": lambda size: {},
    "BatchNormalization": lambda size: {}, "Flatten": lambda size: {},
    "Normalization": lambda size: {"axis": -1}, "Softmax": lambda size: {},
    "ZeroPadding2D": lambda size: {"padding": size()},
    "UpSampling2D": lambda size: {"size": size()},
    "Resizing": lambda size: {"height": size(), "width": size()},
    "MaxPooling2D": lambda size: {"pool_size": size(), "strides": 1, "padding": "same"},
    "Reshape": lambda size: {"target_shape": [size(), size(), size()]},
    "GlobalAveragePooling2D": lambda size: {}, "Dropout": lambda size: {"rate": 0.5},
}
INITIALISERS = ("Orthogonal", "Identity", "GlorotUniform", "VarianceScaling", "magic")


@functools.cache
def folder():
    """A temporary folder for what all cases start from."""
    return pathlib.Path(tempfile.mkdtemp())


@functools.cache
def small():
    """{suffix: (bytes, answers)} of a small network in every format."""
    return {suffix: (path.read_bytes(), answers(path))
            for suffix, path in write_small(folder()).items()}


@functools.cache
def members():
    """The parts of the .keras file of a small network with many kinds of layers."""
    inputs = keras.Input((48, 48, 1))
    x = keras.layers.Conv2D(4, 3, strides=4, activation="relu")(keras.layers.Rescaling(2.0)(inputs))
    x = keras.layers.PReLU()(keras.layers.BatchNormalization()(x))
    x = keras.layers.Add()([x, keras.layers.DepthwiseConv2D(3, padding="same")(x)])
    x = keras.layers.GlobalAveragePooling2D()(keras.layers.MaxPooling2D()(x))
    x = keras.layers.Dense(7, "softmax")(keras.layers.Dropout(0.5)(x))
    return members_of(keras.Model(inputs, x), folder())


def answers(path):
    """What the network in a file answers to PICTURES; UserError."""
    raw = read(path)
    side, channels = raw.input_shape[0], raw.input_shape[2]
    pictures = PICTURES if (side, channels) == (48, 1) else np.zeros((4, side, side, channels),
                                                                      np.float32)
    found = raw.call(pictures)
    if found.shape != (4, raw.classes):
        raise AssertionError(f"answers of the shape {found.shape}")
    return found


def damaged(suffix, damage, checked):
    """A case: a small network's file after damage(bytes, random)."""
    def case(random, here):
        if suffix not in small():
            return bad_cases.SKIPPED
        content, expected = small()[suffix]
        path = here / f"damaged{suffix}"
        path.write_bytes(damage(content, random))
        return judge(lambda: answers(path), path, expected if checked else None)
    return case


def other_kind(random, here):
    """Random bytes, half of the times with the beginning of a known kind of file."""
    path = here / f"model{random.choice([*FORMATS, '.hdf5', '.json', '', '.pt'])}"
    path.write_bytes(BEGINNINGS[random.integers(len(BEGINNINGS))]
                     + random.bytes(random.integers(3_000)))
    return judge(lambda: answers(path), path)


def compressed(random, here):
    """A .keras file with a large member, packed by any method, that declares another size."""
    method = random.choice([zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
    size = int(10 ** random.uniform(4, 7.7))
    name = random.choice(["config.json", "metadata.json", "model.weights.h5"])
    path = write(here / "packed.keras", members() | {name: bytes(size)}, compression=method)
    declared = int(10 ** random.uniform(0, 9.6)) if random.integers(4) else size
    path.write_bytes(path.read_bytes().replace(size.to_bytes(4, "little"),
                                               declared.to_bytes(4, "little")))
    return judge(lambda: answers(path), path)


def shared_texts(random):
    """The bytes of an HDF5 file whose thousands of texts all lie in one place."""
    import h5py

    length, count = int(10 ** random.uniform(3, 6.3)), int(10 ** random.uniform(1, 3.6))
    texts = np.array(["a" * length] + ["b"] * count, object)
    content = weights(lambda file: file.attrs.create(
        random.choice(["layer_names", "weight_names"]), texts, dtype=h5py.string_dtype()))
    start = content.index(length.to_bytes(4, "little"))
    cells = content[start:start + 16] * len(texts)
    return content[:start] + cells + content[start + len(cells):]


def declared(random):
    """The bytes of an HDF5 file with arrays that are in it only as numbers of a size."""
    sides = [int(10 ** random.uniform(0, 6)) for _ in range(random.integers(1, 5))]
    options = {"compression": "gzip"} if random.integers(2) else {}
    return weights(lambda file: file.create_dataset("a", sides, "f4", **options))


def costly_hdf5(random, here):
    """An HDF5 file or .keras archive that would cost far more to read than it is long."""
    make = (shared_texts, declared,
            lambda random: weights(groups(int(10 ** random.uniform(2, 4.5)))),
            lambda random: weights(lambda file: file.create_group(
                "/".join("a" * random.integers(1, 400)))),
            lambda random: weights(circle))[random.integers(5)]
    content = make(random)
    path = here / random.choice(["costly.h5", "costly.keras"])
    if path.suffix == ".h5":
        path.write_bytes(content)
    else:
        write(path, members() | {"model.weights.h5": content})
    return judge(lambda: answers(path), path)


def stack(random):
    """Random layers with sizes from 1 to 20,000, as (class, arguments) in a row."""
    def size():
        return int(10 ** random.uniform(0, random.choice([1, 2, 4.3])))

    names = random.choice(list(LAYERS), random.integers(1, random.choice([5, 30, 1_000])))
    if random.integers(2):
        names = np.repeat(names[:1], len(names))
    layers = [(str(name), LAYERS[str(name)](size)) for name in names]
    for _, arguments in layers:
        if random.integers(8) == 0:
            arguments["kernel_initializer"] = {
                "module": "keras.initializers", "config": {},
                "class_name": str(random.choice(INITIALISERS))}
    return [*layers, ("GlobalAveragePooling2D", {}), ("Dense", {"units": 7})]


def products(random, here):
    """An architecture that multiplies sizes, in a file without weights."""
    path = here / random.choice(["product.keras", "product.h5", "product.json"])
    side = int(random.choice([24, 48, 48, 48, 512, 5_000]))
    without_weights(path, *stack(random), shape=(side, side, int(random.choice([1, 3]))))
    return judge(lambda: answers(path), path)


def nested(random, here):
    """Models inside of models, deeper or more of them than a network has."""
    layers = [{"class_name": "InputLayer", "config": {"batch_shape": [None, 48, 48, 1]}}]
    layers += [{"class_name": "Flatten", "config": {}}] * random.integers(1, 1_200)
    for level in range(random.integers(300)):
        layers = [{"class_name": "Sequential", "config": {"name": f"s{level}", "layers": layers}}]
    path = here / random.choice(["nested.keras", "nested.h5"])
    write_architecture(path, layers[0] if len(layers) == 1 else
                       {"class_name": "Sequential", "config": {"name": "s", "layers": layers}})
    return judge(lambda: answers(path), path)


def stored_zeros(random, here):
    """A network whose many weights are in its file, as zeros that take no place when packed."""
    widths = [int(10 ** random.uniform(2, 4.2)) for _ in range(random.integers(1, 6))]
    shapes = list(zip([2304, *widths], [*widths, 7], strict=True))
    path = here / "zeros.h5"

    def fill(file):
        names = [f"dense_{number}" for number in range(len(shapes))]
        file.attrs["model_config"] = json.dumps({"class_name": "Sequential", "config": [
            {"class_name": "Flatten", "config": {"batch_input_shape": [None, 48, 48, 1],
                                                 "name": "flatten"}},
            *({"class_name": "Dense", "config": {"units": width, "name": name}}
              for name, (_, width) in zip(names, shapes, strict=True))]})
        for name, (rows, columns) in zip(names, shapes, strict=True):
            group = file.create_group(f"model_weights/{name}")
            group.attrs["weight_names"] = [b"kernel", b"bias"]
            group.create_dataset("kernel", (rows, columns), "f4", compression="gzip")
            group.create_dataset("bias", (columns,), "f4", compression="gzip")
        file["model_weights"].attrs["layer_names"] = [name.encode() for name in names]

    path.write_bytes(weights(fill))
    return judge(lambda: answers(path), path)


def other_configuration(random, here):
    """A network in whose configuration values are others, of another kind, or gone."""
    config = bad_cases.change_json(json.loads(members()["config.json"]), random,
                                   random.integers(1, 4))
    path = here / "changed.keras"
    text = json.dumps(config)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        write(path, members() | {"config.json": text.encode("utf-8", "surrogatepass")})
    return judge(lambda: answers(path), path)


def large_onnx(random, here):
    """An ONNX network that makes a large array from nothing."""
    if ".onnx" not in small():
        return bad_cases.SKIPPED
    path = here / "large.onnx"
    huge_onnx(path, [int(10 ** random.uniform(0, 5)) for _ in range(random.integers(1, 4))])
    return judge(lambda: answers(path), path)


def cases(share, seed, first):
    keras.utils.disable_interactive_logging()
    kinds = {}
    for suffix in FORMATS:
        kinds[f"{suffix}, cut"] = damaged(suffix, bad_cases.cut, True), 15
        kinds[f"{suffix}, bits flipped"] = (
            damaged(suffix, bad_cases.flip_bits, suffix == ".keras"), 20)
        kinds[f"{suffix}, bytes overwritten"] = (
            damaged(suffix, bad_cases.overwrite, suffix == ".keras"), 15)
    kinds |= {
        "bytes of another kind": (other_kind, 40),
        ".keras, packed by any method, other sizes declared": (compressed, 40),
        "HDF5, costly to read": (costly_hdf5, 50),
        "products of sizes, without the weights": (products, 60),
        "weights that are there, packed zeros": (stored_zeros, 15),
        "models in models, many layers": (nested, 20),
        "configuration with other values": (other_configuration, 100),
        "ONNX, large arrays": (large_onnx, 15)}
    for kind, outcome in bad_cases.generated(kinds, share, seed, first):
        keras.utils.clear_session()
        yield kind, outcome
