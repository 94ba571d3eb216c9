"""How long an explanation takes, beside the network alone and the lime package; training's speed.

    python -m benchmarks.speed

Explains an included composite face with 1,000 samples, and trains on random pixels with the steps
of train.py, all ways in turn, several times. Prints the tables of benchmarks/speed.md.
"""
import contextlib
import io
import time

import numpy as np
from lime.lime_image import LimeImageExplainer

import fer2013
import model as ours
from base import options
from benchmarks.common import machine, markdown
from explaining import superpixels
from explaining.lime import explain_face
from explaining.settings import LimeSettings
from fer2013 import EMOTIONS, included
from fer2013.split import Split
from networks.choice import PRETRAINED
from networks.network import open_network
from training import fitting, learner
from training.recipe import Recipe

SAMPLES = 1000
STEPS = 12  # batches of a round of training
PRECISIONS = ("float32", "bfloat16")


def main():
    args = parse_arguments()
    seconds = measure(explanations(), args.repeats)
    alone = np.median(seconds["the network alone, float32"])
    print(markdown((f"{SAMPLES:,} samples", "median, s", "times the network alone"),
                   [(way, f"{np.median(each):.2f}", f"{np.median(each) / alone:.2f}")
                    for way, each in seconds.items()]))
    speeds = {way: STEPS * Recipe().batch_size / np.array(each)
              for way, each in measure(training(), args.repeats).items()}
    print("", markdown(("train.py", "fastest, faces per second", "median"),
                       [(way, f"{each.max():.0f}", f"{np.median(each):.0f}")
                        for way, each in speeds.items()]), sep="\n")
    print(f"\n{machine()}.")


def parse_arguments():
    parser = options.parser(__doc__)
    parser.add_argument("--repeats", type=options.positive_integer, default=5,
                        help="number of timed rounds over all ways")
    return parser.parse_args()


def measure(ways, repeats):
    """{way: list of the seconds of each round}; a first round, which compiles, does not count.

    Args:
        ways: {way: function without arguments}.
        repeats: number of rounds that count.
    """
    seconds = {way: [] for way in ways}
    for _ in range(repeats + 1):
        for way, run in ways.items():
            started = time.perf_counter()
            run()
            seconds[way].append(time.perf_counter() - started)
    return {way: values[1:] for way, values in seconds.items()}


def explanations():
    """{way: function that predicts or explains a face}."""
    face = fer2013.open(included.COMPOSITES).split("test").pixels[0]  # (48, 48)
    noise = np.random.default_rng(0).integers(0, 256, (SAMPLES, 48, 48), np.uint8)
    settings = LimeSettings(samples=SAMPLES)
    networks = {name: open_network(PRETRAINED, precision=name) for name in PRECISIONS}
    label = int(networks["float32"].predict(face[None]).argmax())
    ways = {}
    for name, network in networks.items():  # noise, because its pictures have nothing in common
        ways[f"the network alone, {name}"] = lambda predict=network.predict: predict(noise)
        for words, labels in (("one label", [label]), ("seven labels", range(len(EMOTIONS)))):
            ways[f"explain_face, {words}, {name}"] = (
                lambda predict=network.predict, labels=labels: explain_face(
                    face, predict, labels, settings))
    return ways | {"lime as it comes, same superpixels": lambda: stock(
        face, networks["float32"].keras_model, label)}


def stock(face, model, label):
    """lime with its defaults: batches of 10 pictures, grey as RGB."""
    def predict(pictures):
        return model.predict(pictures[..., :1], verbose=0)
    with contextlib.redirect_stderr(io.StringIO()):  # hides a progress bar that has no option
        LimeImageExplainer(random_state=0).explain_instance(
            face, predict, labels=[label], top_labels=None, num_samples=SAMPLES,
            segmentation_fn=lambda picture: superpixels.segment(face))


def training():
    """{way: function that trains for a short epoch as train.py does}."""
    count = STEPS * Recipe().batch_size
    pixels = np.random.default_rng(0).integers(0, 256, (count, 48, 48), np.uint8)
    faces = Split("train", pixels, np.arange(count) % ours.CLASSES, [])
    return {f"{optimizer}, {precision}": epoch(faces, Recipe(
        optimizer=optimizer, precision=precision))
        for precision in PRECISIONS for optimizer in ("muon", "adamw")}


def epoch(faces, recipe):
    """A function that trains for an epoch of STEPS batches."""
    compiled = learner.build(recipe, len(faces))

    def run():
        for batch in fitting.batches(faces, np.arange(len(faces)), recipe.batch_size):
            compiled.train_on_batch(*batch)
    return run


if __name__ == "__main__":
    options.run(main)
