"""TensorFlow Lite files, through TensorFlow's interpreter, and ONNX files, through onnxruntime."""
import hashlib
import warnings

import numpy as np

from base.errors import UserError
from networks.raw import RawNetwork, batch_sizes, in_batches, one_picture

THREADS = 2
DTYPES = {"tensor(float)": np.float32, "tensor(float16)": np.float16, "tensor(double)": np.float64}
EXTERNAL = b"\n\x08location"  # how ONNX says of an array that it lies in another file


def read_onnx(path):
    """The RawNetwork of an .onnx file; UserError if its weights lie in another file."""
    import onnxruntime  # which is optional

    content = path.read_bytes()
    if EXTERNAL in content:
        raise UserError(f"its weights lie in another file; save it as one: import onnx; "
                        f"onnx.save(onnx.load({path.name!r}), {'one_' + path.name!r})")
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4  # what keeps it from working is raised as well
    session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    inputs = session.get_inputs()
    batch, *shape = one_picture([each.shape for each in inputs], len(session.get_outputs()))
    name, dtype = inputs[0].name, DTYPES[inputs[0].type]

    def predict(pictures):
        return session.run(None, {name: np.ascontiguousarray(pictures, dtype)})[0]
    batch = batch if isinstance(batch, int) else min(32, batch_sizes(max(shape))[1])
    return raw_network(path, "ONNX", predict, shape, batch)


def read_tflite(path):
    """The RawNetwork of a .tflite file, which may be quantised."""
    import tensorflow

    with warnings.catch_warnings(action="ignore"):  # it points to a package of another name
        interpreter = tensorflow.lite.Interpreter(str(path), num_threads=THREADS)
    interpreter.allocate_tensors()
    inputs, outputs = interpreter.get_input_details(), interpreter.get_output_details()
    batch, *shape = one_picture([each["shape"].tolist() for each in inputs], len(outputs))

    def predict(pictures):
        interpreter.set_tensor(inputs[0]["index"], quantise(pictures, inputs[0]))
        interpreter.invoke()
        return dequantise(interpreter.get_tensor(outputs[0]["index"]), outputs[0])
    quantised = np.issubdtype(inputs[0]["dtype"], np.integer)
    form = f"TensorFlow Lite{', quantised' if quantised else ''}"
    return raw_network(path, form, predict, shape, batch)


def raw_network(path, form, predict, shape, batch):
    """The RawNetwork of a function from batches in the file's own layout.

    Args:
        predict: function from float32 (batch, *shape) to (batch, classes).
        shape: of one picture, channels last or first.
        batch: how many pictures it takes, always.
    """
    first = shape[0] in (1, 3) and shape[-1] not in (1, 3)
    shape = (*shape[1:], shape[0]) if first else tuple(shape)

    def call(pictures):
        return in_batches(predict, np.moveaxis(pictures, -1, 1) if first else pictures, (batch,))
    classes = call(np.zeros((1, *shape), np.float32)).shape[1]
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return RawNetwork(str(path), form, shape, classes, call, None, digest)


def quantise(values, details):
    """Real numbers as the integers that stand for them in a quantised network."""
    scale, zero = details["quantization"]
    if not np.issubdtype(details["dtype"], np.integer):
        return values.astype(details["dtype"])
    limits = np.iinfo(details["dtype"])
    scaled = np.round(values / (scale or 1)) + zero
    return np.clip(scaled, limits.min, limits.max).astype(details["dtype"])


def dequantise(values, details):
    scale, zero = details["quantization"]
    if not np.issubdtype(details["dtype"], np.integer):
        return values
    return (values.astype(np.float32) - zero) * (scale or 1)
