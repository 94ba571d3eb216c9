"""ONNX files, through onnxruntime, which is optional."""
import numpy as np

from base.errors import Refused
from networks.limits import batch_of, one_picture

DTYPES = {"tensor(float)": np.float32, "tensor(float16)": np.float16, "tensor(double)": np.float64,
          "tensor(uint8)": np.uint8}


def load(content):
    """The network in the bytes of an .onnx file.

    Returns:
        A function from a float32 batch, as the network takes it, to float32 (batch, classes); the
        format in words; the shape of one picture; how many pictures the function takes.
    """
    try:
        import onnxruntime
    except ImportError as error:
        raise Refused(f"reading .onnx needs onnxruntime ({error}); "
                      "pip install -r requirements-optional.txt") from None

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4  # what keeps it from working is raised as well
    session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    inputs = session.get_inputs()
    fixed, *shape = one_picture([each.shape for each in inputs], len(session.get_outputs()))
    dtype = DTYPES.get(inputs[0].type)
    if dtype is None:
        raise Refused(f"takes a {inputs[0].type}, which is not read")

    def answer(pictures):
        given = np.clip(pictures, 0, 255) if dtype == np.uint8 else pictures
        answers = session.run(None, {inputs[0].name: np.ascontiguousarray(given, dtype)})[0]
        return np.asarray(answers, np.float32).reshape(len(pictures), -1)
    return answer, "ONNX", tuple(shape), fixed if isinstance(fixed, int) else batch_of(max(shape))
