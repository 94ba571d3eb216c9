"""Processor time of the predictions for one explanation, by the engine that computes them.

    pip install onnx tf2onnx onnxruntime openvino        # an engine that is missing is left out
    python -m benchmarks.engines

Prints the table of engines in benchmarks/speed.md: 1,000 versions of an included face as LIME
perturbs it, all engines in turn, several times. The engines get the same weights, converted to ONNX
or TensorFlow Lite in a temporary folder, and two threads.
"""
import importlib.util
import pathlib
import tempfile
import time

import keras
import numpy as np

import fer2013
from base import options
from benchmarks.common import machine, markdown
from explaining import samples, superpixels
from explaining.hiding import blurred
from fer2013 import included
from networks.choice import PRETRAINED
from networks.network import open_network

SAMPLES, BATCH, THREADS, ROUNDS = 1000, 250, 2, 5


def main():
    options.parser(__doc__).parse_args()
    pixels = perturbed_faces()  # (SAMPLES, 48, 48)
    with tempfile.TemporaryDirectory() as folder:
        engines = all_engines(pathlib.Path(folder))
        predictions = {name: predict(pixels) for name, predict in engines.items()}
        seconds = {name: [] for name in engines}
        for _ in range(ROUNDS):
            for name, predict in engines.items():
                started = time.process_time()
                predict(pixels)
                seconds[name].append(time.process_time() - started)
    first, *_ = engines
    print(markdown(
        (f"{SAMPLES:,} predictions", "processor seconds, median", "times the first row",
         "largest difference", "same label"),
        [(name, f"{np.median(each):.2f}", f"{np.median(each) / np.median(seconds[first]):.2f}",
          f"{np.abs(predictions[name] - predictions[first]).max():.1e}",
          f"{(predictions[name].argmax(1) == predictions[first].argmax(1)).mean():.3f}")
         for name, each in seconds.items()]))
    print(f"\n{machine()}.")


def perturbed_faces():
    """One face with random superpixels hidden, as LIME draws them: uint8 (SAMPLES, 48, 48)."""
    face = fer2013.open(included.COMPOSITES).split("test").pixels[30]
    segments = superpixels.segment(face)
    masks = samples.draw_masks(np.random.RandomState(0), SAMPLES, segments.max() + 1, True)
    return np.where(masks.astype(bool)[:, segments], face, blurred(face))


def all_engines(folder):
    """{name: function from uint8 (n, 48, 48) to float32 (n, 7)} of those that are installed."""
    model = keras.models.load_model(PRETRAINED, compile=False)
    engines = {"Keras, float32": batched(model.predict_on_batch)}
    for precision in ("float32", "bfloat16"):
        network = open_network(PRETRAINED, precision=precision)
        if precision != "float32":
            engines[f"Keras, {precision}"] = batched(network.keras_model.predict_on_batch)
        engines[f"Keras, {precision}, shared computation"] = network.predict
    engines["LiteRT, float32"] = lite(model, folder)
    if importlib.util.find_spec("tf2onnx") and importlib.util.find_spec("onnxruntime"):
        model.export(folder / "model.onnx", format="onnx", verbose=False)
        engines["ONNX Runtime, float32"] = onnx(folder / "model.onnx")
        if importlib.util.find_spec("openvino"):
            engines |= {f"OpenVINO, {words}": openvino(folder / "model.onnx", hint)
                        for words, hint in (("float32", "f32"), ("bfloat16", "bf16"))}
    return engines


def batched(predict):
    """A function of any number of faces, in batches of BATCH."""
    def call(pixels):
        pictures = pixels[..., None].astype(np.float32)
        return np.concatenate([np.asarray(predict(pictures[start:start + BATCH]))
                               for start in range(0, len(pictures), BATCH)])
    return call


def lite(model, folder):
    """TensorFlow Lite's interpreter, which uses XNNPACK; it comes with TensorFlow."""
    import tensorflow

    model.export(folder / "saved", verbose=False)
    converter = tensorflow.lite.TFLiteConverter.from_saved_model(str(folder / "saved"))
    interpreter = tensorflow.lite.Interpreter(model_content=converter.convert(),
                                              num_threads=THREADS)
    taken, given = interpreter.get_input_details()[0], interpreter.get_output_details()[0]
    interpreter.resize_tensor_input(taken["index"], [BATCH, 48, 48, 1])
    interpreter.allocate_tensors()

    def predict(pictures):
        interpreter.set_tensor(taken["index"], pictures)
        interpreter.invoke()
        return interpreter.get_tensor(given["index"])
    return batched(predict)


def onnx(path):
    import onnxruntime

    settings = onnxruntime.SessionOptions()
    settings.intra_op_num_threads = THREADS
    session = onnxruntime.InferenceSession(path, settings, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    return batched(lambda pictures: session.run(None, {name: pictures})[0])


def openvino(path, precision):
    import openvino

    compiled = openvino.Core().compile_model(path, "CPU", {
        "INFERENCE_PRECISION_HINT": precision, "INFERENCE_NUM_THREADS": THREADS})
    return batched(lambda pictures: compiled(pictures)[0])


if __name__ == "__main__":
    options.run(main)
