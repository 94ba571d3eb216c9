"""What bfloat16 saves, and how far it changes an explanation: beside float32, and beside a seed.

    python -m benchmarks.precision

Explains a bundled composite face of each emotion with 1,000 samples: in float32, in bfloat16, and
in float32 with another seed. Prints the tables of benchmarks/lime_speed.md: medians of the seconds
on the clock and of processor time, and how alike the explanations are, mean over the faces. The
processor time is nearly the same on a busy machine. OpenVINO is timed if it and tf2onnx are
installed.
"""
import importlib.util
import tempfile
import time

import numpy as np
from scipy.stats import spearmanr

import fer2013
import model as network
from base import command_line
from benchmarks.faces import jaccard
from explaining import face_lime
from fer2013 import bundled
from networks import export
from networks.precision import PRECISIONS, in_precision

SAMPLES = 1000


def main():
    command_line.parser(__doc__).parse_args()
    pixels, labels, _ = fer2013.load(bundled.COMPOSITES, "test")
    faces = [pixels[labels == label][0] for label in range(network.CLASSES)]
    asked = {precision: in_precision(network.as_network(network.load_model(bundled.PRETRAINED)),
                                     precision) for precision in PRECISIONS}
    print(*times(faces, asked), "", *similarity(faces, asked), sep="\n")


def times(faces, asked):
    """Markdown lines: what the passes alone and an explanation take in each precision."""
    yield f"| {SAMPLES:,} samples | seconds | processor seconds | share of float32 alone |"
    yield "|---|---:|---:|---:|"
    alone = {f"the network alone, {name}": passes(each.predict) for name, each in asked.items()}
    if importlib.util.find_spec("openvino") and importlib.util.find_spec("tf2onnx"):
        alone |= {f"the network alone, OpenVINO, {name}": passes(predict)
                  for name, predict in in_openvino(asked["float32"]).items()}
    whole = {f"an explanation, {name}": explanations(each) for name, each in asked.items()}
    found = {}
    for way, run in (alone | whole).items():
        run(faces[0])  # compiles
        found[way] = np.median([seconds(run, face) for face in faces], axis=0)
    first = next(iter(found.values()))
    for way, (clock, processor) in found.items():
        yield f"| {way} | {clock:.2f} | {processor:.2f} | {processor / first[1]:.2f} |"


def seconds(run, face):
    started = time.perf_counter(), time.process_time()
    run(face)
    return time.perf_counter() - started[0], time.process_time() - started[1]


def passes(predict):
    """Of pictures of noise, which have nothing in common (networks/sharing.py)."""
    noise = np.random.default_rng(0).integers(0, 256, (SAMPLES, 48, 48), np.uint8)
    return lambda face: predict(noise)


def in_openvino(asked):
    """{precision: function as Network.predict()} of the network in OpenVINO."""
    import openvino

    with tempfile.TemporaryDirectory() as folder:
        model = openvino.Core().read_model(export.export(asked, "onnx", folder)[0])

    def function(hint):
        compiled = openvino.compile_model(model, "CPU", {"INFERENCE_PRECISION_HINT": hint})
        sizes = range(0, SAMPLES, network.BATCH_SIZES[-1])
        return lambda pixels: np.concatenate([
            compiled(part[..., None].astype(np.float32))[0]
            for part in np.split(pixels, sizes[1:])])
    return {"float32": function("f32"), "bfloat16": function("bf16")}


def explanations(asked, seed=0):
    """A function that gives the weights of a face's superpixels for the predicted label."""
    def run(face):
        label = int(asked.predict(face[None]).argmax())
        found = face_lime.explain_face(face, asked.predict, [label], samples=SAMPLES, seed=seed)
        return found[label].weights  # (superpixels,)
    return run


def similarity(faces, asked):
    """Markdown lines: how alike bfloat16 and float32 are, and two seeds of float32."""
    ways = {"bfloat16 and float32": explanations(asked["bfloat16"]),
            "two seeds of float32": explanations(asked["float32"], seed=1)}
    usual = list(map(explanations(asked["float32"]), faces))
    yield "| explanations compared | five strongest in common (Jaccard) | rank correlation |"
    yield "|---|---:|---:|"
    for name, run in ways.items():
        pairs = list(zip(usual, map(run, faces), strict=True))
        alike = np.mean([jaccard(*pair) for pair in pairs])
        ranks = np.mean([spearmanr(*pair).statistic for pair in pairs])
        yield f"| {name} | {alike:.3f} | {ranks:.3f} |"


if __name__ == "__main__":
    command_line.run(main)
