"""Keras models as files have them: .keras archives, and HDF5 files of Keras 1, 2 and 3.

Nothing in a file is run: its configuration is translated (keras_configs.py), a model is built from
allowed layers alone, and the weights are read as arrays.
"""
import io
import json
import pathlib
import re
import tempfile
import zipfile

import h5py
import keras

from base import model_file
from base.model_file import Refused
from networks import keras_configs

MOST_OBJECTS, DEEPEST = 5_000, 12  # groups and datasets of an HDF5 file; VGG16 has 70
MOST_BYTES = 1_000_000_000  # of all weights together, unpacked
LAYERS = frozenset((  # beside those of model_file.CLASSES: these do nothing after training
    "GaussianNoise", "GaussianDropout", "AlphaDropout", "ActivityRegularization", "RandomFlip",
    "RandomRotation", "RandomZoom", "RandomContrast", "RandomTranslation", "RandomBrightness",
    "RandomCrop", "RandomHeight", "RandomWidth", "SpatialDropout1D", "Permute", "Average",
    "Maximum",
    "Subtract", "Identity", "ThresholdedReLU", "Softplus", "UpSampling2D", "Cropping2D", "Resizing",
    "Model", "Convolution2D", "SeparableConvolution2D", "MaxPool2D", "AvgPool2D",
))
WEIGHTS_ALONE = ("holds weights alone, without an architecture; expected a whole model "
                 "(model.save), or the architecture's JSON (model.to_json) beside it as {name}")


def read_archive(content):
    """The keras.Model in the bytes of a .keras file, and its format in words."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        model_file.check_members(archive.infolist())
        config = json.loads(archive.read("config.json"))
        version = json.loads(archive.read("metadata.json")).get("keras_version", "")
        weights = archive.read(model_file.WEIGHTS)
    check_hdf5(weights)
    model = build(config)
    if version.startswith("2."):
        load_old_weights(model, weights)
    else:
        load_weights(model, weights, ".weights.h5")
    return model, f"archive of Keras {version}"


def read_hdf5(path, content, architecture=None):
    """The keras.Model in the bytes of an HDF5 file, and its format in words.

    Args:
        path: pathlib.Path of the file, for messages.
        content: its bytes.
        architecture: the JSON text of the model, if the file holds weights alone.
    """
    check_hdf5(content)
    with h5py.File(io.BytesIO(content), "r") as file:
        stored, version = file.attrs.get("model_config"), file.attrs.get("keras_version", "1")
    text = architecture if stored is None else stored
    if text is None:
        raise Refused(WEIGHTS_ALONE.format(name=path.with_suffix(".json").name))
    model = build(json.loads(text))
    load_weights(model, content, ".h5")
    version = version.decode() if isinstance(version, bytes) else version
    return model, f"HDF5 of Keras {version}"


def build(config):
    """A keras.Model of allowed layers; its weights are not the file's yet."""
    config = {key: config.get(key) for key in ("class_name", "config")}
    check_layers(config)
    made = keras_configs.translate(config)
    kind = keras.Sequential if made["class_name"] == "Sequential" else keras.Model
    return kind.from_config(made["config"])


def check_layers(part, key=""):
    """Only allowed layers, none from another package, and no number that would fill the memory."""
    if isinstance(part, dict):
        name, config = part.get("class_name"), part.get("config")
        if name is not None and isinstance(config, (dict, list)) and not below(key):
            if name not in model_file.CLASSES | LAYERS:
                raise Refused(f"has a {str(name)[:50]}, which is not read")
            registered = part.get("registered_name")
            if registered not in (None, name, "Functional", "Sequential"):
                raise Refused(f"has a {str(registered)[:50]}, which is not read")
        for inner, value in part.items():
            check_layers(value, inner)
    elif isinstance(part, list):
        for value in part:
            check_layers(value, key)
    elif isinstance(part, (int, float)) and key in SIZES and not abs(part) <= model_file.WIDEST:
        raise Refused(f"{key} is {part}, more than {model_file.WIDEST:,}")


