"""Models as others have them give the answers that they gave there, and are explained."""
import importlib.util
import io
import re
import subprocess
import sys
import zipfile

import h5py
import keras
import numpy as np
import pytest

import fer2013
from base.errors import UserError
from fer2013 import EMOTIONS, included
from networks import export, keras_files
from networks.files import read
from networks.network import open_network
from networks.preprocessing import names_of
from tests.support import ROOT

layers, MODELS = keras.layers, ROOT.parent / "shared" / "models"


@pytest.fixture(scope="module")
def theirs(tmp_path_factory):
    """A folder with models that Keras 2 wrote, and one small classifier in every format."""
    folder = tmp_path_factory.mktemp("theirs")
    model = classifier()
    model.save(folder / "theirs.keras")
    export.write(model, "litert", folder / "theirs.tflite")
    if importlib.util.find_spec("tf2onnx"):
        export.write(model, "onnx", folder / "theirs.onnx")
    if importlib.util.find_spec("tf_keras"):
        subprocess.run([sys.executable, ROOT / "tests/networks/keras_2.py", folder], check=True)
    return folder


def classifier():
    """A linear network that knows the composites: pixels / 255, labels in alphabetical order."""
    faces = fer2013.open(included.COMPOSITES).split("test")
    order = [names_of("alphabetical", 7).index(EMOTIONS[label]) for label in faces.labels]
    features = faces.pixels.reshape(-1, 12, 4, 12, 4).mean(axis=(2, 4)).reshape(-1, 144) / 255
    features = np.concatenate([features, np.ones((len(features), 1))], axis=1)  # (n, 145)
    ridge = features.T @ features + 0.01 * np.eye(145)
    solved = np.linalg.solve(ridge, features.T @ (20 * np.eye(7)[order] - 10))  # (145, 7)
    model = keras.Sequential([keras.Input((48, 48, 1)), layers.Conv2D(1, 1, use_bias=False),
                              layers.AveragePooling2D(4), layers.Flatten(),
                              layers.Dense(7, "softmax")])
    model.set_weights([np.ones((1, 1, 1, 1)), solved[:-1], solved[-1]])
    return model


@pytest.mark.parametrize("name", ["plain", "transfer", "preprocessed"])
@pytest.mark.parametrize("suffix", [".h5", ".keras", "_apart.h5"])
def test_a_model_that_keras_2_wrote_gives_its_answers(theirs, name, suffix):
    pytest.importorskip("tf_keras", reason="needs requirements-dev.txt")
    raw, known = read(theirs / f"{name}{suffix}"), np.load(theirs / f"{name}.npz")
    assert np.ptp(known["answers"], axis=0).max() > 1e-4  # not the same for every picture
    np.testing.assert_allclose(raw.call(known["pictures"]), known["answers"], rtol=1e-3, atol=1e-5)
    assert re.search(r"of Keras 2\.\d+", raw.form)


