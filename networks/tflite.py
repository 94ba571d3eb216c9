"""TensorFlow Lite files, quantised ones too, through TensorFlow's own interpreter."""
import hashlib

import numpy as np

from base.model_file import Refused
from networks.raw import RawNetwork

MOST_BYTES = 500_000_000
BATCH = 32  # pictures at a time: the interpreter allocates for one size


def read(path, content):
    """The RawNetwork in the bytes of a .tflite file."""
    from tensorflow import lite
    if len(content) > MOST_BYTES:
        raise Refused(f"has {len(content):,} bytes, more than {MOST_BYTES:,}")
    interpreter = lite.Interpreter(model_content=content, num_threads=2)
    inputs, outputs = interpreter.get_input_details(), interpreter.get_output_details()
    if len(inputs) != 1 or len(outputs) != 1 or len(inputs[0]["shape"]) != 4:
        raise Refused(f"has {len(inputs)} inputs and {len(outputs)} outputs; expected one picture "
                      "and one answer")
    shape = tuple(map(int, inputs[0]["shape"]))[1:]
    first = shape[0] in (1, 3) and shape[2] not in (1, 3)
    quantised = np.issubdtype(inputs[0]["dtype"], np.integer)
    return RawNetwork(
        str(path), f"TensorFlow Lite{', quantised' if quantised else ''}",
        (shape[1], shape[2], shape[0]) if first else shape, first,
        int(outputs[0]["shape"][-1]), caller(interpreter, first), None, False,
        hashlib.sha256(content).hexdigest())


def caller(interpreter, channels_first):
    """A function from float32 (n, height, width, channels) to float32 (n, classes)."""
    place = interpreter.get_input_details()[0]["index"]
    shape = interpreter.get_input_details()[0]["shape"]
    interpreter.resize_tensor_input(place, (BATCH, *shape[1:]))
    interpreter.allocate_tensors()
    entry, answer = interpreter.get_input_details()[0], interpreter.get_output_details()[0]

    def call(pictures):
        pictures = np.moveaxis(pictures, -1, 1) if channels_first else pictures
        answers = []
        for start in range(0, len(pictures), BATCH):
            batch = pictures[start:start + BATCH]
            filled = np.zeros((BATCH, *batch.shape[1:]), np.float32)
            filled[:len(batch)] = batch
            interpreter.set_tensor(entry["index"], quantise(filled, entry))
            interpreter.invoke()
            answers.append(dequantise(interpreter.get_tensor(answer["index"]), answer)[:len(batch)])
        return np.concatenate(answers)
    return call


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
