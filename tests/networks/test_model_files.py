"""Model files from strangers: each is read correctly or refused in one line with the reason."""
import io
import json
import pickle
import zipfile

import h5py
import keras
import numpy as np
import pytest

import model as network
from base.errors import UserError
from networks import limits
from networks.files import read

NOT_READ = "not a readable model"


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
        read(path)
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


def without_weights(path, *layers, shape=(48, 48, 1)):
    """A file of a Sequential of these layers, whose weights are not in it."""
    described = [{"class_name": "InputLayer", "config": {"batch_shape": [None, *shape]}}]
    described += [{"class_name": name, "config": config} for name, config in layers]
    config = {"class_name": "Sequential", "config": {"name": "attack", "layers": described}}
    return write_architecture(path, config)


def write_architecture(path, config):
    """An HDF5 file, or a JSON file beside one, or a .keras file, of an architecture alone."""
    text, empty = json.dumps(config), weights(lambda file: file.create_group("a"))
    if path.suffix == ".keras":
        return write(path, {"config.json": text, "metadata.json": "{}", "model.weights.h5": empty})
    if path.suffix == ".json":
        path.write_text(text)
        path.with_suffix(".h5").write_bytes(empty)
    else:
        path.write_bytes(weights(lambda file: file.attrs.update(model_config=text)))
    return path


def weights(change):
    """The bytes of an HDF5 file to which the function `change` has written."""
    content = io.BytesIO()
    with h5py.File(content, "w") as file:
        change(file)
    return content.getvalue()


def test_an_ordinary_model_of_another_architecture_is_read(tmp_path, members):
    path = write(tmp_path / "model.keras", members, compression=zipfile.ZIP_DEFLATED)
    model = network.load_model(path)
    assert network.predict(model, np.zeros((2, 48, 48), np.uint8), (2,)).shape == (2, 7)


def test_a_compiled_model_is_read_without_its_optimizer(tmp_path):
    model = keras.Sequential([keras.Input((48, 48, 1)), keras.layers.Flatten(),
                              keras.layers.Dense(7, "softmax")])
    model.compile("adam", "categorical_crossentropy")
    model.fit(np.zeros((2, 48, 48, 1)), np.eye(7)[:2], verbose=0)
    for name in ("model.keras", "model.h5"):
        model.save(tmp_path / name)
        loaded = read(tmp_path / name).keras_model
        assert not loaded.compiled
        for ours, theirs in zip(loaded.get_weights(), model.get_weights(), strict=True):
            np.testing.assert_array_equal(ours, theirs)


def test_a_lambda_is_not_run(tmp_path):
    inputs = keras.Input((48, 48, 1))
    doubled = keras.layers.Lambda(lambda x: x * 2, output_shape=(48, 48, 1))(inputs)
    x = keras.layers.Flatten()(doubled)
    for name in ("model.keras", "model.h5"):
        keras.Model(inputs, keras.layers.Dense(7)(x)).save(tmp_path / name)
        assert "has a layer Lambda, which is not read" in refusal(tmp_path / name)


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
    assert "elsewhere>Dense, which is not read" in refusal(path)
    assert not built


@pytest.mark.parametrize(("part", "name"), [
    ({"module": "keras.layers", "class_name": "TextVectorization",
      "config": {"vocabulary": "/etc/passwd"}}, "TextVectorization"),
    ({"module": "keras.layers", "class_name": "TFSMLayer", "config": {"filepath": "/tmp"}},
     "TFSMLayer"),
    ({"class_name": "__lambda__", "config": {"value": ["4wAA", None, None]}}, "__lambda__"),
    ({"class_name": "__lambda__", "config": "4wAA"}, "__lambda__"),
    ({"class_name": ["Dense"], "config": {}}, r"['Dense']"),
])
def test_anything_but_ordinary_layers_is_refused(tmp_path, members, part, name):
    """Anywhere in the configuration: as a layer, an activation, or an argument of a call."""
    as_layer = changed(members, lambda config: config["config"]["layers"].append(part))
    as_activation = changed(
        members, lambda config: layer_of(config, "Dense")["config"].update(activation=part))
    as_argument = changed(
        members, lambda config: layer_of(config, "Dense")["inbound_nodes"][0].update(kwargs=part))
    for changed_members in (as_layer, as_activation, as_argument):
        assert f"has a layer {name}" in refusal(write(tmp_path / "model.keras", changed_members))


