"""The network: four convolutional blocks and two dense layers for the seven emotions of FER2013.

    model = build_model()                       # 3,332,679 trainable and 1,024 non-trainable parameters
    model = load_model("outputs/model.keras")   # a checked, trained one

It takes raw grey pixels from 0 to 255; the scaling is its first layer, so no caller can get it wrong.
Keras 3 public API alone: KERAS_BACKEND=tensorflow, jax or torch.
"""
import os
import warnings

import keras
import numpy as np

from base import model_file
from base.errors import UserError

INPUT_SHAPE = (48, 48, 1)
CLASSES = 7
FILTERS = (64, 64, 128, 256)
NAME = "emotion_cnn"
RESCALE = (1 / 64, -2)  # factor and offset: pixels from 0 to 255 become -2 to 2


def build_model(block_dropout=0.1, dense_dropout=0.5, dtype="float32", seed=None, filters=FILTERS):
    """The untrained network.

    The initialisation decides the first epochs. He et al. (2015, arXiv 1502.01852, section 2.2) for layers
    before a ReLU, pixels at about -2 to 2, batch normalisation between a block's second convolution and its
    ReLU (Ioffe & Szegedy 2015, section 3.2), and an output layer that starts near the uniform answer reached
    49 % on PublicTest after three epochs, Keras's defaults 27 %.

    Args:
        block_dropout: share of activations dropped after each block while training.
        dense_dropout: the same after the hidden dense layer.
        dtype: Keras dtype policy, "float32" or "mixed_bfloat16" (float32 weights, bfloat16 arithmetic).
        seed: of dropout; None lets Keras choose, which on torch draws from a global state that no checkpoint has.
        filters: of the four blocks' convolutions; others than FILTERS make another network, a teacher for this one.

    Returns:
        A keras.Model: float (n, 48, 48, 1) pixels from 0 to 255 -> float32 (n, 7) probabilities.
    """
    layers = keras.layers
    seeds = [None] * 5 if seed is None else (np.random.SeedSequence(seed).generate_state(5) >> 1).tolist()  # as int32
    inputs = keras.Input(INPUT_SHAPE, name="pixels")
    x = layers.Rescaling(*RESCALE, name="rescale", dtype=dtype)(inputs)
    for block, width in enumerate(filters, start=1):
        x = convolution(width, f"block{block}_conv1", dtype)(x)
        x = layers.ReLU(name=f"block{block}_relu1", dtype=dtype)(x)
        x = convolution(width, f"block{block}_conv2", dtype)(x)
        x = layers.BatchNormalization(momentum=0.97, name=f"block{block}_norm", dtype=dtype)(x)
        x = layers.ReLU(name=f"block{block}_relu2", dtype=dtype)(x)  # (48|23|11|5, same, width)
        x = layers.MaxPooling2D(3, strides=2, name=f"block{block}_pool", dtype=dtype)(x)  # (23|11|5|2, same, width)
        x = layers.Dropout(block_dropout, seed=seeds[block], name=f"block{block}_dropout", dtype=dtype)(x)
    x = layers.Flatten(name="flatten", dtype=dtype)(x)  # (1024,), 4 times the last width
    x = layers.Dense(2048, "relu", kernel_initializer="he_normal", name="hidden", dtype=dtype)(x)
    x = layers.Dropout(dense_dropout, seed=seeds[0], name="hidden_dropout", dtype=dtype)(x)
    small = keras.initializers.RandomNormal(stddev=0.01)
    x = layers.Dense(CLASSES, kernel_initializer=small, name="logits", dtype=dtype)(x)
    outputs = layers.Softmax(name="probabilities", dtype="float32")(x)
    return keras.Model(inputs, outputs, name=NAME)


def convolution(filters, name, dtype):
    return keras.layers.Conv2D(filters, 3, padding="same", kernel_initializer="he_normal", name=name, dtype=dtype)


def jit_compile():
    """Keras's jit_compile: off for TensorFlow on a CPU, where XLA trains this network 4 times slower; else "auto"."""
    if keras.backend.backend() != "tensorflow":
        return "auto"
    on_cpu = all("CPU" in device.upper() for device in keras.distribution.list_devices())
    return False if on_cpu else "auto"


def predict(model, pixels, batch_sizes=(1, 32, 250)):
    """Probabilities of every emotion: float32 (n, 7) for uint8 (n, 48, 48) pixels.

    Each batch is filled up to the least of a few sizes, because every batch shape costs a compilation: 1,000 faces take
    1.5 s in batches of 250 on two CPU cores, and one face need not cost as much as 250.
    """
    answers = [np.empty((0, CLASSES), np.float32)]
    for start in range(0, len(pixels), batch_sizes[-1]):
        batch = pixels[start:start + batch_sizes[-1], ..., None]  # (<= 250, 48, 48, 1)
        size = next(size for size in batch_sizes if size >= len(batch))
        filled = np.concatenate([batch, np.zeros((size - len(batch), *INPUT_SHAPE), batch.dtype)])
        answers.append(model.predict_on_batch(filled)[:len(batch)])
    return np.concatenate(answers)


def load_model(path):
    """Read a trained model and check that it is one of this shape.

    Args:
        path: a .keras file. It may come from a stranger: no code in it is run (model_file.py).

    Raises:
        UserError: no such file, not a Keras model of ordinary layers, or not one from (48, 48, 1) pixels to 7 classes.
    """
    if not os.path.isfile(path):
        raise UserError(f"{path}: no such file; python train.py writes a model")
    model_file.check(path)
    try:
        with warnings.catch_warnings(action="ignore"):  # what they say of layers, the error says too
            model = keras.saving.load_model(path, compile=False, safe_mode=True)
    except Exception as error:  # whatever layers that do not fit each other or the weights make Keras raise
        reason = str(error).strip().split("\n")[0][:200]
        raise UserError(f"{path}: not a readable Keras model ({reason})") from error
    shapes = (getattr(model, "input_shape", None), getattr(model, "output_shape", None))
    if shapes != ((None, *INPUT_SHAPE), (None, CLASSES)):
        raise UserError(f"{path}: expected a model from (48, 48, 1) to 7 classes, found {shapes[0]} to {shapes[1]}")
    if jit_compile() is False:
        model.jit_compile = False
    return model
