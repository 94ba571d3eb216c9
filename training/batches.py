"""What is learned of each face, and in which order: targets, weights and batches."""
import functools
import itertools

import keras
import numpy as np

import model as network
from networks.network import open_network
from training.recipe import CLASS_WEIGHTS


def make_targets(recipe, pixels, labels, data=None):
    """What is learned of each face: its label, mixed with the mean answer of the recipe's teachers. float32 (n, 7).

    Distillation after Hinton et al. 2015 (arXiv 1503.02531), section 2, at temperature 1: networks that learned with
    label smoothing and dropout are soft enough. A teacher of FER2013 doubts the labels that are wrong.
    """
    targets = one_hot(labels)
    if not recipe.teachers:
        return targets
    teachers = [open_network(path, data) for path in recipe.teachers]
    print(f"asks {len(teachers)} teachers about {len(labels):,} faces", flush=True)
    answers = np.mean([teacher.predict_mirrored(pixels) for teacher in teachers], axis=0)  # (n, 7)
    return (1 - recipe.teachers_share) * targets + np.float32(recipe.teachers_share) * answers


def feed(*arguments, **options):
    """The batches in the form in which fit() takes them best: tensorflow_batches.py says why."""
    generate = functools.partial(batches, *arguments, **options)
    if keras.backend.backend() == "tensorflow":
        from training import (
            tensorflow_batches,  # not at the top: other backends run without TensorFlow
        )

        return tensorflow_batches.untuned(generate)
    return generate()


def batches(pixels, labels, targets, recipe, first_epoch):
    """Yield what Keras trains on, epoch after epoch, in an order that follows from the seed and the epoch alone.

    Args:
        pixels: uint8 (n, 48, 48); labels: uint8 (n,); targets: float32 (n, 7); first_epoch: counted from 0.

    Yields:
        uint8 (m, 48, 48, 1) pixels, float32 (m, 7) targets, float32 (m,) weights; m is the batch size or, at
        the end of an epoch, what is left.
    """
    weights = CLASS_WEIGHTS[recipe.class_weight](labels)[labels].astype("float32")  # (n,)
    for epoch in itertools.count(first_epoch):
        order = np.random.default_rng([recipe.seed, epoch]).permutation(len(labels))  # (n,)
        for start in range(0, len(order), recipe.batch_size):
            chosen = order[start:start + recipe.batch_size]  # (m,)
            yield pixels[chosen, ..., None], targets[chosen], weights[chosen]


def one_hot(labels):
    return np.eye(network.CLASSES, dtype="float32")[labels]
