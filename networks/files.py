"""The one door for every format of model file: read(path)."""
import hashlib
import pathlib
import warnings

import numpy as np

from base.errors import UserError
from networks import keras_files
from networks.raw import RawNetwork, batch_sizes, in_batches, one_picture


def read(path):
    """Read a raw.RawNetwork from a file; no code in the file is run.

    Args:
        path: a .keras file; an .h5 or .hdf5 file of a whole model, or of weights with the JSON of
            the architecture beside it; a .tflite file; an .onnx file. It may come from a stranger.

    Raises:
        OSError: there is no such file.
        UserError: a file of another kind; a damaged one; a network that is not from square pictures
            to 7 or 8 classes; one of other than ordinary layers; a missing package.
    """
    path = pathlib.Path(path)
    content = path.read_bytes()
    try:
        raw = read_kind(path, content)
    except UserError as error:
        raise UserError(f"{path}: {error}") from error
    except ImportError as error:
        raise UserError(f"{path}: reading it needs {error.name} ({error}); "
                        "pip install -r requirements-optional.txt") from error
    except Exception as error:  # what damaged files and layers that do not fit make readers raise
        reason = str(error).split("Arguments received")[0].strip().split("\n")[-1][:200]
        raise UserError(f"{path}: not a readable model ({reason})") from error
    if raw.classes not in (7, 8):
        raise UserError(f"{path}: has {raw.classes} classes; expected the seven emotions, or eight "
                        "of which FER2013 lacks one")
    return raw


def read_kind(path, content):
    """The RawNetwork of a file, whose kind shows in its first bytes."""
    digest = hashlib.sha256(content).hexdigest()
    if content.startswith((b"\x89HDF", b"PK\x03\x04")):
        return keras_files.read(path, digest)
    if content[4:8] == b"TFL3":
        form, batch, shape, predict = open_tflite(content)
    elif path.suffix == ".onnx":
        form, batch, shape, predict = open_onnx(content)
    else:  # a pickle, as PyTorch writes them, could run any code; a Git LFS pointer shows itself
        raise UserError(f"of no known kind (begins with {content[:12]!r}); expected .keras, .h5, "
                        ".hdf5, .tflite or .onnx")

    def call(pictures):
        return in_batches(predict, pictures, (batch,))
    classes = call(np.zeros((1, *shape), np.float32)).shape[1]
    return RawNetwork(str(path), form, shape, classes, call, None, digest)


def open_onnx(content):
    """Format, batch size, shape of a picture, and the function from a batch to its predictions."""
    import onnxruntime  # which is optional

    if b"\n\x08location" in content:  # how ONNX says that an array lies elsewhere
        raise UserError("its weights lie in another file; onnx.save(onnx.load(...)) makes one file")
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4  # what keeps it from working is raised as well
    session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    inputs, outputs = session.get_inputs(), session.get_outputs()
    batch, *sides = inputs[0].shape
    first = sides[0] in (1, 3)  # channels, as torch has them
    shape = one_picture([[batch, *sides[1:], sides[0]] if first else each.shape for each in inputs],
                        len(outputs))

    def predict(pictures):
        pictures = np.moveaxis(pictures, -1, 1) if first else pictures
        return session.run(None, {inputs[0].name: np.ascontiguousarray(pictures)})[0]
    batch = batch if isinstance(batch, int) else min(32, batch_sizes(shape[0])[1])
    return "ONNX", batch, shape, predict


def open_tflite(content):
    """What open_onnx() gives; UserError if the network takes or gives integers."""
    import tensorflow

    with warnings.catch_warnings(action="ignore"):  # it points to a package of another name
        interpreter = tensorflow.lite.Interpreter(model_content=content, num_threads=2)
    interpreter.allocate_tensors()
    inputs, outputs = interpreter.get_input_details(), interpreter.get_output_details()
    shape = one_picture([each["shape"].tolist() for each in inputs], len(outputs))
    if {inputs[0]["dtype"], outputs[0]["dtype"]} != {np.float32}:
        raise UserError("takes or gives integers; expected float32, as TFLiteConverter has it "
                        "without inference_input_type and inference_output_type")

    def predict(pictures):
        interpreter.set_tensor(inputs[0]["index"], pictures)
        interpreter.invoke()
        return interpreter.get_tensor(outputs[0]["index"])
    return "TensorFlow Lite", int(inputs[0]["shape"][0]), shape, predict
