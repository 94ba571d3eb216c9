"""The batches that the network is trained on: targets, weights, and the order of the faces."""
import functools
import itertools

import keras
import numpy as np

import model as network
from networks.network import open_network
from training.recipe import CLASS_WEIGHTS


def make_targets(recipe, pixels, labels, data=None):
    """The targets of training: labels, mixed with the mean prediction of the recipe's teachers.

    Distillation (Hinton et al. 2015, arXiv 1503.02531, section 2) at temperature 1, because the
    probabilities of networks trained with label smoothing and dropout are soft enough. Teachers of
    FER2013 give wrong labels a low probability.

    Args:
        recipe: a Recipe.
        pixels: uint8 (n, 48, 48).
        labels: uint8 (n,).
        data: where the faces are, to find out how teachers from elsewhere are fed.

    Returns:
        float32 (n, 7).
    """
    targets = one_hot(labels)
    if not recipe.teachers:
        return targets
    teachers = [open_network(path, data) for path in recipe.teachers]
    print(f"asks {len(teachers)} teachers about {len(labels):,} faces", flush=True)
    probabilities = np.mean(
        [teacher.predict_mirrored(pixels) for teacher in teachers], axis=0)  # (n, 7)
    share = recipe.teachers_share
    return (1 - share) * targets + np.float32(share) * probabilities


def feed(*arguments, **options):
    """The batches of batches() in the form that is fastest with the current Keras backend.

    For TensorFlow, tensorflow_batches.py gives the reason.
    """
    generate = functools.partial(batches, *arguments, **options)
    if keras.backend.backend() == "tensorflow":
        from training import tensorflow_batches  # not at the top: others run without TensorFlow

        return tensorflow_batches.untuned(generate)
    return generate()


def batches(pixels, labels, targets, recipe, first_epoch):
    """Yield batches without end, each epoch in an order that only the seed and its number decide.

    Args:
        pixels: uint8 (n, 48, 48).
        labels: uint8 (n,).
        targets: float32 (n, 7).
        recipe: a Recipe.
        first_epoch: number of the first epoch, counted from 0.

    Yields:
        uint8 (m, 48, 48, 1) pixels, float32 (m, 7) targets, float32 (m,) weights. m is the batch
        size; the last batch of an epoch has the remaining faces.
    """
    class_weights = CLASS_WEIGHTS[recipe.class_weight](labels)  # (7,)
    weights = class_weights[labels].astype("float32")  # (n,)
    for epoch in itertools.count(first_epoch):
        order = np.random.default_rng([recipe.seed, epoch]).permutation(len(labels))  # (n,)
        for start in range(0, len(order), recipe.batch_size):
            indices = order[start:start + recipe.batch_size]  # (m,)
            yield pixels[indices, ..., None], targets[indices], weights[indices]


def one_hot(labels):
    """float32 (n, 7) with a 1 in the column of each label."""
    return np.eye(network.CLASSES, dtype="float32")[labels]
