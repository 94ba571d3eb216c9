"""Training speed of train.py in faces per second, compared with eager PyTorch and the processor.

    python -m benchmarks.training_speed

Trains on random pixels in batches of 64, with complete steps of train.py, with and without
augmentation, with Muon and AdamW, in float32 and bfloat16, all ways in turn. If PyTorch is
installed, the same network is also trained with AdamW in eager PyTorch (channels_last). Prints the
table of benchmarks/training_speed.md: the fastest and the median round, and the fastest round's
share of the processor's peak, which is measured with a product of two large float32 matrices. A
face costs three times the operations of its forward pass (one forward, two backward).
"""
import importlib.util
import pathlib
import sys
import time

import numpy as np

import model as network
from base import command_line
from benchmarks.lime_speed import in_torch, measure
from networks.precision import PRECISIONS
from training import batches, learner
from training.recipe import Recipe

HERE = pathlib.Path(__file__).resolve().parent

BATCH, STEPS = 64, 12


def main():
    args = parse_arguments()
    pixels = np.random.default_rng(0).integers(0, 256, (BATCH * STEPS, 48, 48), np.uint8)
    labels = np.arange(len(pixels)) % network.CLASSES
    ways = {f"train.py, {optimizer}, {precision}{', no augmentation' * plain}":
            ours(pixels, labels, optimizer, precision, plain)
            for precision in PRECISIONS
            for optimizer, plain in (("muon", False), ("adamw", False), ("adamw", True))}
    if importlib.util.find_spec("torch"):
        ways |= {f"eager PyTorch, adamw, {precision}, no augmentation":
                 in_pytorch(pixels, labels, precision) for precision in PRECISIONS}
    else:
        print("PyTorch is not installed, so it is not timed", file=sys.stderr)
    seconds = measure(ways, args.repeats)
    peak, cost = matrix_product(), 3 * forward_operations(network.build_model())
    print(f"peak, float32: {peak / 1e9:.0f} GFLOP/s; a face: {cost / 1e9:.2f} GFLOP\n")
    print("| way | fastest, faces per second | median | share of the float32 peak |")
    print("|---|---:|---:|---:|")
    for way, values in seconds.items():
        fastest, median = len(pixels) / np.min(values), len(pixels) / np.median(values)
        print(f"| {way} | {fastest:.0f} | {median:.0f} | {fastest * cost / peak:.0%} |")


def parse_arguments():
    parser = command_line.parser(__doc__)
    parser.add_argument("--repeats", type=command_line.positive_integer, default=7,
                        help="number of timed rounds over all ways")
    return parser.parse_args()


def ours(pixels, labels, optimizer, precision, plain):
    """A function that trains for an epoch as train.py does; plain: without augmentation."""
    import keras
    recipe = Recipe(optimizer=optimizer, precision=precision, batch_size=BATCH)
    model, compiled = learner.build(recipe, len(pixels))
    if plain:
        compiled = keras.Sequential([keras.Input(network.INPUT_SHAPE), model])
        learner.compile_learner(compiled, recipe, len(pixels))
    data = batches.feed(pixels, labels, recipe, first_epoch=0)
    return lambda: compiled.fit(data, steps_per_epoch=STEPS, verbose=0)


def in_pytorch(pixels, labels, precision):
    """A function that trains for an epoch in eager PyTorch.

    The initial weights, dropout, loss and optimiser are the same as in train.py.
    """
    import torch
    model = in_torch(network.build_model()).train()[:-1]  # no softmax: the loss takes logits
    optimizer = torch.optim.AdamW(model.parameters(), 1e-3, weight_decay=0.05)
    criterion = torch.nn.CrossEntropyLoss(label_smoothing=0.1)
    inputs = torch.tensor(pixels[:, None], dtype=torch.float32)  # (n, 1, 48, 48)
    inputs = inputs.to(memory_format=torch.channels_last)
    targets = torch.tensor(labels)

    def epoch():
        for start in range(0, len(pixels), BATCH):
            batch = slice(start, start + BATCH)
            optimizer.zero_grad()
            with torch.autocast("cpu", torch.bfloat16, enabled=precision == "bfloat16"):
                loss = criterion(model(inputs[batch]), targets[batch])
            loss.backward()
            optimizer.step()
    return epoch


def forward_operations(model):
    """Additions and multiplications of one face's forward pass in convolutions and dense layers."""
    operations = 0
    for layer in model.layers:
        if hasattr(layer, "kernel"):
            positions = np.prod(layer.output.shape[1:-1])  # 1 for a dense layer
            operations += 2 * int(positions) * int(np.prod(layer.kernel.shape))
    return operations


def matrix_product(size=4096, repeats=5):
    """Operations per second of the fastest of `repeats` products of float32 matrices."""
    first = np.random.default_rng(0).random((size, size), np.float32)
    seconds = []
    for _ in range(repeats):
        started = time.perf_counter()
        first @ first
        seconds.append(time.perf_counter() - started)
    return 2 * size**3 / min(seconds)


if __name__ == "__main__":
    command_line.run(main)