def test_an_activation_is_a_name_or_a_layer_without_weights(tmp_path, members):
    def give(activation):
        return write(tmp_path / "model.keras", changed(members, lambda config: layer_of(
            config, "Conv2D")["config"].update(activation=activation)))

    steep = {"class_name": "LeakyReLU", "config": {"alpha": 0.4}}
    made = read(give(steep)).keras_model.layers[1].activation
    assert made.negative_slope == pytest.approx(0.4)
    assert "has a PReLU as an activation" in refusal(give({"class_name": "PReLU", "config": {}}))
    assert NOT_READ in refusal(give({"class_name": "function", "config": "eval",
                                     "module": "builtins"}))


# Memory and time are bounded by the whole network, before anything of it is built.

MEAN, DENSE = ("GlobalAveragePooling2D", {}), ("Dense", {"units": 16_000})
PAD, DOUBLE = ("ZeroPadding2D", {"padding": 16_000}), ("UpSampling2D", {"size": 16_000})


@pytest.mark.parametrize("name", ["model.keras", "model.h5", "model.json"])
@pytest.mark.parametrize(("layers", "reason"), [
    ([("Flatten", {}), *[DENSE] * 20], "more arrays of 2304 x 16000 than the file"),
    ([PAD, ("PReLU", {})], "more arrays of 32048 x 32048 x 1 than the file"),
    ([PAD, ("Normalization", {"axis": [1, 2, 3]})], "has a Normalization of 3 axes"),
    ([PAD, ("Conv2D", {"filters": 16_000, "kernel_size": 3})], "more arrays of 3 x 3 x 1 x 16000"),
    ([("Conv2D", {"filters": 9, "kernel_size": 16_384, "padding": "same"})],
     "more arrays of 16384 x 16384 x 1 x 9 than the file"),
    ([("Dense", {"units": 10**9})], "units is 1000000000, more than 16,384"),
    ([("Dense", {"units": float("nan")})], "units is nan, more than 16,384"),
    ([PAD, MEAN], "numbers at once"),
    ([DOUBLE, DOUBLE, MEAN], "numbers at once"),
    ([*[DOUBLE] * 30, MEAN], "numbers at once"),  # 10^126 of them
    ([("MaxPooling2D", {"pool_size": 16_000, "strides": 1, "padding": "same"}), MEAN],
     "multiplications"),
    ([("Dropout", {"rate": 0})] * 851, "has 852 layers, more than 850"),
    ([("TextVectorization", {})], "has a layer TextVectorization, which is not read"),
], ids=["dense", "PReLU", "normalization", "filters", "kernel", "units", "nan", "padding",
        "upsampling", "overflow", "pooling", "layers", "class"])
def test_a_network_that_would_fill_the_memory_is_refused(tmp_path, name, layers, reason):
    assert reason in refusal(without_weights(tmp_path / name, *layers))


def test_models_inside_of_models_are_bounded_in_number_and_depth(tmp_path):
    def nested(layers, depth):
        for level in range(depth):
            layers = [{"class_name": "Sequential",
                       "config": {"name": f"s{level}", "layers": layers}}]
        return write_architecture(tmp_path / "nested.h5", layers[0])

    first = {"class_name": "InputLayer", "config": {"batch_shape": [None, 48, 48, 1]}}
    assert "deeper than 8" in refusal(nested([first], 20))
    # which limit is met first depends on the version of Python
    reasons = "deeper than 8", "maximum recursion depth"
    assert any(reason in refusal(nested([first], 250)) for reason in reasons)
    many = [first] + [{"class_name": "Flatten", "config": {}}] * 900
    assert "has 901 layers" in refusal(nested(many, 2))


