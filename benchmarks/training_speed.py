"""How fast train.py trains: faces per second, against the same network in eager PyTorch and the processor's peak.

    python -m benchmarks.training_speed

Trains on random pixels in batches of 64, whole steps as train.py makes them, with and without augmentation, with Muon
and AdamW, in float32 and bfloat16, all ways in turn; with AdamW in eager PyTorch (channels_last), too, where that is
installed. Prints the table of benchmarks/training_speed.md: the fastest and the median round, and the fastest one's
share of the peak, which is what a product of two large float32 matrices reaches here. A face costs three times the
operations of its forward pass (one forward, two backward).
"""
import argparse
import importlib.util
import pathlib
import sys
import time

import numpy as np

import model as network
from base import command_line
from benchmarks.lime_speed import in_torch, measure
from training import batches, learner
from training.recipe import PRECISIONS, Recipe

HERE = pathlib.Path(__file__).resolve().parent

BATCH, STEPS = 64, 12


def main():
    args = parse_arguments()
    faces = np.random.default_rng(0).integers(0, 256, (BATCH * STEPS, 48, 48), np.uint8)
    labels = np.arange(len(faces)) % network.CLASSES
    ways = {f"train.py, {optimizer}, {precision}{', no augmentation' * plain}":
            ours(faces, labels, optimizer, precision, plain)
            for precision in PRECISIONS
            for optimizer, plain in (("muon", False), ("adamw", False), ("adamw", True))}
    if importlib.util.find_spec("torch"):
        ways |= {f"eager PyTorch, adamw, {precision}, no augmentation": in_pytorch(faces, labels, precision)
                 for precision in PRECISIONS}
    else:
        print("PyTorch is not installed, so it is not timed", file=sys.stderr)
    seconds = measure(ways, args.repeats)
    peak, cost = matrix_product(), 3 * forward_operations(network.build_model())
    print(f"peak, float32: {peak / 1e9:.0f} GFLOP/s; a face: {cost / 1e9:.2f} GFLOP\n")
    print("| way | fastest, faces per second | median | share of the float32 peak |\n|---|---:|---:|---:|")
    for way, values in seconds.items():
        fastest, median = len(faces) / np.min(values), len(faces) / np.median(values)
        print(f"| {way} | {fastest:.0f} | {median:.0f} | {fastest * cost / peak:.0%} |")


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=command_line.HelpFormatter)
    parser.add_argument("--repeats", type=command_line.positive_integer, default=7, help="rounds over all ways")
    return parser.parse_args()


def ours(faces, labels, optimizer, precision, plain):
    """An epoch over the faces, as train.py makes it; plain: without augmentation."""
    import keras
    recipe = Recipe(optimizer=optimizer, precision=precision, batch_size=BATCH)
    trained, model = learner.build(recipe, len(faces))
    if plain:
        model = keras.Sequential([keras.Input(network.INPUT_SHAPE), trained])
        learner.compile_learner(model, recipe, len(faces))
    data = batches.feed(faces, labels, batches.one_hot(labels), recipe, first_epoch=0)
    return lambda: model.fit(data, steps_per_epoch=STEPS, verbose=0)


def in_pytorch(faces, labels, precision):
    """The same steps in eager PyTorch, which has the same initial weights, dropout, loss and optimiser."""
    import torch
    learner = in_torch(network.build_model()).train()
    learner = learner[:-1]  # its loss takes logits
    optimizer = torch.optim.AdamW(learner.parameters(), 1e-3, weight_decay=0.05)
    loss = torch.nn.CrossEntropyLoss(label_smoothing=0.1)
    pixels = torch.tensor(faces[:, None], dtype=torch.float32).to(memory_format=torch.channels_last)
    targets = torch.tensor(labels)

    def epoch():
        for start in range(0, len(faces), BATCH):
            optimizer.zero_grad()
            with torch.autocast("cpu", torch.bfloat16, enabled=precision == "bfloat16"):
                found = loss(learner(pixels[start:start + BATCH]), targets[start:start + BATCH])
            found.backward()
            optimizer.step()
    return epoch


def forward_operations(model):
    """Additions and multiplications of one face's forward pass in convolutions and dense layers."""
    operations = 0
    for layer in model.layers:
        if hasattr(layer, "kernel"):
            places = np.prod(layer.output.shape[1:-1])  # 1 for a dense layer
            operations += 2 * int(places) * int(np.prod(layer.kernel.shape))
    return operations


def matrix_product(size=4096, repeats=5):
    """Operations per second of float32 matrix products, the best of `repeats`."""
    first = np.random.default_rng(0).random((size, size), np.float32)
    seconds = []
    for _ in range(repeats):
        started = time.perf_counter()
        first @ first
        seconds.append(time.perf_counter() - started)
    return 2 * size**3 / min(seconds)


if __name__ == "__main__":
    command_line.run(main)
