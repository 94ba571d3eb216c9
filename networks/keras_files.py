"""Keras models as files have them: .keras archives, and HDF5 files of Keras 2 and 3.

What a file names is checked against a list (allowed.py) and where its arrays lie is checked, both
before anything is built. Then the version of Keras that wrote a file reads it: Keras 2 computes
some activations otherwise, and its files need the package tf_keras.
"""
import contextlib
import json
import re
import zipfile

import h5py
import keras
import numpy as np

from base.errors import UserError
from networks import allowed

MEMBERS = ["config.json", "metadata.json", "model.weights.h5"]  # of a .keras file
OLD_PLACE = "_layer_checkpoint_dependencies"  # of layers in the archives of Keras 2.12 and 2.13
SCALING = {"Rescaling", "Normalization", "TrueDivide", "Divide", "Multiply", "Subtract",
           "TFOpLambda"}
WITHOUT_CHANGE = {"InputLayer", "Dropout", "Identity"}


def read(path, architecture=None):
    """Read the model of a Keras file.

    Args:
        path: pathlib.Path of a .keras or HDF5 file.
        architecture: JSON text of the model, for an HDF5 file that holds weights alone.

    Returns:
        The model, of Keras 3 or of tf_keras; its configuration; and the file's format in words.

    Raises:
        UserError: see allowed.check(); weights alone; no plain arrays; tf_keras is not installed.
    """
    archived = zipfile.is_zipfile(path)
    with contextlib.ExitStack() as stack:
        file, config, version = (open_archive if archived else open_hdf5)(path, stack)
        architecture = None if config else architecture
        config = config or json.loads(architecture or "null")
        if config is None:
            raise UserError("holds weights alone, without an architecture; expected a whole model "
                            "(model.save), or the architecture's JSON (model.to_json) beside it as "
                            f"{path.with_suffix('.json').name}")
        version = version or config.get("keras_version", "1")
        # compile=False drops the whole model's alone; that of a model inside of it is checked
        allowed.check({key: value for key, value in config.items() if key != "compile_config"})
        check_arrays(file)
    package = keras if version.startswith("3") else keras_2(version)
    if architecture is None:
        model = load(path, package)
    else:
        model = package.models.model_from_json(architecture)
        model.load_weights(path)
    return model, config, f"{'archive' if archived else 'HDF5'} of Keras {version}"


def keras_2(version):
    """The package tf_keras, in which Keras 2 lives on."""
    try:
        import tf_keras
    except ImportError as error:
        raise UserError(f"was saved by Keras {version}; reading it needs tf_keras ({error}); "
                        "pip install -r requirements-optional.txt") from error
    return tf_keras


def open_archive(path, stack):
    """The weights of a .keras file as an open HDF5 file, its configuration and its version."""
    archive = stack.enter_context(zipfile.ZipFile(path))
    names = sorted(archive.namelist())
    if any(name.endswith("data.pkl") for name in names):
        raise UserError("a PyTorch file, which can run any code and is not read; "
                        "torch.onnx.export() writes the model as .onnx")
    if names != MEMBERS:
        raise UserError(f"contains {', '.join(names)[:100] or 'nothing'}; "
                        f"expected {', '.join(MEMBERS)}")
    version = json.loads(archive.read("metadata.json")).get("keras_version", "1")
    file = stack.enter_context(h5py.File(stack.enter_context(archive.open(MEMBERS[-1]))))
    return file, json.loads(archive.read("config.json")), version


def open_hdf5(path, stack):
    """An HDF5 file, with the configuration and the version that it has, or None."""
    file = stack.enter_context(h5py.File(path))
    config, version = file.attrs.get("model_config"), file.attrs.get("keras_version")
    version = version.decode() if isinstance(version, bytes) else version
    return file, config and json.loads(config), version


def check_arrays(file):
    """UserError unless each array lies in the HDF5 file itself, and is named once."""
    names, arrays = [], 0
    file.visit_links(names.append)
    check_names("file", file)
    for name in names:
        if not isinstance(file.get(name, getlink=True), h5py.HardLink):
            raise UserError(f"its {name[:60]} is a link to another place")
        part = file[name]
        if isinstance(part, h5py.Group):
            check_names(name, part)
        elif isinstance(part, h5py.Dataset) and (part.external or part.is_virtual):
            raise UserError(f"its {name[:60]} lies in another file")
        else:
            arrays += 1
    if not arrays:
        raise UserError("holds no arrays; saving it, or the download, was interrupted")


def check_names(name, group):
    """UserError if a group lists a part twice, or one that it lacks."""
    for kind in ("weight_names", "layer_names"):
        listed = [part for key in group.attrs if key.rstrip("0123456789") == kind
                  for part in group.attrs[key].tolist()]
        if len(set(listed)) < len(listed) or any(part not in group for part in listed):
            raise UserError(f"the {kind} of its {name[:60]} are not those of its arrays, each once")


def load(path, package):
    """The model of a whole file, by keras or tf_keras."""
    if package is not keras and zipfile.is_zipfile(path):
        with contextlib.ExitStack() as stack:
            file, config, _ = open_archive(path, stack)
            if any(name.startswith(OLD_PLACE) for name in file):
                model = package.models.model_from_json(json.dumps(config))
                load_old_weights(model, file)
                return model
    return package.models.load_model(path, compile=False, safe_mode=True)


def load_old_weights(model, file):
    """Load the weights of an archive of Keras 2.12 or 2.13, which numbers layers its own way.

    There the layers of a class are conv2d, conv2d_2, conv2d_4 in order, and on Windows their group
    has a backslash in its name.
    """
    names, waiting = [], {}  # {class in snake case: [arrays of its first layer, ...]}
    file.visit(names.append)
    for name in sorted(names, key=lambda name: (len(name), name)):
        if not name.startswith(OLD_PLACE) or not name.endswith("/vars") or not len(file[name]):
            continue
        arrays = [file[name][key][()] for key in sorted(file[name], key=int)]
        waiting.setdefault(re.sub(r"_\d+$", "", re.split(r"[\\/]", name)[1]), []).append(arrays)
    for layer in (layer for layer in model.layers if layer.weights):
        kind = re.sub("(?<=[a-z])([A-Z])|(?<=.)([A-Z][a-z])", r"_\1\2", type(layer).__name__)
        layer.set_weights(waiting.get(kind.lower(), [[]]).pop(0))
    if any(waiting.values()):
        raise UserError("has weights of more layers than its architecture")


def rescales(config):
    """Whether the first layer of a configuration that changes anything is a scaling of pixels."""
    layers = config.get("config", {})
    layers = layers["layers"] if isinstance(layers, dict) and "layers" in layers else layers
    for layer in layers if isinstance(layers, list) else ():
        name = layer["class_name"]
        if name in ("Sequential", "Functional", "Model"):
            return rescales(layer)
        if name not in WITHOUT_CHANGE and not name.startswith(("Random", "ZeroPadding")):
            return name in SCALING
    return False


def are_finite(model):
    return all(np.isfinite(array).all() for array in model.get_weights())


def of_one_input(model):
    """The keras.Model itself, or one of the same layers that takes no list of one picture.

    Files of Keras 2 that Keras 3 saved again have such a list.
    """
    if isinstance(model, keras.Sequential) or not isinstance(model.input, list):
        return model
    return keras.Model(model.inputs[0], model.outputs[0], name=model.name)
