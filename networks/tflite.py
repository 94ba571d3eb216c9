"""TensorFlow Lite files, quantised ones too, through TensorFlow's own interpreter."""
import importlib.util
import sys
import types

import numpy as np

from networks.limits import batch_of, one_picture


def load(content):
    """The network in the bytes of a .tflite file.

    Returns:
        A function from a float32 batch, as the network takes it, to float32 (batch, classes); the
        format in words; the shape of one picture; how many pictures the function takes.
    """
    interpreter = import_interpreter()(model_content=content, num_threads=2)
    inputs, outputs = interpreter.get_input_details(), interpreter.get_output_details()
    shape = one_picture([tuple(map(int, each["shape"])) for each in inputs], len(outputs))[1:]
    quantised = np.issubdtype(inputs[0]["dtype"], np.integer)
    batch = batch_of(max(shape))
    try:
        answer = answerer(interpreter, batch, shape)
        if answer(np.zeros((batch, *shape), np.float32)).shape[0] != batch:
            raise ValueError
    except (RuntimeError, ValueError):  # some are converted for one picture at a time
        batch = 1
        answer = answerer(type(interpreter)(model_content=content, num_threads=2), batch, shape)
    return answer, f"TensorFlow Lite{', quantised' if quantised else ''}", shape, batch


def import_interpreter():
    """TensorFlow's Interpreter, without the rest of TensorFlow: in 0.5 s instead of 5."""
    package = types.ModuleType("tensorflow")  # in place of the one that imports everything
    package.__path__ = list(importlib.util.find_spec("tensorflow").submodule_search_locations)
    sys.modules["tensorflow"] = package
    from tensorflow.lite.python.interpreter import Interpreter
    return Interpreter


def answerer(interpreter, batch, shape):
    """A function from `batch` pictures, as the network takes them, to float32 (batch, classes)."""
    place = interpreter.get_input_details()[0]["index"]
    interpreter.resize_tensor_input(place, (batch, *shape))
    interpreter.allocate_tensors()
    entry, answer = interpreter.get_input_details()[0], interpreter.get_output_details()[0]

    def answer_batch(pictures):
        interpreter.set_tensor(entry["index"], quantise(pictures, entry))
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
