"""TensorFlow Lite files, through TensorFlow's interpreter, and ONNX files, through onnxruntime."""
import hashlib
import pathlib
import warnings

import numpy as np

from base.errors import UserError
from networks.raw import RawNetwork, batch_sizes, in_batches

THREADS = 2
DTYPES = {"tensor(float)": np.float32, "tensor(float16)": np.float16, "tensor(double)": np.float64,
          "tensor(uint8)": np.uint8}
EXTERNAL = b"\n\x08location"  # how ONNX says of an array that it lies in another file


def raw_network(path, form, predict, shape, batch):
    """The RawNetwork of a function from batches in the file's own layout.

    Args:
        predict: function from float32 (batch, *shape) to float32 (batch, classes).
        shape: of one picture, channels last or first.
        batch: how many pictures it takes, always.
    """
    first = shape[0] in (1, 3) and shape[-1] not in (1, 3)
    classes = in_batches(predict, np.zeros((batch, *shape), np.float32), (batch,)).shape[1]

    def call(pictures):
        return in_batches(predict, np.moveaxis(pictures, -1, 1) if first else pictures, (batch,))
    digest = hashlib.sha256(pathlib.Path(path).read_bytes()).hexdigest()
    shape = (*shape[1:], shape[0]) if first else tuple(shape)
    return RawNetwork(str(path), form, shape, classes, call, None, False, digest)


def one_picture(shapes, outputs):
    """The shape of the only input, batch and picture; UserError unless there is one of each."""
    if len(shapes) != 1 or outputs != 1:
        raise UserError(f"has {len(shapes)} inputs and {outputs} outputs; expected one picture "
                        "and its classes")
    if len(shapes[0]) != 4 or not all(isinstance(side, int) for side in shapes[0][1:]):
        raise UserError(f"takes {' x '.join(map(str, shapes[0][1:]))}; expected square pictures "
                        "of a fixed size")
    return tuple(shapes[0])


def read_onnx(path):
    """The RawNetwork of an .onnx file.

    Raises:
        UserError: onnxruntime is not installed, or the weights lie in another file.
    """
    try:
        import onnxruntime
    except ImportError as error:
        raise UserError(f"reading .onnx needs onnxruntime ({error}); "
                        "pip install -r requirements-optional.txt") from error
    content = pathlib.Path(path).read_bytes()
    if EXTERNAL in content:
        raise UserError(f"its weights lie in another file; save it as one: import onnx; "
                        f"onnx.save(onnx.load({path.name!r}), {'one_' + path.name!r})")
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4  # what keeps it from working is raised as well
    session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    inputs = session.get_inputs()
    batch, *shape = one_picture([each.shape for each in inputs], len(session.get_outputs()))
    dtype = DTYPES.get(inputs[0].type)
    if dtype is None:
        raise UserError(f"takes a {inputs[0].type}; expected one of {', '.join(DTYPES)}")

    def predict(pictures):
        given = np.clip(pictures, 0, 255) if dtype == np.uint8 else pictures
        given = np.ascontiguousarray(given, dtype)
        return np.asarray(session.run(None, {inputs[0].name: given})[0], np.float32)
    fixed = isinstance(batch, int)
    return raw_network(path, "ONNX", predict, shape,
                       batch if fixed else min(32, batch_sizes(max(shape))[1]))


def read_tflite(path):
    """The RawNetwork of a .tflite file, which may be quantised."""
    import tensorflow

    content = pathlib.Path(path).read_bytes()
    def open_interpreter():
        with warnings.catch_warnings(action="ignore"):  # it points to a package of another name
            return tensorflow.lite.Interpreter(model_content=content, num_threads=THREADS)

    interpreter = open_interpreter()
    inputs, outputs = interpreter.get_input_details(), interpreter.get_output_details()
    _, *shape = one_picture([[int(side) for side in each["shape"]] for each in inputs],
                            len(outputs))
    quantised = np.issubdtype(inputs[0]["dtype"], np.integer)
    form = f"TensorFlow Lite{', quantised' if quantised else ''}"
    try:
        batch = min(32, batch_sizes(max(shape))[1])
        return raw_network(path, form, interpret(interpreter, batch, shape), shape, batch)
    except (RuntimeError, ValueError):  # some are converted for one picture at a time
        return raw_network(path, form, interpret(open_interpreter(), 1, shape), shape, 1)


def interpret(interpreter, batch, shape):
    """A function from float32 (batch, *shape) to float32 (batch, classes)."""
    interpreter.resize_tensor_input(interpreter.get_input_details()[0]["index"], (batch, *shape))
    interpreter.allocate_tensors()
    entry, end = interpreter.get_input_details()[0], interpreter.get_output_details()[0]

    def predict(pictures):
        interpreter.set_tensor(entry["index"], quantise(pictures, entry))
        interpreter.invoke()
        return dequantise(interpreter.get_tensor(end["index"]), end)
    return predict


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
        return values.astype(np.float32)
    return ((values.astype(np.float32) - zero) * (scale or 1)).astype(np.float32)
