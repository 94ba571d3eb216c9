"""The network: four convolutional blocks and two dense layers for the seven emotions of FER2013.

    model = build_model()               # 3,332,679 trainable parameters, 1,024 others

The input is raw grey pixels from 0 to 255; the network's first layer scales them, so that no caller
can do it wrong.

    python model.py --export onnx       # outputs/emotion_cnn.onnx

Writes a trained network for other programs, as ONNX, TensorFlow Lite (tflite) or a SavedModel
directory (saved_model), after checking on the included faces that the file predicts the same.
"""
import functools

import numpy as np

from base import options
from fer2013 import included
from networks import NAME, RESCALE, choice
from networks.export import FORMATS

INPUT_SHAPE = (48, 48, 1)
CLASSES = 7
FILTERS = ((64, 64), (64, 64), (256, 128), (512, 256))  # of the two convolutions of each block
HIDDEN = 976


def build_model(block_dropout=0.1, dense_dropout=0.5, dtype="float32", seed=None, filters=FILTERS,
                hidden=HIDDEN):
    """Build the untrained network.

    Initialisation by He et al. (2015, arXiv 1502.01852) before each ReLU, pixels scaled to about -2
    to 2, batch normalisation between a block's second convolution and its ReLU (Ioffe & Szegedy
    2015) and an output layer that predicts nearly uniform probabilities at first reached 49 % on
    PublicTest after three epochs; Keras's defaults reached 27 %.

    Args:
        block_dropout: share of activations dropped after each block during training.
        dense_dropout: share of activations dropped after the hidden dense layer during training.
        dtype: Keras dtype policy, "float32" or "mixed_bfloat16"; weights are float32 in both.
        seed: seed of the dropout masks; with None, Keras chooses one.
        filters: for each block the filters of its two convolutions, or one number for both.
        hidden: number of units in the hidden dense layer.

    Returns:
        A keras.Model from float (n, 48, 48, 1) pixels, 0 to 255, to float32 (n, 7) probabilities.
    """
    import keras  # here, because it takes seconds, and --help needs none

    layers = keras.layers
    seeds = [None] * (1 + len(filters))
    if seed is not None:  # within int32
        seeds = (np.random.SeedSequence(seed).generate_state(len(seeds)) >> 1).tolist()
    convolution = functools.partial(layers.Conv2D, kernel_size=3, padding="same",
                                    kernel_initializer="he_normal", dtype=dtype)
    inputs = keras.Input(INPUT_SHAPE, name="pixels")
    x = layers.Rescaling(*RESCALE, name="rescale", dtype=dtype)(inputs)
    for block, width in enumerate(filters, start=1):
        first, second = (width, width) if isinstance(width, int) else width
        x = convolution(first, name=f"block{block}_conv1")(x)
        x = layers.ReLU(name=f"block{block}_relu1", dtype=dtype)(x)
        x = convolution(second, name=f"block{block}_conv2")(x)
        x = layers.BatchNormalization(momentum=0.97, name=f"block{block}_norm", dtype=dtype)(x)
        x = layers.ReLU(name=f"block{block}_relu2", dtype=dtype)(x)  # (48|23|11|5, same, second)
        x = layers.MaxPooling2D(3, strides=2, name=f"block{block}_pool",
                                dtype=dtype)(x)  # (23|11|5|2, same, second)
        x = layers.Dropout(block_dropout, seed=seeds[block], name=f"block{block}_dropout",
                           dtype=dtype)(x)
    x = layers.Flatten(name="flatten", dtype=dtype)(x)  # (1024,), 4 times the last width
    x = layers.Dense(hidden, "relu", kernel_initializer="he_normal", name="hidden", dtype=dtype)(x)
    x = layers.Dropout(dense_dropout, seed=seeds[0], name="hidden_dropout", dtype=dtype)(x)
    small = keras.initializers.RandomNormal(stddev=0.01)
    x = layers.Dense(CLASSES, kernel_initializer=small, name="logits", dtype=dtype)(x)
    outputs = layers.Softmax(name="probabilities", dtype="float32")(x)
    return keras.Model(inputs, outputs, name=NAME)


def jit_compile():
    """The value for Keras's jit_compile: with XLA, TensorFlow on a CPU takes 4 times as long."""
    import keras

    from networks.sharing import on_cpu

    return False if keras.backend.backend() == "tensorflow" and on_cpu() else "auto"


def as_network(model, path="a network in memory"):
    """The networks.network.Network of a model of build_model(), whose weights must not change."""
    from networks.network import OURS, Network
    from networks.raw import RawNetwork
    from networks.sharing import call_of

    return Network(RawNetwork(path, "Keras", INPUT_SHAPE, CLASSES, call_of(model), model, ""), OURS)


def main():
    args = parse_arguments()
    with options.quiet_stderr():
        from networks.export import export
        from networks.network import open_network
    path = choice.choose(args.model, args.outputs)
    print(choice.in_words(path), flush=True)
    target = export(open_network(path, included.open_own(), args.scale, args.labels), args.export,
                    args.outputs)
    print(f"wrote {target}, which predicts the same for the included faces\n"
          f"wrote {target}.json, which says what it takes and gives")


def parse_arguments():
    parser = options.parser(__doc__)
    parser.add_argument("--export", required=True, choices=FORMATS, help="format to write")
    options.add_options(parser, choice.ModelOptions)
    options.add_options(parser, options.OutputOptions)
    return parser.parse_args()


if __name__ == "__main__":
    options.run(main)
