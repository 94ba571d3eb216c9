"""Start the network with wider first convolutions from the weights of a trained narrower one.

    python -m benchmarks.widen narrow.keras --data data --outputs outputs/wide_start

Writes outputs/wide_start/model.keras, for `train.py --start-from`. A first convolution of a block
that is wider than before gets copies of its filters, disturbed by noise, and the second convolution
divides its kernel among the copies (Net2WiderNet, Chen et al. 2016, arXiv 1511.05641, section 2.2).
The hidden units that move the logits most are kept, and the logits are fitted to those of the
narrow network by ridge regression. PublicTest fell from 70.60 to 70.19 % by that, before training.
"""
import numpy as np

import fer2013
import model
from base import files, options
from networks.files import read
from networks.raw import BATCHES, in_batches

NOISE = 0.3  # standard deviation of what is added to a copy, relative to that of the kernel
EVERY = 8  # of the training faces, to which the logits are fitted
FACES = 3000


def main():
    args = parse_arguments()
    narrow, wide = read(args.narrow).keras_model, model.build_model()
    random = np.random.default_rng(0)
    for layer in wide.layers:
        source = narrow.get_layer(layer.name).get_weights()
        if [each.shape for each in source] == [each.shape for each in layer.get_weights()]:
            layer.set_weights(source)
    for block in (3, 4):
        widen(narrow, wide, block, random)
    fit_dense(narrow, wide, fer2013.open(args.data).split("train").pixels[::EVERY][:FACES])
    with files.replacing(files.make_folder(args.outputs) / "model.keras") as path:
        wide.save(path)


def parse_arguments():
    parser = options.parser(__doc__)
    parser.add_argument("narrow", help="a .keras file with 128 and 256 filters in the last blocks")
    parser.add_argument("--data", default="data", help="FER2013 in any form")
    parser.add_argument("--outputs", default="outputs/wide_start", help="folder to write to")
    return parser.parse_args()


def widen(narrow, wide, block, random):
    """Copy a block into one whose first convolution has twice as many filters."""
    first, second = f"block{block}_conv1", f"block{block}_conv2"
    kernel, bias = narrow.get_layer(first).get_weights()  # (3, 3, in, n), (n,)
    after, after_bias = narrow.get_layer(second).get_weights()  # (3, 3, n, out), (out,)
    share = random.uniform(0.35, 0.65, kernel.shape[-1])  # of the original; its copy has the rest
    copy = kernel + NOISE * kernel.std() * random.standard_normal(kernel.shape)
    wide.get_layer(first).set_weights([np.concatenate([kernel, copy], axis=-1), np.tile(bias, 2)])
    divided = [after * share[:, None], after * (1 - share)[:, None]]
    wide.get_layer(second).set_weights([np.concatenate(divided, axis=2), after_bias])


def fit_dense(narrow, wide, pixels):
    """Keep the hidden units that move the logits most, and fit the logits to the narrow ones."""
    import keras

    to_hidden = keras.Model(narrow.input, narrow.get_layer("hidden").output)
    active = in_batches(to_hidden.predict_on_batch, pixels[..., None], BATCHES)  # (n, units)
    (weights, bias), (logits, offset) = (narrow.get_layer(name).get_weights()
                                         for name in ("hidden", "logits"))
    effect = active.std(axis=0) * np.abs(logits - logits.mean(axis=1, keepdims=True)).sum(axis=1)
    kept = np.sort(np.argsort(effect)[-wide.get_layer("hidden").units:])
    start = np.vstack([logits[kept], offset])
    design = np.column_stack([active[:, kept], np.ones(len(active))])
    missing = active @ logits + offset - design @ start
    fitted = start + np.linalg.solve(design.T @ design + np.eye(len(start)), design.T @ missing)
    wide.get_layer("hidden").set_weights([weights[:, kept], bias[kept]])
    wide.get_layer("logits").set_weights([fitted[:-1], fitted[-1]])


if __name__ == "__main__":
    options.run(main)
