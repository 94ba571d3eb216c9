"""Keras models as files have them: .keras archives, and HDF5 files of Keras 1, 2 and 3.

Nothing in a file is run: another process copies its parts (unpack.py), its configuration is
translated (keras_configs.py), and a model is built from allowed layers alone, as far as the file
has their weights (limits.py).
"""
import functools
import json
import math
import pathlib
import re
import tempfile
from typing import Any, NamedTuple

import h5py
import keras
import numpy as np

from base.errors import Refused
from networks import arithmetic, keras_configs, limits
from networks.apart import Process

LAYERS = frozenset((
    "Functional", "Sequential", "InputLayer", "Rescaling", "Normalization",
    "Conv2D", "SeparableConv2D", "DepthwiseConv2D", "Dense", "Flatten", "Reshape",
    "ReLU", "LeakyReLU", "PReLU", "ELU", "Activation", "Softmax",
    "BatchNormalization", "LayerNormalization", "GroupNormalization", "Dropout", "SpatialDropout2D",
    "MaxPooling2D", "AveragePooling2D", "GlobalMaxPooling2D", "GlobalAveragePooling2D",
    "ZeroPadding2D", "Add", "Multiply", "Concatenate", "Permute", "Average", "Maximum",
    "Subtract", "Identity", "UpSampling2D", "Cropping2D", "Resizing",
    "RandomCrop", "__keras_tensor__",
    # these do nothing after training
    "GaussianNoise", "GaussianDropout", "AlphaDropout", "ActivityRegularization",
    "SpatialDropout1D",
)) | frozenset(keras_configs.OLD_CLASSES) | frozenset(arithmetic.CLASSES)
PART = 4_000_000  # numbers of a large variable that are copied at a time
OLD_PLACE = "_layer_checkpoint_dependencies"  # of layers in the archives of Keras 2.12 and 2.13
WEIGHTS_ALONE = ("holds weights alone, without an architecture; expected a whole model "
                 "(model.save), or the architecture's JSON (model.to_json) beside it as {name}")


def read(path, architecture=None):
    """Read the keras.Model of a file.

    Args:
        path: pathlib.Path of a .keras or HDF5 file.
        architecture: the JSON text of the model, for a file that holds weights alone.

    Returns:
        The model, and {"form", "digest"} as unpack.unpack() returns it.
    """
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        process = Process("unpack", path, folder)
        process.stop()
        config = folder / "config.json"
        if config.is_file():
            architecture = config.read_text(encoding="utf-8")
        if architecture is None:
            raise Refused(WEIGHTS_ALONE.format(name=path.with_suffix(".json").name))
        weights = folder / "weights.h5"
        model = build(json.loads(architecture), shapes_in(weights))
        load(model, weights)
    return model, process.found


def build(config, shapes):
    """A keras.Model of allowed layers, with zeros in the place of the file's weights.

    Args:
        config: {"class_name", "config"} of any Keras.
        shapes: of the arrays in the file.
    """
    config = {key: config.get(key) for key in ("class_name", "config")}
    check_classes(config)
    limits.check_numbers(config)
    made = keras_configs.translate(config)
    limits.check_layers(made)
    stored = limits.Stored(shapes)
    start_with(stored, made)
    try:
        model = make(made["class_name"], made["config"])
    except Exception as error:
        raise stored.refusal or error from error
    give_back_initialisers(model)
    return model


def make(name, config):
    """A layer or model of a translated configuration."""
    if name == "Sequential":
        return AtOnce.from_config(config)
    if name == "Functional":
        return keras.Model.from_config(config, custom_objects={"Sequential": AtOnce})
    return getattr(keras.layers, name).from_config(config)


class AtOnce(keras.Sequential):
    """Builds a Sequential of its layers at once; Keras builds it anew with each layer."""

    @classmethod
    def from_config(cls, config, custom_objects=None):
        layers = [make(each["class_name"], each["config"]) for each in config["layers"]]
        return keras.Sequential(layers, name=config["name"])


def start_with(stored, part):
    """Put `stored` into a translated configuration wherever there is an initialiser."""
    values = part.items() if isinstance(part, dict) else enumerate(part)
    for key, value in list(values):
        if str(key).endswith("initializer"):
            part[key] = Start(stored, value)
        elif isinstance(value, (dict, list)):
            start_with(stored, value)