SIZES = ("units", "filters", "nb_filter", "output_dim", "kernel_size", "nb_row", "nb_col",
         "strides", "pool_size", "padding", "size", "target_shape", "batch_shape",
         "batch_input_shape", "depth_multiplier", "input_dim")


def below(key):
    """Whether what stands under this key is dropped or plain: no layer is built from it."""
    return key.endswith(keras_configs.DROPPED) or key in ("dtype", "build_config", "compile_config",
                                                          "activation", "module")


def check_hdf5(content):
    """Arrays in the file itself, a bounded number of bounded size, and nothing else."""
    with h5py.File(io.BytesIO(content), "r") as file:
        link = file.visititems_links(model_file.linked)
        if link:
            raise Refused(f"its {link} is a link to another place")
        sizes = []
        file.visititems(lambda name, part: check_part(name, part, sizes))


def check_part(name, part, sizes):
    """Raise Refused at a part of an HDF5 file that costs too much or lies elsewhere."""
    sizes.append(0)
    if len(sizes) > MOST_OBJECTS or name.count("/") > DEEPEST:
        raise Refused(f"has more than {MOST_OBJECTS:,} parts, or parts deeper than {DEEPEST}")
    if isinstance(part, h5py.Dataset):
        if part.external or part.is_virtual or part.dtype.hasobject:
            raise Refused(f"its {name} lies in another file, or is no plain array")
        sizes[-1] = part.nbytes
        if sum(sizes) > MOST_BYTES:
            raise Refused(f"declares more than {MOST_BYTES:,} bytes of weights")


def load_weights(model, content, suffix):
    """Load weights from the very bytes that were checked."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, f"model{suffix}")
        path.write_bytes(content)
        model.load_weights(path)


def load_old_weights(model, content):
    """Load the weights of an archive of Keras 2, which numbers layers its own way.

    There the layers of a class are conv2d, conv2d_2, conv2d_4 in order, and on Windows their group
    has a backslash in its name.

    Raises:
        Refused: other layers or shapes than the model's.
    """
    with h5py.File(io.BytesIO(content), "r") as file:
        stored = {}  # {class in snake case: [arrays of its first layer, ...]}
        for name in sorted(file, key=lambda name: (len(name), name)):
            for kind, arrays in old_layers(name, file[name]):
                stored.setdefault(kind, []).append(arrays)
    for layer in (layer for layer in model.layers if layer.weights):
        waiting = stored.get(snake_case(type(layer).__name__), [])
        arrays = waiting.pop(0) if waiting else []
        if [array.shape for array in arrays] != [tuple(weight.shape) for weight in layer.weights]:
            raise Refused(f"its weights of {layer.name} do not fit its architecture")
        layer.set_weights(arrays)
    if any(stored.values()):
        raise Refused("has weights of more layers than its architecture")


def old_layers(name, group):
    """Yield (class in snake case, arrays) of each layer with weights in a part of the file."""
    place, _, layer = name.replace("\\", "/").partition("/")
    if place != "_layer_checkpoint_dependencies":
        return
    groups = {layer: group} if layer else group
    for layer in sorted(groups, key=lambda name: (len(name), name)):
        arrays = layer_arrays(groups[layer])
        if arrays:
            yield re.sub(r"_\d+$", "", layer), arrays


def layer_arrays(group):
    """The arrays of one layer in order, [] if it has none."""
    values = group.get("vars", {}) if isinstance(group, h5py.Group) else {}
    return [values[name][()] for name in sorted(values, key=int)]


def snake_case(name):
    """conv2d of Conv2D, max_pooling2d of MaxPooling2D, as Keras names layers."""
    words = re.sub(r"\W+", "", name)
    words = re.sub("(.)([A-Z][a-z]+)", r"\1_\2", words)
    return re.sub("([a-z])([A-Z])", r"\1_\2", words).lower()
