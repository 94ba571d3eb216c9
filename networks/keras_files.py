"""Keras models as files have them: .keras archives, and HDF5 files of Keras 2 and 3.

What a file names is checked against a list (allowed.py) and where its arrays lie is checked, both
before anything is built. Then the version of Keras that wrote a file reads it: Keras 2 computes
some activations otherwise, and its files need the package tf_keras.
"""
import io
import json
import re
import zipfile

import h5py
import keras
import numpy as np

from base.errors import UserError
from networks import allowed
from networks.raw import RawNetwork, batch_sizes, in_batches, one_picture
from networks.sharing import call_of

MEMBERS = ["config.json", "metadata.json", "model.weights.h5"]  # of a .keras file
OLD_PLACE = "_layer_checkpoint_dependencies"  # of layers in the archives of Keras 2.12 and 2.13


def read(path, digest):
    """The RawNetwork of a Keras file; UserError for what is not to be built."""
    config, version, weights = parts_of(path)
    config.pop("compile_config", None)  # how the model was trained is not built
    allowed.check(config)
    with h5py.File(io.BytesIO(weights)) as file:
        check_arrays(file)
        model = build(path, config, version, file)
    shape = one_picture([each.shape for each in model.inputs], len(model.outputs))
    model(np.zeros((1, *shape), np.float32), training=False)  # raises what it cannot compute
    native = isinstance(model, keras.Model)
    if native:  # in place of a list of one input, which Keras 2 had
        model = keras.Model(model.inputs[0], model.outputs[0], name=model.name)
    call = call_of(model) if native else lambda pictures: in_batches(
        model.predict_on_batch, pictures, batch_sizes(shape[0]))
    return RawNetwork(str(path), f"a file of Keras {version}", shape, model.outputs[0].shape[-1],
                      call, model if native else None, digest)


def parts_of(path):
    """A model's configuration, the version of Keras that wrote it, and the bytes of its HDF5."""
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            config, metadata, weights = map(archive.read, MEMBERS)
        return json.loads(config), json.loads(metadata)["keras_version"], weights
    with h5py.File(path) as file:
        config, version = file.attrs.get("model_config"), file.attrs.get("keras_version")
    beside = path.with_suffix(".json")
    if not config and not beside.is_file():
        raise UserError("holds weights alone; expected a whole model (model.save), or the "
                        f"architecture (model.to_json) beside it as {beside.name}")
    config = json.loads(config or beside.read_text("utf-8"))
    version = version or config.get("keras_version", "1")
    return config, version.decode() if isinstance(version, bytes) else version, path.read_bytes()


def check_arrays(file):
    """UserError unless each array lies in the HDF5 file itself."""
    names = []
    file.visit_links(names.append)
    for name in names:
        link = not isinstance(file.get(name, getlink=True), h5py.HardLink)
        if link or isinstance(file[name], h5py.Dataset) and (
                file[name].external or file[name].is_virtual):
            raise UserError(f"its {name[:60]} is a link, or lies in another file")


def build(path, config, version, file):
    """The keras.Model, or that of tf_keras, of a checked configuration, with the file's weights."""
    package = keras
    if not version.startswith("3"):
        import tf_keras as package  # in which Keras 2 lives on; it is optional
    elif "model_config" in file.attrs:  # of a form that model_from_json() does not read
        return keras.models.load_model(path, compile=False, safe_mode=True)
    model = package.models.model_from_json(json.dumps(config))
    if any(name.startswith(OLD_PLACE) for name in file):
        load_old_weights(model, file)
    else:
        model.load_weights(path)
    return model


def load_old_weights(model, file):
    """Load the weights of an archive of Keras 2.12 or 2.13, which numbers layers its own way.

    There the layers of a class are conv2d, conv2d_2, conv2d_4; Windows has backslashes before them.
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
