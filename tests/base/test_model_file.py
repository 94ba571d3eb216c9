"""Model files from strangers: each is read correctly or refused in one line."""
import io
import json
import pickle
import zipfile

import h5py
import numpy as np
import pytest

import model as network
from base import model_file
from base.errors import UserError
from fer2013 import bundled

keras = network.keras
EXPECTED = "not a readable Keras model"
NOT_PLAIN = "weights a are comp"


@pytest.fixture(scope="module")
def members(tmp_path_factory):
    """The files in the .keras file of a small model from (48, 48, 1) pixels to 7 classes."""
    inputs = keras.Input((48, 48, 1))
    x = keras.layers.Conv2D(4, 3, strides=4, activation="relu", kernel_regularizer="l2")(inputs)
    x = keras.layers.GlobalAveragePooling2D()(keras.layers.BatchNormalization()(x))
    model = keras.Model(inputs, keras.layers.Dense(7, "softmax")(x))
    return members_of(model, tmp_path_factory.mktemp("members"))


def members_of(model, folder):
    """{name: bytes} of the files in a model's .keras file."""
    model.save(folder / "saved.keras")
    with zipfile.ZipFile(folder / "saved.keras") as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def write(path, members, **options):
    with zipfile.ZipFile(path, "w", **options) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def refusal(path):
    """The one-line message with which a file is refused."""
    with pytest.raises(UserError) as error:
        network.load_model(path)
    message = str(error.value)
    assert message.startswith(f"{path}: ") and "\n" not in message and len(message) < 500
    return message


def changed(members, change):
    """The members, with config.json changed by the function `change`."""
    config = json.loads(members["config.json"])
    change(config)
    return members | {"config.json": json.dumps(config)}


def layer_of(config, class_name):
    """The first layer of a class in config.json."""
    return next(layer for layer in config["config"]["layers"] if layer["class_name"] == class_name)


def test_an_ordinary_model_of_another_architecture_is_read(tmp_path, members):
    path = write(tmp_path / "model.keras", members, compression=zipfile.ZIP_DEFLATED)
    model = network.load_model(path)
    assert network.predict(model, np.zeros((2, 48, 48), np.uint8), (2,)).shape == (2, 7)


def test_a_compiled_model_is_read_without_its_optimizer(tmp_path):
    model = keras.Sequential([keras.Input((48, 48, 1)), keras.layers.Flatten(),
                              keras.layers.Dense(7, "softmax")])
    model.compile("adam", "categorical_crossentropy")
    model.fit(np.zeros((2, 48, 48, 1)), np.eye(7)[:2], verbose=0)
    model.save(tmp_path / "model.keras")
    assert not network.load_model(tmp_path / "model.keras").compiled


def test_a_lambda_is_not_run(tmp_path):
    inputs = keras.Input((48, 48, 1))
    doubled = keras.layers.Lambda(lambda x: x * 2, output_shape=(48, 48, 1))(inputs)
    x = keras.layers.Flatten()(doubled)
    keras.Model(inputs, keras.layers.Dense(7)(x)).save(tmp_path / "model.keras")
    assert "has a Lambda, which is not allowed" in refusal(tmp_path / "model.keras")


def test_a_class_that_the_program_has_registered_is_not_built(tmp_path, members):
    built = []

    @keras.saving.register_keras_serializable("elsewhere")
    class Dense(keras.layers.Dense):
        def __init__(self, *args, **options):
            built.append(True)
            super().__init__(*args, **options)

    inputs = keras.Input((48, 48, 1))
    model = keras.Model(inputs, Dense(7)(keras.layers.Flatten()(inputs)))
    built.clear()
    path = write(tmp_path / "model.keras", members_of(model, tmp_path))
    assert "which is not allowed" in refusal(path)
    disguised = changed(members, lambda config: layer_of(config, "Dense").update(
        registered_name="elsewhere>Dense"))
    path = write(tmp_path / "disguised.keras", disguised)
    assert "elsewhere>Dense, which is not allowed" in refusal(path)
    assert not built


