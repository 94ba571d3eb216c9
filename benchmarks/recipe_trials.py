"""Changes of the training that were tried and are not options of train.py.

    python -m benchmarks.recipe_trials mixup --data data --epochs 3 --outputs outputs/recipe/mixup

Runs train.py with one change, which the first argument names. The other arguments and the written
files are train.py's. recipe.py runs these trials and keeps their table. Start an interrupted run
over with --fresh: the state of some changes is not in the checkpoint.
"""
import functools
import pathlib
import sys

import keras
import numpy as np

import fer2013
import train
from base import command_line
from fer2013 import glance
from training import augmentation, batches, learner, recipe

HERE = pathlib.Path(__file__).resolve().parent

TRIALS = {
    "mixup": lambda: mix_batches("MixUp"),  # Zhang et al. 2018 (arXiv 1710.09412)
    "cutmix": lambda: mix_batches("CutMix"),  # Yun et al. 2019 (arXiv 1905.04899)
    "moving average of weights": lambda: average_weights(0.99),
    "constant learning rate, moving average of weights": lambda: average_weights(0.998),
    "constant learning rate, moving average of weights, normalised anew":
        lambda: average_weights(0.998, renormalise=True),
    "constant learning rate, longer moving average of weights":
        lambda: average_weights(0.9998, renormalise=True),
    "CutMix and a moving average":
        lambda: (mix_batches("CutMix", every=2), average_weights(0.999, renormalise=True)),
    "wider views": lambda: augment(turn=15, zoom=0.22, shift=6),
    "sharpness-aware steps": lambda: take_sharpness_aware_steps(radius=0.2),
    "plateau": lambda: add_callback(lambda: keras.callbacks.ReduceLROnPlateau(
        "val_accuracy", factor=0.3, patience=2)),
    "without repeated and conflicting faces": lambda: drop_faces(),
}


def main():
    if len(sys.argv) < 2 or sys.argv[1] not in TRIALS:
        sys.exit(f"benchmarks.recipe_trials: expected one of {', '.join(map(repr, TRIALS))}, "
                 "then options of train.py")
    TRIALS[sys.argv.pop(1)]()
    command_line.run(train.main)


def mix_batches(name, every=1):
    """Mix the faces and the targets of batches with a layer of Keras.

    Args:
        name: "MixUp" or "CutMix", the layer in keras.layers.
        every: mix one batch in this many.
    """
    make_batches = batches.batches

    def mixed_batches(pixels, labels, settings, first_epoch):
        layer = getattr(keras.layers, name)(seed=settings.seed)
        unmixed = make_batches(pixels, labels, settings, first_epoch)
        for number, (batch, batch_targets, weights) in enumerate(unmixed):
            both = {"images": batch.astype("float32"), "labels": batch_targets}
            if number % every == 0:
                both = layer(both)
            yield *map(keras.ops.convert_to_numpy, (both["images"], both["labels"])), weights

    batches.batches = mixed_batches


def average_weights(momentum, renormalise=False):
    """Validate and keep an exponential moving average of the weights instead of the last weights.

    Args:
        momentum: of the average, from 0 to 1.
        renormalise: whether to estimate the statistics of batch normalisation for the average.
    """
    make = recipe.OPTIMIZERS["muon"]

    def make_averaging(rate, decay):
        optimizer = make(rate, decay)
        averaging = {"use_ema": True, "ema_momentum": momentum}
        return type(optimizer).from_config(optimizer.get_config() | averaging)

    recipe.OPTIMIZERS["muon"] = make_averaging
    # swaps in the averaged weights for validation too
    add_callback(lambda: keras.callbacks.SwapEMAWeights(swap_on_epoch=True))
    if renormalise:
        add_callback(make_renormalisation())  # runs after the swap


