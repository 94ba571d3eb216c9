"""ONNX files, through onnxruntime, which is optional."""
import hashlib

import numpy as np

from base.errors import UserError
from base.model_file import Refused
from networks.batches import caller
from networks.raw import RawNetwork, channels_last

MOST_BYTES = 500_000_000
BATCH = 32  # pictures at a time, where the file does not say how many


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
    shape, first = channels_last(inputs[0].shape[1:])
    classes = outputs[0].shape[-1]
    if not isinstance(classes, int):
        raise Refused("does not say how many classes it has")
    fixed = inputs[0].shape[0] if isinstance(inputs[0].shape[0], int) else None
    return RawNetwork(
        str(path), "ONNX", shape, first, classes,
        caller(answerer(session, inputs[0].name), (fixed or BATCH,), first), None, False,
        hashlib.sha256(content).hexdigest())


def answerer(session, name):
    """A function from pictures, as the network takes them, to its answers."""
    return lambda batch: session.run(None, {name: np.ascontiguousarray(batch, np.float32)})[0]
