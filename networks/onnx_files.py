"""ONNX files, through onnxruntime, which is optional."""
import hashlib

import numpy as np

from base.errors import UserError
from base.model_file import Refused
from networks.raw import RawNetwork

MOST_BYTES = 500_000_000
SIZES = 32  # pictures at a time


def read(path, content):
    """The RawNetwork in the bytes of an .onnx file."""
    try:
        import onnxruntime
    except ImportError as error:
        raise UserError(f"reading .onnx needs onnxruntime ({error}); "
                        "pip install -r requirements-optional.txt") from None
    if len(content) > MOST_BYTES:
        raise Refused(f"has {len(content):,} bytes, more than {MOST_BYTES:,}")
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4  # what keeps it from working is raised as well
    session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    inputs, outputs = session.get_inputs(), session.get_outputs()
    if len(inputs) != 1 or len(outputs) != 1 or len(inputs[0].shape) != 4:
        raise Refused(f"has {len(inputs)} inputs and {len(outputs)} outputs; expected one picture "
                      "and one answer")
    shape = inputs[0].shape[1:]
    first = shape[0] in (1, 3) and shape[2] not in (1, 3)
    classes = outputs[0].shape[-1]
    if not isinstance(classes, int):
        raise Refused("does not say how many classes it has")
    fixed = inputs[0].shape[0] if isinstance(inputs[0].shape[0], int) else None
    return RawNetwork(
        str(path), "ONNX", (*shape[1:], shape[0]) if first else tuple(shape), first, classes,
        caller(session, inputs[0].name, first, fixed), None, False,
        hashlib.sha256(content).hexdigest())


def caller(session, name, channels_first, fixed):
    """A function from float32 (n, height, width, channels) to float32 (n, classes)."""
    size = fixed or SIZES

    def call(pictures):
        pictures = np.moveaxis(pictures, -1, 1) if channels_first else pictures
        answers = []
        for start in range(0, len(pictures), size):
            batch = np.ascontiguousarray(pictures[start:start + size], np.float32)
            filled = np.zeros((fixed or len(batch), *batch.shape[1:]), np.float32)
            filled[:len(batch)] = batch
            answers.append(session.run(None, {name: filled})[0][:len(batch)])
        return np.concatenate(answers).astype(np.float32)
    return call
