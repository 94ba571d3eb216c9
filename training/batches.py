"""The batches that the network is trained on: targets, weights, and the order of the faces."""
import functools
import itertools

import keras
import numpy as np

import model as network
from training.recipe import CLASS_WEIGHTS


def feed(*arguments, **options):
    """The batches of batches() in the form that is fastest with the current Keras backend.

    For TensorFlow, tensorflow_batches.py gives the reason.
    """
    generate = functools.partial(batches, *arguments, **options)
    if keras.backend.backend() == "tensorflow":
        from training import tensorflow_batches  # not at the top: others run without TensorFlow

        return tensorflow_batches.untuned(generate)
    return generate()


def batches(pixels, labels, recipe, first_epoch):
    """Yield batches without end, each epoch in an order that only the seed and its number decide.

    Args:
        pixels: uint8 (n, 48, 48).
        labels: uint8 (n,).
        recipe: a Recipe.
        first_epoch: number of the first epoch, counted from 0.

    Yields:
        uint8 (m, 48, 48, 1) pixels, float32 (m, 7) one-hot labels, float32 (m,) weights. m is the
        batch size; the last batch of an epoch has the remaining faces.
    """
    class_weights = CLASS_WEIGHTS[recipe.class_weight](labels)  # (7,)
    weights = class_weights[labels].astype("float32")  # (n,)
    for epoch in itertools.count(first_epoch):
        order = np.random.default_rng([recipe.seed, epoch]).permutation(len(labels))  # (n,)
        for start in range(0, len(order), recipe.batch_size):
            indices = order[start:start + recipe.batch_size]  # (m,)
            yield pixels[indices, ..., None], one_hot(labels[indices]), weights[indices]


def one_hot(labels):
    """float32 (n, 7) with a 1 in the column of each label."""
    return np.eye(network.CLASSES, dtype="float32")[labels]