@pytest.mark.parametrize(("part", "name"), [
    ({"module": "keras.layers", "class_name": "TextVectorization",
      "config": {"vocabulary": "/etc/passwd"}}, "TextVectorization"),
    ({"module": "keras.layers", "class_name": "TFSMLayer", "config": {"filepath": "/tmp"}},
     "TFSMLayer"),
    ({"module": "builtins", "class_name": "function", "config": "eval",
      "registered_name": "function"}, "function"),
    ({"module": "os", "class_name": "Dense", "config": {}}, "Dense from os"),
    ({"module": "keras.src.utils.file_utils", "class_name": "Dense", "config": {}},
     "Dense from keras.src.utils"),
    ({"class_name": "__lambda__", "config": {"value": ["4wAA", None, None]}}, "__lambda__"),
    ({"class_name": ["Dense"], "config": {}}, r"['Dense']"),
])
def test_anything_but_ordinary_layers_is_refused(tmp_path, members, part, name):
    """Anywhere in the configuration: here as a layer, and as a layer's activation."""
    as_layer = changed(members, lambda config: config["config"]["layers"].append(part))
    as_activation = changed(
        members, lambda config: layer_of(config, "Dense")["config"].update(activation=part))
    assert f"has a {name}" in refusal(write(tmp_path / "layer.keras", as_layer))
    assert f"has a {name}" in refusal(write(tmp_path / "activation.keras", as_activation))


def test_a_layer_that_would_fill_the_memory_is_refused(tmp_path, members):
    def widen(config):
        layer_of(config, "Dense")["config"]["units"] = 10**9

    path = write(tmp_path / "model.keras", changed(members, widen))
    assert "units is 1000000000, more than 16,384" in refusal(path)


def test_weights_of_other_shapes_are_refused(tmp_path, members):
    def widen(config):
        layer_of(config, "Conv2D")["config"]["filters"] = 5

    assert EXPECTED in refusal(write(tmp_path / "model.keras", changed(members, widen)))


def test_a_model_for_another_input_is_refused(tmp_path):
    path = tmp_path / "other.keras"
    keras.Sequential([keras.Input((8,)), keras.layers.Dense(2)]).save(path)
    assert "expected a model from (48, 48, 1) to 7 classes, found (None, 8)" in refusal(path)


def test_a_member_that_would_fill_the_memory_is_refused(tmp_path, members):
    bomb = members | {"model.weights.h5": bytes(model_file.MEMBERS["model.weights.h5"] + 1)}
    path = write(tmp_path / "bomb.keras", bomb, compression=zipfile.ZIP_DEFLATED)
    assert path.stat().st_size < 1_000_000
    assert "model.weights.h5 has 200,000,001 bytes, more than 200,000,000" in refusal(path)


@pytest.mark.parametrize("extra", ["../escaped.txt", "assets/vocabulary.txt", "model.weights.npz"])
def test_members_that_do_not_belong_there_are_refused(tmp_path, members, extra):
    message = refusal(write(tmp_path / "model.keras", {extra: b""} | members))
    expected = "config.json, metadata.json, model.weights.h5, "
    assert f"contains {extra}" in message.replace(expected, "")
    assert [path.name for path in tmp_path.iterdir()] == ["model.keras"]


def test_a_file_with_two_configs_is_refused(tmp_path, members):
    path = write(tmp_path / "model.keras", members)
    with pytest.warns(UserWarning, match="Duplicate name"), zipfile.ZipFile(path, "a") as archive:
        archive.writestr("config.json", "{}")
    assert "contains config.json, config.json" in refusal(path)


def weights(change):
    """The bytes of an HDF5 file to which the function `change` has written."""
    content = io.BytesIO()
    with h5py.File(content, "w") as file:
        change(file)
    return content.getvalue()