def test_a_layer_that_is_called_often_counts_as_often(tmp_path):
    double = {"class_name": "UpSampling2D", "name": "double", "config": {"name": "double"}}
    double["inbound_nodes"] = [[["double" if n else "in", max(n - 1, 0), 0, {}]] for n in range(20)]
    first = {"class_name": "InputLayer", "name": "in", "inbound_nodes": [],
             "config": {"name": "in", "batch_shape": [None, 48, 48, 1]}}
    mean = {"class_name": "GlobalAveragePooling2D", "name": "mean", "config": {"name": "mean"},
            "inbound_nodes": [[["double", 19, 0, {}]]]}
    config = {"name": "m", "layers": [first, double, mean], "input_layers": [["in", 0, 0]],
              "output_layers": [["mean", 0, 0]]}
    assert "numbers at once" in refusal(
        write_architecture(tmp_path / "twice.h5", {"class_name": "Functional", "config": config}))


def test_no_initialiser_of_a_file_is_run(tmp_path, members, monkeypatch):
    for name in ("Orthogonal", "GlorotUniform"):
        monkeypatch.setattr(getattr(keras.initializers, name), "__call__", None)
    slow = {"module": "keras.initializers", "class_name": "Orthogonal", "config": {}}
    orthogonal = changed(members, lambda config: layer_of(config, "Dense")["config"].update(
        kernel_initializer=slow))
    assert read(write(tmp_path / "model.keras", orthogonal)).classes == 7


def test_weights_of_other_shapes_are_refused_before_the_build(tmp_path, members):
    def widen(config):
        layer_of(config, "Conv2D")["config"]["filters"] = 5

    assert "more arrays of 3 x 3 x 1 x 5 than the file" in refusal(
        write(tmp_path / "model.keras", changed(members, widen)))


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_weights_that_are_no_numbers_are_refused(tmp_path, value):
    model = keras.Sequential([keras.Input((48, 48, 1)), keras.layers.Flatten(),
                              keras.layers.Dense(7)])
    model.set_weights([np.full((2304, 7), value), np.zeros(7)])
    model.save(tmp_path / "model.keras")
    assert "has weights that are not finite numbers" in refusal(tmp_path / "model.keras")


# Archives

def test_a_member_that_would_fill_the_memory_is_refused(tmp_path, members, monkeypatch):
    bomb = members | {"config.json": bytes(limits.MOST_TEXT + 1)}
    path = write(tmp_path / "bomb.keras", bomb, compression=zipfile.ZIP_DEFLATED)
    assert path.stat().st_size < 100_000
    assert "has 5,000,001 bytes of config.json, more than 5,000,000" in refusal(path)


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_members_that_unpack_without_a_limit_are_refused(tmp_path, members, method):
    path = write(tmp_path / "model.keras", members, compression=method)
    assert "neither stored nor deflated" in refusal(path)


def test_a_member_larger_than_it_says_is_refused(tmp_path, members):
    path = write(tmp_path / "model.keras", members | {"config.json": bytes(4_000_000)},
                 compression=zipfile.ZIP_DEFLATED)
    size, understated = (4_000_000).to_bytes(4, "little"), (1_000).to_bytes(4, "little")
    path.write_bytes(path.read_bytes().replace(size, understated))
    assert "Bad CRC-32" in refusal(path)


@pytest.mark.parametrize("extra", ["../escaped.txt", "assets/vocabulary.txt", "model.weights.npz"])
def test_members_that_do_not_belong_there_are_refused(tmp_path, members, extra):
    message = refusal(write(tmp_path / "model.keras", {extra: b""} | members))
    assert f"contains {extra}" in message.replace("config.json, metadata.json, model.weights.h5, ",
                                                  "")
    assert [path.name for path in tmp_path.iterdir()] == ["model.keras"]


def test_a_file_with_two_configs_is_refused(tmp_path, members):
    path = write(tmp_path / "model.keras", members)
    with pytest.warns(UserWarning, match="Duplicate name"), zipfile.ZipFile(path, "a") as archive:
        archive.writestr("config.json", "{}")
    assert "contains config.json, config.json" in refusal(path)


# HDF5

def groups(count):
    return lambda file: [file.create_group(f"{number:06}") for number in range(count)]


def circle(file):
    file.create_group("a").update({"itself": file["a"]})