def make_renormalisation():
    """A function that makes callbacks which estimate batch normalisation before each validation.

    Averaged weights need the mean and variance of their own activations, not those of the weights
    that were averaged: Izmailov et al. 2018 (arXiv 1803.05407), section 3.3. Up to 8,192 training
    faces are used, without augmentation.
    """
    load, samples = train.load, []

    def load_and_sample(path, split):
        pixels, labels = load(path, split)
        if split == "train":
            sample = np.random.default_rng(0).permutation(pixels)[:8192, ..., None]
            samples.append(sample)  # (at most 8192, 48, 48, 1)
        return pixels, labels

    def estimate(callback):
        model = callback.model.layers[-1]
        layers = normalisations(model)
        usual = [layer.momentum for layer in layers]
        for number, batch in enumerate(np.array_split(samples[0], 32)):
            for layer in layers:
                layer.momentum = number / (number + 1)  # gives the mean over all batches
            model(batch, training=True)
        for layer, momentum in zip(layers, usual, strict=True):
            layer.momentum = momentum

    def make():
        callback = keras.callbacks.Callback()
        callback.on_test_begin = lambda logs=None: estimate(callback)
        return callback

    train.load = load_and_sample
    return make


def normalisations(model):
    """The batch normalisation layers of a network."""
    return [layer for layer in model.layers if isinstance(layer, keras.layers.BatchNormalization)]


def augment(**options):
    """Change the defaults of augmentation.FaceAugmentation."""
    augmentation.FaceAugmentation = functools.partial(augmentation.FaceAugmentation, **options)


def take_sharpness_aware_steps(radius):
    """Compute every gradient at the weights within `radius` that have the highest loss.

    Sharpness-aware minimisation (Foret et al. 2021, arXiv 2010.01412, equation 2). The ascent uses
    a quarter of the batch, so it costs a quarter of a step instead of a whole one. Needs TensorFlow
    as the backend.
    """
    build = learner.build

    def build_sharpness_aware(settings, face_count, start_from, data):
        model, augmented = build(settings, face_count, start_from, data)
        teachers = learner.open_teachers(settings, data)
        compiled = learner.Learner([], model, teachers, settings.teachers_share)
        learner.compile_learner(compiled, settings, face_count)
        descend = compiled.train_step

        def step(data):
            pixels = keras.ops.cast(data[0], "float32")
            for layer in augmented.augmentations:
                pixels = layer(pixels, training=True)  # once, so both gradients see the same views
            part = keras.ops.shape(pixels)[0] // 4
            ascent = ascend(compiled, pixels[:part], data[1][:part], radius)
            for variable, difference in zip(model.trainable_variables, ascent, strict=True):
                variable.assign_add(difference)
            logs = descend((pixels, *data[1:]))
            for variable, difference in zip(model.trainable_variables, ascent, strict=True):
                variable.assign_sub(difference)
            return logs

        compiled.train_step = step
        return model, compiled

    learner.build = build_sharpness_aware


def ascend(compiled, pixels, labels, radius):
    """The change of each weight, of norm `radius` in all, along the gradient of the loss.

    The statistics of batch normalisation are restored, so that they remain those of whole batches.
    """
    import tensorflow  # only now, after Keras
    statistics = [variable for layer in normalisations(compiled.student)
                  for variable in layer.non_trainable_variables]
    kept = [tensorflow.identity(variable.value) for variable in statistics]
    weights = [variable.value for variable in compiled.trainable_variables]
    with tensorflow.GradientTape() as tape:
        loss = compiled.compute_loss(y=labels, y_pred=compiled(pixels, training=True))
    gradients = tape.gradient(loss, weights)
    for variable, value in zip(statistics, kept, strict=True):
        variable.assign(value)
    return [radius * gradient / tensorflow.linalg.global_norm(gradients) for gradient in gradients]


def add_callback(make):
    """Add a callback to fit(): before train.py's own callbacks, and after those added earlier.

    Args:
        make: function without arguments that makes the callback.
    """
    build = learner.build

    def build_with_callback(*arguments):
        model, compiled = build(*arguments)
        fit = compiled.fit
        compiled.fit = lambda *data, callbacks, **options: fit(
            *data, callbacks=[make(), *callbacks], **options)
        return model, compiled

    learner.build = build_with_callback


def drop_faces():
    """Drop training faces that are also in PublicTest or have several labels in training."""
    load = train.load

    def load_some(path, split):
        pixels, labels = load(path, split)
        if split != "train":
            return pixels, labels
        group = glance.group_identical(pixels)  # (n,)
        known, _, _ = fer2013.load(path, "validation")
        dropped = glance.conflicting(group, labels)[group] | fer2013.seen_in(pixels, known)
        print(f"drops {dropped.sum():,} of {len(dropped):,} training faces")
        return pixels[~dropped], labels[~dropped]

    train.load = load_some


if __name__ == "__main__":
    main()