@pytest.mark.parametrize(("change", "expected"), [
    (lambda file: file.create_dataset("a", (10**9,), "f8"), "declares 8,000,000,000 bytes"),
    (lambda file: file.create_dataset("a", (10**6,), "f8", compression="gzip"), NOT_PLAIN),
    (lambda file: file.create_dataset("a", (8,), "u1", external=[("/etc/passwd", 0, 8)]),
     NOT_PLAIN),
    (lambda file: file.update({"a": h5py.ExternalLink("/tmp/other.h5", "/a")}), NOT_PLAIN),
    (lambda file: file.update({"a": h5py.SoftLink("/b")}), NOT_PLAIN),
    # following this one would not end
    (lambda file: file.create_group("a").update({"itself": file["a"]}), EXPECTED),
], ids=["huge", "compressed", "other file", "external link", "soft link", "circle"])
def test_weights_that_are_not_plain_arrays_are_refused(tmp_path, members, change, expected):
    changed_weights = members | {"model.weights.h5": weights(change)}
    assert expected in refusal(write(tmp_path / "model.keras", changed_weights))


class Harmful:
    def __reduce__(self):
        return open, ("pickle-was-run", "w")


def test_no_pickle_is_read_under_any_file_name(tmp_path, monkeypatch, members):
    monkeypatch.chdir(tmp_path)
    for name in ("model.keras", "model.pkl", "model.h5"):
        (tmp_path / name).write_bytes(pickle.dumps(Harmful()))
        refusal(tmp_path / name)
    pickled_weights = members | {"model.weights.h5": pickle.dumps(Harmful())}
    refusal(write(tmp_path / "weights.keras", pickled_weights))
    assert not (tmp_path / "pickle-was-run").exists()


def test_a_legacy_file_is_refused_under_both_names(tmp_path, members):
    content = weights(lambda file: file.attrs.update(model_config=members["config.json"]))
    for name in ("model.keras", "model.h5"):
        (tmp_path / name).write_bytes(content)
        refusal(tmp_path / name)
    archive = write(tmp_path / "zip.keras", members).read_bytes()
    (tmp_path / "both.h5").write_bytes(content + archive)  # both an HDF5 file and a zip
    assert "expected a .keras file" in refusal(tmp_path / "both.h5")


@pytest.mark.parametrize("text", [
    "", "[]", "{", "null", "[" * 100_000, '{"class_name": "Functional"}', "\udcff"])
def test_a_config_that_is_not_a_model_is_refused(tmp_path, members, text):
    content = text.encode("utf-8", "surrogatepass")
    assert EXPECTED in refusal(write(tmp_path / "model.keras", members | {"config.json": content}))


@pytest.mark.parametrize("share", [0, 0.001, 0.5, 0.99, 0.999999])
def test_a_cut_off_file_is_refused(tmp_path, share):
    content = bundled.PRETRAINED.read_bytes()
    (tmp_path / "model.keras").write_bytes(content[:int(len(content) * share)])
    assert EXPECTED in refusal(tmp_path / "model.keras")


def test_a_damaged_file_is_read_correctly_or_refused(tmp_path, members):
    whole = write(tmp_path / "whole.keras", members).read_bytes()
    pixels = np.random.default_rng(0).integers(0, 256, (2, 48, 48), np.uint8)
    expected = network.predict(network.load_model(tmp_path / "whole.keras"), pixels, (2,))
    random, refused = np.random.default_rng(1), 0
    for _ in range(20):
        content = bytearray(whole)
        content[random.integers(len(whole))] ^= random.integers(1, 256)
        (tmp_path / "model.keras").write_bytes(content)
        try:
            model = network.load_model(tmp_path / "model.keras")
        except UserError as error:
            refused += "\n" not in str(error)
        else:
            assert np.array_equal(network.predict(model, pixels, (2,)), expected)
    assert refused > 10


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_members_that_unpack_without_a_limit_are_refused(tmp_path, method):
    with zipfile.ZipFile(tmp_path / "model.keras", "w", method) as archive:
        for name in model_file.MEMBERS:
            archive.writestr(name, b"{}")
    with pytest.raises(UserError, match="neither stored nor deflated"):
        model_file.check(tmp_path / "model.keras")