class Start(NamedTuple):
    """What a variable starts with: zeros in the place of an array of the file."""
    stored: limits.Stored
    initialiser: Any  # that the layer keeps, a name or a configuration

    def __call__(self, shape, dtype=None):
        self.stored.take(shape)
        return keras.ops.zeros(shape, dtype)


def give_back_initialisers(model):
    """Let the layers keep the initialisers of the file, which copies of the model are asked for."""
    for layer in model.layers:
        if isinstance(layer, keras.Model):
            give_back_initialisers(layer)
        for name, value in list(vars(layer).items()):
            if isinstance(value, Start):
                setattr(layer, name, keras.initializers.get(value.initialiser))


def check_classes(part, key=""):
    """Refused if a configuration has anything but allowed layers of Keras itself."""
    if isinstance(part, dict):
        name = part.get("class_name")
        if name is not None and not below(key, name):
            if not isinstance(name, str) or name not in LAYERS:
                raise Refused(f"has a layer {str(name)[:50]}, which is not read")
            registered = part.get("registered_name")
            if registered not in (None, name, "Functional", "Sequential"):
                raise Refused(f"has a layer {str(registered)[:50]}, which is not read")
        for inner, value in part.items():
            if not below(inner, None):
                check_classes(value, inner)
    elif isinstance(part, list):
        for value in part:
            check_classes(value, key)


def below(key, name):
    """Whether what stands under this key is dropped, or an activation's name."""
    return (key.endswith(keras_configs.DROPPED) or key in keras_configs.NOT_READ
            or key == "activation" and name == "function")


def shapes_in(weights):
    """The shape of each array in an HDF5 file that unpack.py wrote."""
    shapes = []
    with h5py.File(weights, "r") as file:
        file.visititems(lambda name, part: shapes.append(getattr(part, "shape", None)))
    return [shape for shape in shapes if shape is not None]


def load(model, weights):
    """Load the weights of an HDF5 file that unpack.py wrote into a model."""
    large = [each for each in model.variables
             if math.prod(each.shape) > PART and hasattr(each.value, "assign")]  # TensorFlow's
    for variable in large:
        variable.assign = functools.partial(assign_in_parts, variable)
    load_all(model, weights)
    for variable in large:
        del variable.assign


def assign_in_parts(variable, value):
    """Assign an array, or an HDF5 dataset, to a variable of TensorFlow, rows after rows.

    At once it takes three further copies of the array: 2.97 GB for a network of 160 million
    weights. variable.value[start:end].assign() reads the variable and so takes one as well.
    """
    import tensorflow

    if tuple(value.shape) != tuple(variable.shape):
        raise ValueError(f"{value.shape} in the place of {variable.shape}")
    rows = max(1, PART // math.prod(value.shape[1:]))
    for start in range(0, value.shape[0], rows):
        tensorflow.raw_ops.ResourceStridedSliceAssign(
            ref=variable.value.handle, begin=[start], end=[start + rows], strides=[1],
            value=np.asarray(value[start:start + rows], variable.dtype))
    # else every later use of the variable copies it
    tensorflow.raw_ops.DisableCopyOnRead(resource=variable.value.handle)


def load_all(model, weights):
    """load() by the way that the file's version of Keras needs."""
    with h5py.File(weights, "r") as file:
        named = "layer_names" in file.attrs or "model_weights" in file  # as HDF5 files of models
        old = any(name.startswith(OLD_PLACE) for name in file)
    if named:
        model.load_weights(weights)
    elif old:
        load_old_weights(model, weights)
    else:
        model.load_weights(weights.rename(weights.with_suffix(".weights.h5")))


def load_old_weights(model, weights):
    """Load the weights of an archive of Keras 2.12 or 2.13, which numbers layers its own way.

    There the layers of a class are conv2d, conv2d_2, conv2d_4 in order, and on Windows their group
    has a backslash in its name.

    Raises:
        Refused: other layers or shapes than the model's.
    """
    with h5py.File(weights, "r") as file:
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
    if place != OLD_PLACE:
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
