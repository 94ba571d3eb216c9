"""A network in other formats: ONNX, TensorFlow Lite, SavedModel; checked on the included faces.

    path, about = export(network, "onnx", "outputs")       # outputs/emotion_cnn.onnx
"""
import contextlib
import io
import pathlib
import shutil

import numpy as np

import fer2013
from base import files, options
from base.errors import UserError
from fer2013 import included
from networks.preprocessing import SCALES, outputs_of

FORMATS = {"onnx": ".onnx", "tflite": ".tflite", "saved_model": ""}  # {name: suffix}
TOLERANCE = 1e-4  # largest difference of an output between the exported file and the original


def export(network, kind, folder):
    """Write a network in another format, after checking that the file predicts the same.

    Args:
        network: a networks.network.Network with a keras_model.
        kind: a name in FORMATS.
        folder: where to write; the name is that of the network's file.

    Returns:
        The path that was written, and {name: text} of how to use the file.

    Raises:
        UserError: a package is missing, the network has no keras_model, or the predictions differ.
    """
    if network.keras_model is None:
        raise UserError(f"{network.name}: {network.raw.form} cannot be exported; "
                        "expected a model of Keras 3")
    path = files.make_folder(folder) / (pathlib.Path(network.raw.path).stem + FORMATS[kind])
    about = describe(network)
    with files.replacing(path) as temporary:
        with options.quiet_stderr(), contextlib.redirect_stdout(io.StringIO()):
            write(network.keras_model, kind, temporary, about)
            check_outputs(network, temporary, path)
        shutil.rmtree(path, ignore_errors=True)  # an earlier SavedModel is a folder
    if kind != "onnx":  # the other formats hold no metadata
        files.write_json(path.parent / f"{path.name}.json", about)
    return path, about


def describe(network):
    """{name: text}: what the file takes and gives, for its metadata."""
    return {
        "input": f"float32 (n, {', '.join(map(str, network.raw.input_shape))}): a grey face from "
                 "forehead to chin, as FER2013 frames it",
        "scaling": SCALES[network.preprocessing.scale].words + ", which are from 0 to 255",
        "output": f"{network.preprocessing.outputs}, float32 (n, {network.raw.classes})",
        "labels": ",".join(network.preprocessing.labels),
        "source": f"{network.name}, SHA-256 {network.raw.digest}",
    }


def write(model, kind, path, about):
    """Write a keras.Model in one of FORMATS."""
    if kind == "saved_model":
        model.export(path, format="tf_saved_model", verbose=False)
    elif kind == "tflite":
        import tensorflow

        path.write_bytes(tensorflow.lite.TFLiteConverter.from_keras_model(model).convert())
    else:
        write_onnx(model, path, about)


def write_onnx(model, path, about):
    try:
        import onnx
        import onnxruntime  # noqa: F401 (which reads it)
        import tf2onnx  # noqa: F401 (with which Keras writes it)
    except ImportError as error:
        raise UserError(f"--export onnx needs {error.name}; "
                        "pip install -r requirements-optional.txt") from error
    model(np.zeros((1, *model.inputs[0].shape[1:]), np.float32))  # Keras exports called ones alone
    model.export(path, format="onnx", verbose=False)
    exported = onnx.load(path)
    onnx.helper.set_model_props(exported, about)
    onnx.save(exported, path)


def check_outputs(network, temporary, path):
    """UserError if the file's outputs for the included faces differ from the network's."""
    from networks.files import read  # not at the top, because it imports Keras

    pixels = fer2013.open(included.COMPOSITES).split("test").pixels
    pictures = np.asarray(network.preprocess(pixels.astype(np.float32)))
    expected = outputs_of(network.raw, pixels, network.preprocessing.scale)
    if temporary.is_dir():
        import tensorflow

        loaded = tensorflow.saved_model.load(str(temporary))  # it must live as long as it is asked
        found = loaded.serve(pictures).numpy()
    else:
        found = read(temporary).call(pictures)
    difference = np.abs(found - expected).max()
    if not difference <= TOLERANCE:  # true for NaN too
        raise UserError(f"{path}: not written, its predictions for the included faces differ from "
                        f"those of {network.name} by {difference:.1e}, more than {TOLERANCE}")
