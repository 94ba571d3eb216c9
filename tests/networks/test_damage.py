"""Damaged model files of every format are read as they were, or refused in one line."""
import keras
import numpy as np
import pytest

from base.errors import Refused, UserError
from networks import apart, export, files, keras_files, limits
from networks.files import read

FORMATS = (".keras", ".h5", ".tflite", ".onnx")


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    return write_small(tmp_path_factory.mktemp("whole"))


def write_small(folder):
    """{suffix: path} of one small network, written in every format."""
    model = keras.Sequential([
        keras.Input((48, 48, 1)), keras.layers.Conv2D(2, 3, strides=4, activation="relu"),
        keras.layers.Flatten(), keras.layers.Dense(7, "softmax")])
    paths = {suffix: folder / f"small{suffix}" for suffix in FORMATS}
    model.save(paths[".keras"])
    model.save(paths[".h5"])
    export.write_tflite(model, paths[".tflite"], {})
    try:
        export.write_onnx(model, paths[".onnx"], {})
    except ImportError:
        del paths[".onnx"]
    return paths


def answers(raw):
    pictures = np.random.default_rng(0).random((3, 48, 48, 1), np.float32)
    return raw.call(pictures)


def read_or_refuse(path):
    """The RawNetwork, or None where it is refused in a line."""
    try:
        return read(path)
    except UserError as error:
        assert str(error).startswith(f"{path}: ") and "\n" not in str(error)
        return None


@pytest.mark.parametrize("suffix", FORMATS)
def test_a_cut_off_file_is_refused(suffix, whole, tmp_path):
    if suffix not in whole:
        pytest.skip("needs requirements-optional.txt")
    content = whole[suffix].read_bytes()
    path = tmp_path / f"cut{suffix}"
    for share in (0.01, 0.5, 0.9):
        path.write_bytes(content[:int(len(content) * share)])
        assert read_or_refuse(path) is None


@pytest.mark.parametrize("suffix", FORMATS)
def test_flipped_bits_are_survived(suffix, whole, tmp_path):
    """Numbers may change without a trace where a format has no checksum; shapes may not."""
    if suffix not in whole:
        pytest.skip("needs requirements-optional.txt")
    content, random = whole[suffix].read_bytes(), np.random.default_rng(1)
    expected, path = answers(read(whole[suffix])), tmp_path / f"flipped{suffix}"
    for _ in range(12):
        damaged = bytearray(content)
        damaged[random.integers(min(len(content), 3_000))] ^= 1 << random.integers(8)
        path.write_bytes(damaged)
        raw = read_or_refuse(path)
        if raw is not None:
            try:
                assert answers(raw).shape == expected.shape
            except UserError as error:
                assert "crashed" in str(error)
        if raw is not None and suffix == ".keras":  # a zip has checksums
            np.testing.assert_array_equal(answers(raw), expected)


@pytest.mark.parametrize("suffix", FORMATS)
def test_a_file_larger_than_any_model_is_refused_by_its_size(suffix, whole, tmp_path):
    if suffix not in whole:
        pytest.skip("needs requirements-optional.txt")
    path = tmp_path / f"huge{suffix}"
    with path.open("wb") as file:
        file.write(whole[suffix].read_bytes())
        file.truncate(10**10)  # takes no place on the disk
    with pytest.raises(UserError, match="has 10,000,000,000 bytes, more than"):
        read(path)


def huge_onnx(path, sides):
    """An ONNX network that makes an array of these sides from no data, then seven answers."""
    onnx = pytest.importorskip("onnx")
    pytest.importorskip("onnxruntime")
    helper, numbers = onnx.helper, onnx.TensorProto
    nodes = [
        helper.make_node("ConstantOfShape", ["sides"], ["huge"]),
        helper.make_node("ReduceSum", ["huge"], ["sum"], keepdims=0),
        helper.make_node("Flatten", ["x"], ["flat"]),
        helper.make_node("Add", ["flat", "sum"], ["added"]),
        helper.make_node("MatMul", ["added", "w"], ["y"])]
    zeros = onnx.numpy_helper.from_array(np.zeros((2304, 7), np.float32), "w")
    graph = helper.make_graph(
        nodes, "huge", [helper.make_tensor_value_info("x", numbers.FLOAT, ["n", 1, 48, 48])],
        [helper.make_tensor_value_info("y", numbers.FLOAT, ["n", 7])],
        [zeros, onnx.numpy_helper.from_array(np.array(sides, np.int64), "sides")])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)],
                                ir_version=9), path)


def test_a_network_of_onnx_that_would_fill_the_memory_is_refused(tmp_path):
    huge_onnx(tmp_path / "small.onnx", [10, 10])
    assert read(tmp_path / "small.onnx").classes == 7
    huge_onnx(tmp_path / "huge.onnx", [100_000, 100_000])
    with pytest.raises(UserError, match="huge.onnx: "):
        read(tmp_path / "huge.onnx")


def test_a_process_that_ends_while_it_is_asked_is_a_line(whole, monkeypatch):
    started = []
    monkeypatch.setattr(files, "Process",
                        lambda *paths: started.append(apart.Process(*paths)) or started[0])
    raw = read(whole[".tflite"])
    assert np.isfinite(answers(raw)).all()
    started[0].process.kill()
    with pytest.raises(UserError, match="small.tflite: reading it crashed"):
        answers(raw)


def test_batches_get_smaller_where_pictures_cost_more():
    small = keras.Sequential([keras.Input((48, 48, 1)), keras.layers.Conv2D(64, 3)])
    assert limits.batch_sizes(small) == limits.BATCHES
    large = keras.Sequential([keras.Input((224, 224, 3)),
                              keras.layers.Conv2D(64, 3, padding="same")])
    assert limits.batch_sizes(large) == (1, 50_000_000 // (224 * 224 * 64))


@pytest.mark.parametrize("suffix", [".keras", ".h5"])
def test_large_weights_are_copied_in_parts_and_are_those_of_the_file(tmp_path, monkeypatch, suffix):
    monkeypatch.setattr(keras_files, "PART", 1_000)
    random, path = np.random.default_rng(0), tmp_path / f"large{suffix}"
    model = keras.Sequential([
        keras.Input((48, 48, 1)), keras.layers.Conv2D(5, (3, 5), activation="relu"),
        keras.layers.Flatten(), keras.layers.Dense(7, "softmax")])
    model.set_weights([random.random(each.shape) for each in model.get_weights()])
    model.save(path)
    raw = read(path)
    for ours, theirs in zip(raw.keras_model.get_weights(), model.get_weights(), strict=True):
        np.testing.assert_array_equal(ours, theirs)
    pictures = random.random((3, 48, 48, 1), np.float32)
    np.testing.assert_array_equal(raw.call(pictures), model.predict_on_batch(pictures))


def test_one_huge_array_is_refused_before_it_is_built():
    with pytest.raises(Refused, match="has 110,000,001 weights in one array, more than 110,000,00"):
        limits.Stored([(110_000_001,)])