@pytest.mark.parametrize(("change", "reason"), [
    (lambda file: file.create_dataset("a", (10**9,), "f8"), "declares more than 640,000,000 bytes"),
    (lambda file: file.create_dataset("a", (10**9,), "f8", compression="gzip"), "declares more"),
    (lambda file: file.create_dataset("a", (8,), "u1", external=[("/etc/passwd", 0, 8)]),
     "its a lies in another file"),
    (lambda file: file.update({"a": h5py.ExternalLink("/tmp/other.h5", "/a")}),
     "its a is a link to another place"),
    (lambda file: file.update({"a": h5py.SoftLink("/b")}), "its a is a link to another place"),
    (lambda file: file.create_dataset("a", (9,), h5py.vlen_dtype("f4")), "its a is no array of"),
    (lambda file: file.update({"a": np.dtype("f4")}), "its a lies in another file, or is no array"),
    (circle, "has more than 5,000 parts, or parts deeper than 12"),
    (groups(20_000), "has more than 5,000 parts, or parts deeper than 12"),
    (lambda file: file.create_group("/".join("a" * 200)), "parts deeper than 12"),
], ids=["huge", "compressed", "other file", "external link", "soft link", "variable length", "type",
        "circle", "groups", "deep"])
@pytest.mark.parametrize("name", ["model.keras", "model.h5"])
def test_weights_that_are_not_plain_arrays_are_refused(tmp_path, members, name, change, reason):
    content = weights(change)
    path = tmp_path / name
    if name == "model.h5":
        path.write_bytes(content)
    else:
        write(path, members | {"model.weights.h5": content})
    assert reason in refusal(path)


def test_reading_that_would_fill_the_memory_is_ended(tmp_path):
    """Four thousand texts in one place: 1 MB in the file, 4 GB in memory."""
    texts = np.array(["a" * 1_000_000] + ["b"] * 3_999, object)
    content = weights(lambda file: file.attrs.create("layer_names", texts,
                                                     dtype=h5py.string_dtype()))
    start = content.index((1_000_000).to_bytes(4, "little"))  # length, place and number of a text
    cells = content[start:start + 16] * len(texts)
    (tmp_path / "shared.h5").write_bytes(content[:start] + cells + content[start + len(cells):])
    message = refusal(tmp_path / "shared.h5")
    assert "memory allocation failed" in message or "took more than 8 s or 1.25 GB" in message


class Harmful:
    def __reduce__(self):
        return open, ("pickle-was-run", "w")


def test_no_pickle_is_read_under_any_file_name(tmp_path, monkeypatch, members):
    monkeypatch.chdir(tmp_path)
    for name in ("model.keras", "model.onnx", "model.h5"):
        (tmp_path / name).write_bytes(pickle.dumps(Harmful()))
        assert "a pickle, which can run any code" in refusal(tmp_path / name)
    pickled_weights = members | {"model.weights.h5": pickle.dumps(Harmful())}
    refusal(write(tmp_path / "weights.keras", pickled_weights))
    assert not (tmp_path / "pickle-was-run").exists()


def test_no_module_beside_the_model_is_imported(tmp_path, monkeypatch, members):
    """Programs are started in any folder, also in one of downloads."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "h5py.py").write_text("open('module-was-run', 'w')")
    assert read(write(tmp_path / "model.keras", members)).classes == 7
    assert not (tmp_path / "module-was-run").exists()


@pytest.mark.parametrize("text", [
    "", "[]", "{", "null", "[" * 100_000, '{"class_name": "Functional"}', "\udcff"])
def test_a_config_that_is_not_a_model_is_refused(tmp_path, members, text):
    content = text.encode("utf-8", "surrogatepass")
    assert NOT_READ in refusal(write(tmp_path / "model.keras", members | {"config.json": content}))


@pytest.mark.parametrize(("content", "reason"), [
    (b"version https://git-lfs.github.com/spec/v1", "a Git LFS pointer"), (b"<!DOCTYPE", "an HTML"),
    (b"\x93NUMPY\x01", "a NumPy array"), (b"", "of no known kind"), (b"\x00" * 50, "no known kind"),
])
def test_a_file_of_another_kind_is_called_what_it_is(tmp_path, content, reason):
    (tmp_path / "model.h5").write_bytes(content)
    assert reason in refusal(tmp_path / "model.h5")
