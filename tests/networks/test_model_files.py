"""Model files from strangers: each is read correctly or refused in one line with the reason."""
import io
import json
import pickle
import sys
import zipfile

import h5py
import keras
import pytest

from base.errors import UserError
from networks import allowed
from networks.files import read


@pytest.fixture(scope="module")
def members(tmp_path_factory):
    """{name: bytes} of the .keras file of a small model from (48, 48, 1) pixels to 7 classes."""
    inputs = keras.Input((48, 48, 1))
    x = keras.layers.Conv2D(4, 3, strides=4, activation="relu", kernel_regularizer="l2")(inputs)
    x = keras.layers.GlobalAveragePooling2D()(keras.layers.BatchNormalization()(x))
    path = tmp_path_factory.mktemp("members") / "saved.keras"
    keras.Model(inputs, keras.layers.Dense(7, "softmax")(x)).save(path)
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def write(path, members, **options):
    with zipfile.ZipFile(path, "w", **options) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def refusal(path):
    """The one-line message with which a file is refused."""
    with pytest.raises(UserError) as error:
        read(path)
    message = str(error.value)
    assert message.startswith(f"{path}: ") and "\n" not in message and len(message) < 500
    return message


def layer_of(config, class_name):
    """The first layer of a class in config.json."""
    return next(layer for layer in config["config"]["layers"] if layer["class_name"] == class_name)


def weights(change):
    """The bytes of an HDF5 file to which the function `change` has written."""
    content = io.BytesIO()
    with h5py.File(content, "w") as file:
        change(file)
    return content.getvalue()


# No code of a file is run: all that it names is on a list, wherever it stands.

def test_a_lambda_is_not_run(tmp_path):
    inputs = keras.Input((48, 48, 1))
    doubled = keras.layers.Lambda(lambda x: x * 2, output_shape=(48, 48, 1))(inputs)
    x = keras.layers.Flatten()(doubled)
    for name in ("model.keras", "model.h5"):
        keras.Model(inputs, keras.layers.Dense(7)(x)).save(tmp_path / name)
        assert "has the class_name Lambda, which is not read" in refusal(tmp_path / name)


ATTACKS = [
    ({"module": "keras.layers", "class_name": "TextVectorization",
      "config": {"vocabulary": "/etc/passwd"}}, "class_name TextVectorization"),
    ({"class_name": ["Dense"], "config": {}}, r"class_name ['Dense']"),
    ({"class_name": "Dense", "config": {}, "registered_name": "theirs>Dense"},
     "registered_name theirs>Dense"),
    ({"class_name": "Dense", "config": {}, "module": "os"}, "module os"),
    ({"class_name": "function", "config": "eval", "module": "builtins"}, "function eval"),
    ({"class_name": "TFOpLambda", "config": {"function": "io.write_file"}},
     "function io.write_file"),
    ({"activation": "get_file"}, "activation get_file"),
    ({"kernel_regularizer": "deserialize"}, "kernel_regularizer deserialize"),
]
PLACES = {  # where Keras deserialises what it finds
    "layer": lambda config, part: config["config"]["layers"].append(part),
    "activation": lambda config, part: layer_of(config, "Dense")["config"].update(
        activation=part),
    "argument of a call": lambda config, part: layer_of(config, "Dense")["inbound_nodes"][0].update(
        kwargs={"x_init": part}),
    "initializer": lambda config, part: layer_of(config, "Dense")["config"].update(
        kernel_initializer={"config": {"values": [part]}}),
    "dtype": lambda config, part: layer_of(config, "Conv2D")["config"].update(dtype=part),
    "build": lambda config, part: layer_of(config, "Conv2D").update(build_config=part),
    "model inside": lambda config, part: layer_of(config, "Conv2D").update(compile_config=part),
    "name": lambda config, part: layer_of(config, "Conv2D").update(name={"module": part}),
}


@pytest.mark.parametrize(("part", "name"), ATTACKS, ids=[name for _, name in ATTACKS])
@pytest.mark.parametrize("place", PLACES)
def test_what_is_on_no_list_is_refused_wherever_it_stands(members, place, part, name):
    config = json.loads(members["config.json"])
    allowed.check(config["config"])
    PLACES[place](config, part)
    with pytest.raises(UserError) as error:
        allowed.check(config["config"])
    if place != "name":  # where it is a module that is no text
        assert f"has the {name}, which is not read" in str(error.value)


