"""Keras models as files have them: .keras archives, and HDF5 files of Keras 2 and 3.

What a file names is checked against a list (allowed.py) and where its arrays lie is checked, both
before anything is built. Then the version of Keras that wrote a file reads it: Keras 2 computes
some activations otherwise, and its files need the package tf_keras.
"""
import contextlib
import hashlib
import io
import json
import re
import zipfile

import h5py
import keras
import numpy as np

from base.errors import UserError
from networks import allowed, precision
from networks.raw import RawNetwork, batch_sizes, in_batches, one_picture

MEMBERS = ["config.json", "metadata.json", "model.weights.h5"]  # of a .keras file
OLD_PLACE = "_layer_checkpoint_dependencies"  # of layers in the archives of Keras 2.12 and 2.13


def read(path, architecture=None):
    """The RawNetwork of a Keras file.

    Args:
        path: pathlib.Path of a .keras or HDF5 file.
        architecture: JSON text of the model, for an HDF5 file that holds weights alone.

    Raises:
        UserError: see allowed.check(); weights alone; weights that are no plain arrays or not
            finite.
    """
    model, form = load(path, architecture)
    _, *shape = one_picture([each.shape for each in model.inputs], len(model.outputs))
    if not all(np.isfinite(array).all() for array in model.get_weights()):
        raise UserError("has weights that are not finite numbers")
    native = isinstance(model, keras.Model)
    if native:
        model = precision.in_float32(of_one_input(model))
        call = precision.call_of(model)
    else:
        def call(pictures):
            return in_batches(model.predict_on_batch, pictures, batch_sizes(shape[0]))
    model(np.zeros((1, *shape), np.float32), training=False)  # raises what it cannot compute
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return RawNetwork(str(path), form, tuple(shape), model.outputs[0].shape[-1], call,
                      model if native else None, digest)


def load(path, architecture):
    """The model of a file, of Keras 3 or of tf_keras, once it is checked; its format in words."""
    with contextlib.ExitStack() as stack:
        opened = open_archive if zipfile.is_zipfile(path) else open_hdf5
        file, whole, version, kind = opened(path, stack)
        config = whole or json.loads(architecture or "null")
        if config is None:
            check_arrays(file)
            raise UserError("holds weights alone, without an architecture; expected a whole model "
                            "(model.save), or the architecture's JSON (model.to_json) beside it as "
                            f"{path.with_suffix('.json').name}")
        version = version or config.get("keras_version", "1")
        # how the whole model was trained is not built; that of a model inside of it is checked
        config.pop("compile_config", None)
        allowed.check(config)
        check_arrays(file)
        package, old = keras, any(name.startswith(OLD_PLACE) for name in file)
        if not version.startswith("3"):
            import tf_keras as package  # in which Keras 2 lives on; it is optional
        if whole and not old:
            model = package.models.load_model(path, compile=False, safe_mode=True)
        else:
            model = package.models.model_from_json(json.dumps(config))
            if old:
                load_old_weights(model, file)
            else:
                model.load_weights(path)
    return model, f"{kind} of Keras {version}"


def open_archive(path, stack):
    """The weights of a .keras file as an open HDF5 file, its configuration, version and kind."""
    archive = stack.enter_context(zipfile.ZipFile(path))
    names = sorted(archive.namelist())
    if any(name.endswith("data.pkl") for name in names):
        raise UserError("a PyTorch file, which can run any code and is not read; "
                        "torch.onnx.export() writes the model as .onnx")
    if names != MEMBERS:
        raise UserError(f"contains {', '.join(names)[:100]}; expected {', '.join(MEMBERS)}")
    version = json.loads(archive.read("metadata.json")).get("keras_version")
    # in memory: Python 3.13.0 seeks wrongly in the members of an archive
    file = stack.enter_context(h5py.File(io.BytesIO(archive.read(MEMBERS[-1]))))
    return file, json.loads(archive.read("config.json")), version, "archive"


def open_hdf5(path, stack):
    """An HDF5 file, with the configuration and the version that it has, or None, and its kind."""
    file = stack.enter_context(h5py.File(path))
    config, version = file.attrs.get("model_config"), file.attrs.get("keras_version")
    version = version.decode() if isinstance(version, bytes) else version
    return file, config and json.loads(config), version, "HDF5"


def check_arrays(file):
    """UserError unless each array lies in the HDF5 file itself, once, and there is one."""
    names = []
    file.visit_links(names.append)
    for name in names:
        outside = not isinstance(file.get(name, getlink=True), h5py.HardLink)
        if outside or getattr(file[name], "external", None) or getattr(
                file[name], "is_virtual", False):
            raise UserError(f"its {name[:60]} is a link, or lies in another file")
        # 9 kB that list one array a thousand times fill 4 GB
        listed = [each for key, value in file[name].attrs.items()
                  if key.startswith("weight_names") for each in value]
        if len(set(listed)) < len(listed):
            raise UserError(f"its {name[:60]} lists an array twice")
    if not any(isinstance(file[name], h5py.Dataset) for name in names):
        raise UserError("holds no arrays; saving it, or the download, was interrupted")


def load_old_weights(model, file):
    """Load the weights of an archive of Keras 2.12 or 2.13, which numbers layers its own way.

    There the layers of a class are conv2d, conv2d_2, conv2d_4 in order, and on Windows their group
    has a backslash in its name.
    """
    names, waiting = [], {}  # {class in snake case: [arrays of its first layer, ...]}
    file.visit(names.append)
    for name in sorted(names, key=lambda name: (len(name), name)):
        if name.startswith(OLD_PLACE) and name.endswith("/vars") and len(file[name]):
            arrays = [file[name][key][()] for key in sorted(file[name], key=int)]
            kind = re.sub(r"_\d+$", "", re.split(r"[\\/]", name)[1])
            waiting.setdefault(kind, []).append(arrays)
    for layer in (layer for layer in model.layers if layer.weights):
        kind = re.sub("(?<=[a-z])([A-Z])|(?<=.)([A-Z][a-z])", r"_\1\2", type(layer).__name__)
        layer.set_weights(waiting.get(kind.lower(), [[]]).pop(0))
    if any(waiting.values()):
        raise UserError("has weights of more layers than its architecture")


def of_one_input(model):
    """The keras.Model itself, or one of the same layers that takes no list of one picture.

    Files of Keras 2 that Keras 3 saved again have such a list.
    """
    if isinstance(model, keras.Sequential) or not isinstance(model.input, list):
        return model
    return keras.Model(model.inputs[0], model.outputs[0], name=model.name)