def test_an_archive_of_keras_2_13_which_numbers_layers_its_own_way_is_read(theirs, tmp_path):
    pytest.importorskip("tf_keras", reason="needs requirements-dev.txt")
    with zipfile.ZipFile(theirs / "plain.keras") as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    content = io.BytesIO()
    with (h5py.File(io.BytesIO(members["model.weights.h5"])) as file,
          h5py.File(content, "w") as old):
        for name, group in file["layers"].items():
            file.copy(group, old, f"{keras_files.OLD_PLACE}\\{name}")
    members["model.weights.h5"] = content.getvalue()
    with zipfile.ZipFile(tmp_path / "old.keras", "w") as archive:
        for name, part in members.items():
            archive.writestr(name, part)
    raw, known = read(tmp_path / "old.keras"), np.load(theirs / "plain.npz")
    np.testing.assert_allclose(raw.call(known["pictures"]), known["answers"], rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("suffix", [".keras", ".tflite", ".onnx"])
def test_the_preprocessing_of_each_format_is_found(suffix, theirs):
    path = theirs / f"theirs{suffix}"
    if not path.exists():
        pytest.skip("needs requirements-optional.txt")
    network = open_network(path)
    assert f"theirs{suffix}: pixels / 255, labels in alphabetical order (" in network.caption
    assert (network.keras_model is not None) == (suffix == ".keras")


@pytest.mark.parametrize(("size", "channels", "classes", "suffix"), [
    (96, 3, 7, ".h5"), (224, 3, 8, ".keras")])
def test_transfer_models_of_any_size_are_read(size, channels, classes, suffix, tmp_path):
    arithmetic = suffix == ".keras"  # which Keras 3 does not read from its own HDF5 files
    inputs = keras.Input((size, size, channels))
    x = inputs * 2.0 / 3 - 0.5 + 1 if arithmetic else inputs
    x = layers.DepthwiseConv2D(5, strides=4)(layers.ZeroPadding2D(2)(x))
    x = layers.Multiply()([x, layers.Dense(channels, "hard_sigmoid")(layers.PReLU()(x))])
    inner = keras.Model(inputs, layers.LayerNormalization()(x))
    model = keras.Sequential([keras.Input((size, size, channels)), layers.RandomFlip(), inner,
                              layers.GlobalMaxPooling2D(), layers.Dense(classes)])
    pictures = np.random.default_rng(0).random((3, size, size, channels), np.float32)
    model.save(tmp_path / f"transfer{suffix}")
    raw = read(tmp_path / f"transfer{suffix}")
    assert (raw.input_shape, raw.classes) == ((size, size, channels), classes)
    np.testing.assert_allclose(raw.call(pictures), model.predict(pictures, verbose=0),
                               rtol=1e-4, atol=1e-5)


def onnx_of(path, shape, batch="n"):
    """An ONNX file, as torch writes them: channels first, and logits."""
    onnx = pytest.importorskip("onnx")
    pytest.importorskip("onnxruntime")
    helper, random = onnx.helper, np.random.default_rng(0)
    values = {"k": random.normal(size=(8, shape[0], 3, 3)), "w": random.normal(size=(8, 7)) * 9}
    nodes = [helper.make_node("Conv", ["x", "k"], ["c"], strides=[2, 2]),
             helper.make_node("Relu", ["c"], ["r"]),
             helper.make_node("GlobalAveragePool", ["r"], ["p"]),
             helper.make_node("Flatten", ["p"], ["f"]),
             helper.make_node("MatMul", ["f", "w"], ["y"])]
    graph = helper.make_graph(
        nodes, "torch",
        [helper.make_tensor_value_info("x", onnx.TensorProto.FLOAT, [batch, *shape])],
        [helper.make_tensor_value_info("y", onnx.TensorProto.FLOAT, [batch, 7])],
        [onnx.numpy_helper.from_array(value.astype("float32"), name)
         for name, value in values.items()])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)],
                                ir_version=9), path)
    return path


@pytest.mark.parametrize(("shape", "batch"), [((1, 48, 48), "n"), ((3, 224, 224), 1),
                                              ((1, 64, 64), 4)])
def test_onnx_with_channels_first_and_logits_is_read(shape, batch, tmp_path):
    raw = read(onnx_of(tmp_path / "torch.onnx", shape, batch=batch))
    assert raw.input_shape == (*shape[1:], shape[0])
    pictures = np.random.default_rng(0).random((9, *raw.input_shape), np.float32)
    one_by_one = np.concatenate([raw.call(picture[None]) for picture in pictures])
    np.testing.assert_allclose(raw.call(pictures), one_by_one, rtol=1e-3)
    assert one_by_one.shape == (9, 7) and np.ptp(one_by_one, axis=0).min() > 0


def test_onnx_whose_weights_lie_in_another_file_is_refused(tmp_path):
    onnx = pytest.importorskip("onnx")
    path = onnx_of(tmp_path / "apart.onnx", (1, 48, 48))
    onnx.save(onnx.load(path), path, save_as_external_data=True, size_threshold=0,
              location="apart.onnx.data")
    with pytest.raises(UserError, match="its weights lie in another file; onnx.save"):
        read(path)


def test_a_tflite_network_of_integers_is_refused(tmp_path):
    import tensorflow

    converter = tensorflow.lite.TFLiteConverter.from_keras_model(classifier())
    converter.optimizations = [tensorflow.lite.Optimize.DEFAULT]
    faces = np.random.default_rng(0).random((20, 1, 48, 48, 1), np.float32)
    converter.representative_dataset = lambda: ([face] for face in faces)
    converter.target_spec.supported_ops = [tensorflow.lite.OpsSet.TFLITE_BUILTINS_INT8]
    converter.inference_output_type = tensorflow.int8
    (tmp_path / "int8.tflite").write_bytes(converter.convert())
    with pytest.raises(UserError, match="takes or gives integers; expected float32"):
        read(tmp_path / "int8.tflite")


@pytest.mark.skipif(not MODELS.exists(), reason="needs the models of benchmarks/own_models.md")
def test_models_from_elsewhere_are_read_as_the_table_says():
    table = (ROOT / "benchmarks" / "own_models.md").read_text("utf-8")
    for name, expected in re.findall(r"^\| (model\S+) \|[^|]*\| (.*?)(?: \(|:)", table, re.M):
        try:
            found = open_network(MODELS / name).preprocessing.words()
        except UserError:
            found = "refused"
        assert found.split(" (")[0] == expected, name
