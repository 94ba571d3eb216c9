"""TensorFlow Lite files, quantised ones too, through TensorFlow's own interpreter."""
import hashlib

import numpy as np

from base.model_file import Refused
from networks.batches import caller
from networks.raw import RawNetwork, channels_last

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
    shape, first = channels_last(tuple(map(int, inputs[0]["shape"]))[1:])
    quantised = np.issubdtype(inputs[0]["dtype"], np.integer)
    return RawNetwork(
        str(path), f"TensorFlow Lite{', quantised' if quantised else ''}",
        shape, first, int(outputs[0]["shape"][-1]),
        caller(answerer(interpreter), (BATCH,), first), None, False,
        hashlib.sha256(content).hexdigest())


def answerer(interpreter):
    """A function from BATCH pictures, as the network takes them, to float32 (BATCH, classes)."""
    place = interpreter.get_input_details()[0]["index"]
    shape = interpreter.get_input_details()[0]["shape"]
    interpreter.resize_tensor_input(place, (BATCH, *shape[1:]))
    interpreter.allocate_tensors()
    entry, answer = interpreter.get_input_details()[0], interpreter.get_output_details()[0]

    def answer_batch(batch):
        interpreter.set_tensor(entry["index"], quantise(batch, entry))
        interpreter.invoke()
        return dequantise(interpreter.get_tensor(answer["index"]), answer)
    return answer_batch


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
