"""A network in other formats: ONNX, TensorFlow Lite, SavedModel; checked on the included faces.

    export(network, "onnx", "outputs")       # outputs/emotion_cnn.onnx, emotion_cnn.onnx.json
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

# {name: what Keras calls it, suffix}
FORMATS = {"onnx": ("onnx", ".onnx"), "tflite": ("litert", ".tflite"),
           "saved_model": ("tf_saved_model", "")}
TOLERANCE = 1e-4  # largest difference of an output between the exported file and the original


def export(network, kind, folder):
    """Write a network in another format, after checking that the file predicts the same.

    Args:
        network: a networks.network.Network.
        kind: a name in FORMATS.
        folder: where to write; the name is that of the network's file.

    Returns:
        The path that was written; the file beside it, with .json, says what it takes and gives.

    Raises:
        UserError: a package is missing, it is no model of Keras 3, or the predictions differ.
    """
    if network.keras_model is None:
        raise UserError(f"{network.name}: {network.raw.form} cannot be exported; "
                        "expected a model of Keras 3")
    form, suffix = FORMATS[kind]
    path = files.make_folder(folder) / (pathlib.Path(network.raw.path).stem + suffix)
    with files.replacing(path) as temporary:
        with options.quiet_stderr(), contextlib.redirect_stdout(io.StringIO()):
            write(network.keras_model, form, temporary)
            difference = largest_difference(network, temporary)
        if not difference <= TOLERANCE:  # true for NaN too
            raise UserError(f"{path}: not written, its predictions for the included faces differ "
                            f"from those of {network.name} by {difference:.1e}")
        shutil.rmtree(path, ignore_errors=True)  # an earlier SavedModel is a folder
    files.write_json(path.parent / f"{path.name}.json", describe(network))
    return path


def describe(network):
    """{name: text}: what the exported file takes and gives."""
    return {
        "input": f"float32 (n, {', '.join(map(str, network.raw.input_shape))}): a grey face from "
                 "forehead to chin, as FER2013 frames it",
        "scaling": SCALES[network.preprocessing.scale].words + ", which are from 0 to 255",
        "output": f"{network.preprocessing.outputs}, float32 (n, {network.raw.classes})",
        "labels": ",".join(network.preprocessing.labels),
        "source": f"{network.name}, SHA-256 {network.raw.digest}",
    }


def write(model, form, path):
    """Write a keras.Model; UserError if a package for the format is missing."""
    model(np.zeros((1, *model.inputs[0].shape[1:]), np.float32))  # Keras exports called ones alone
    try:
        model.export(path, format=form, verbose=False)
    except ImportError as error:
        raise UserError(f"--export {form}: {error}; "
                        "pip install -r requirements-optional.txt") from error


def largest_difference(network, path):
    """How far the outputs of an exported file are from the network's for the included faces."""
    from networks.files import read  # not at the top, because it imports Keras

    pixels = fer2013.open(included.COMPOSITES).split("test").pixels
    if path.is_dir():
        import tensorflow

        loaded = tensorflow.saved_model.load(str(path))  # must live as long as it is asked
        call = loaded.serve
    else:
        call = read(path).call
    found = np.asarray(call(np.asarray(network.preprocess(pixels.astype(np.float32)))))
    return np.abs(found - outputs_of(network.raw, pixels, network.preprocessing.scale)).max()