@pytest.mark.parametrize("suffix", [".keras", ".h5", ".json beside .h5"])
def test_every_format_is_checked_before_anything_is_built(tmp_path, members, suffix, monkeypatch):
    config = json.loads(members["config.json"])
    PLACES["argument of a call"](config, ATTACKS[0][0])
    bad = members | {"config.json": json.dumps(config)}
    path = tmp_path / ("model.keras" if suffix == ".keras" else "model.h5")
    if suffix == ".keras":
        write(path, bad)
    elif suffix == ".h5":
        path.write_bytes(weights(
            lambda file: file.attrs.update(model_config=bad["config.json"], keras_version="3.0")))
    else:
        path.with_suffix(".json").write_text(bad["config.json"])
        path.write_bytes(members["model.weights.h5"])
    monkeypatch.setattr(keras.layers.InputLayer, "__init__", None)
    assert "has the class_name TextVectorization" in refusal(path)


def test_how_a_model_was_trained_is_not_built(tmp_path, members):
    loss = {"class_name": "function", "module": "keras.utils", "config": "get_file"}
    config = json.loads(members["config.json"]) | {
        "keras_version": keras.__version__, "compile_config": {"loss": loss}}
    (tmp_path / "model.weights.json").write_text(json.dumps(config))
    (tmp_path / "model.weights.h5").write_bytes(members["model.weights.h5"])
    assert read(tmp_path / "model.weights.h5").classes == 7


def test_channels_first_are_refused_in_a_line(tmp_path):
    layers = [keras.Input((1, 48, 48)), keras.layers.Flatten(data_format="channels_first"),
              keras.layers.Dense(7)]
    keras.Sequential(layers).save(tmp_path / "first.keras")
    assert "its layers take channels first" in refusal(tmp_path / "first.keras")


@pytest.mark.parametrize("classes", [3, 5, 6])
def test_another_number_of_classes_is_named(tmp_path, classes):
    keras.Sequential([keras.Input((48, 48, 1)), keras.layers.Flatten(),
                      keras.layers.Dense(classes)]).save(tmp_path / "model.keras")
    assert f"has {classes} classes; expected the seven emotions, or eight" in refusal(
        tmp_path / "model.keras")


def test_a_file_of_keras_2_without_its_package_says_what_to_install(tmp_path, monkeypatch, members):
    old = members | {"metadata.json": json.dumps({"keras_version": "2.15.0"})}
    monkeypatch.setitem(sys.modules, "tf_keras", None)
    message = refusal(write(tmp_path / "old.keras", old))
    assert "reading it needs tf_keras" in message
    assert message.endswith("pip install -r requirements-optional.txt")


@pytest.mark.parametrize(("change", "reason"), [
    (lambda file: file.create_dataset("a", (8,), "u1", external=[("/etc/passwd", 0, 8)]),
     "its a is a link, or lies in another file"),
    (lambda file: file.update({"a": h5py.ExternalLink("/tmp/other.h5", "/a")}),
     "its a is a link, or lies"),
    (lambda file: file.update({"a": h5py.SoftLink("/b")}), "its a is a link, or lies"),
], ids=["other file", "external link", "soft link"])
@pytest.mark.parametrize("name", ["model.keras", "model.h5"])
def test_weights_that_are_not_plain_arrays_are_refused(tmp_path, members, name, change, reason):
    path = tmp_path / name
    if name == "model.h5":
        config = {"model_config": members["config.json"], "keras_version": "3.15.1"}
        path.write_bytes(weights(lambda file: (change(file), file.attrs.update(config))))
    else:
        write(path, members | {"model.weights.h5": weights(change)})
    assert reason in refusal(path)


# Files of other kinds

class Harmful:
    def __reduce__(self):
        return open, ("pickle-was-run", "w")


def test_no_pickle_is_read_under_any_file_name(tmp_path, monkeypatch, members):
    monkeypatch.chdir(tmp_path)
    for name in ("model.keras", "model.onnx", "model.h5", "model.pth"):
        (tmp_path / name).write_bytes(pickle.dumps(Harmful()))
        refusal(tmp_path / name)
    pickled_weights = members | {"model.weights.h5": pickle.dumps(Harmful())}
    refusal(write(tmp_path / "weights.keras", pickled_weights))
    refusal(write(tmp_path / "model.pt", {"model/data.pkl": pickle.dumps(Harmful())}))
    assert not (tmp_path / "pickle-was-run").exists()


@pytest.mark.parametrize(("content", "reason"), [
    (b"version https://git-lfs.github.com/spec/v1", "of no known kind (begins with b'version http"),
    (b"<!DOCTYPE html>", "(begins with b'<!DOCTYPE ht')"), (b"", "of no known kind"),
    (weights(lambda file: None), "holds weights alone"),
])
def test_a_file_of_another_kind_is_refused(tmp_path, content, reason):
    (tmp_path / "model.h5").write_bytes(content)
    assert reason in refusal(tmp_path / "model.h5")
