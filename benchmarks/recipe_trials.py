"""Changes of the training that were tried and are not options of train.py: train.py with one of them.

    python -m benchmarks.recipe_trials mixup --data data --epochs 3 --outputs outputs/recipe/mixup

The first argument names the change, the others are train.py's, and it writes what train.py writes. recipe.py runs
these and keeps their table. An interrupted run cannot be trusted to go on as if nothing had happened: take --fresh.
"""
import functools
import pathlib
import sys

import keras
import numpy as np

import fer2013
import model as network
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
    "constant learning rate, moving average of weights, normalised anew": lambda: average_weights(0.998, anew=True),
    "constant learning rate, longer moving average of weights": lambda: average_weights(0.9998, anew=True),
    "CutMix and a moving average": lambda: (mix_batches("CutMix", every=2), average_weights(0.999, anew=True)),
    "wider views": lambda: view_faces(turn=15, zoom=0.22, shift=6),
    "sharpness-aware steps": lambda: sharpen(radius=0.2),
    "plateau": lambda: call_back(lambda: keras.callbacks.ReduceLROnPlateau("val_accuracy", factor=0.3, patience=2)),
    "without repeated and conflicting faces": lambda: drop_faces(),
}


def main():
    if len(sys.argv) < 2 or sys.argv[1] not in TRIALS:
        sys.exit(f"benchmarks.recipe_trials: expected one of {', '.join(map(repr, TRIALS))}, then options of train.py")
    TRIALS[sys.argv.pop(1)]()
    command_line.run(train.main)


def mix_batches(name, every=1):
    """Have the Keras layer of this name mix the faces of every batch, or of one in `every`, and their targets alike."""
    unmixed = batches.batches

    def mixed(pixels, labels, targets, settings, first_epoch):
        layer = getattr(keras.layers, name)(seed=settings.seed)
        for number, (faces, answers, weights) in enumerate(unmixed(pixels, labels, targets, settings, first_epoch)):
            both = {"images": faces.astype("float32"), "labels": answers}
            if number % every == 0:
                both = layer(both)
            yield *map(keras.ops.convert_to_numpy, (both["images"], both["labels"])), weights

    batches.batches = mixed


def average_weights(momentum, anew=False):
    """Validate and keep an exponential average of the weights instead of the last ones; see normalise_anew."""
    make = recipe.OPTIMIZERS["muon"]

    def make_averaging(rate, decay):
        optimizer = make(rate, decay)
        return type(optimizer).from_config(optimizer.get_config() | {"use_ema": True, "ema_momentum": momentum})

    recipe.OPTIMIZERS["muon"] = make_averaging
    call_back(lambda: keras.callbacks.SwapEMAWeights(swap_on_epoch=True))  # it swaps for validation, too
    if anew:
        call_back(normalise_anew())  # after the swap


def normalise_anew():
    """Make callbacks that estimate batch normalisation for the weights that are validated, as SWA does.

    An average of weights needs the mean and variance of its own activations, not those that the weights on the way
    had: Izmailov et al. 2018 (arXiv 1803.05407), section 3.3. Takes up to 8,192 training faces, not augmented.
    """
    load, faces = train.load, []

    def remember(path, split):
        pixels, labels = load(path, split)
        if split == "train":
            faces.append(np.random.default_rng(0).permutation(pixels)[:8192, ..., None])  # (at most 8192, 48, 48, 1)
        return pixels, labels

    def estimate(callback):
        trained = callback.model.layers[-1]
        layers = normalisations(trained)
        usual = [layer.momentum for layer in layers]
        for number, batch in enumerate(np.array_split(faces[0], 32)):
            for layer in layers:
                layer.momentum = number / (number + 1)  # the mean of all batches alike
            trained(batch, training=True)
        for layer, momentum in zip(layers, usual, strict=True):
            layer.momentum = momentum

    def make():
        callback = keras.callbacks.Callback()
        callback.on_test_begin = lambda logs=None: estimate(callback)
        return callback

    train.load = remember
    return make


def normalisations(trained):
    """The network's layers of batch normalisation."""
    return [layer for layer in trained.layers if isinstance(layer, keras.layers.BatchNormalization)]


def view_faces(**options):
    """Augment with these options of augmentation.FaceAugmentation instead of its defaults."""
    augmentation.FaceAugmentation = functools.partial(augmentation.FaceAugmentation, **options)


def sharpen(radius):
    """Take every gradient where the loss of a quarter of the batch is highest within `radius` of the weights.

    Sharpness-aware minimisation: Foret et al. 2021 (arXiv 2010.01412), equation 2; a quarter of the batch for the
    ascent costs a quarter of a step instead of a whole one. With TensorFlow alone.
    """
    build = learner.build

    def ascend(trained, model, faces, targets):
        """How far to go from each weight; the statistics of batch normalisation stay those of whole batches."""
        import tensorflow  # only now, after Keras
        statistics = [variable for layer in normalisations(trained) for variable in layer.non_trainable_variables]
        kept = [tensorflow.identity(variable.value) for variable in statistics]
        weights = [variable.value for variable in trained.trainable_variables]
        with tensorflow.GradientTape() as tape:
            loss = model.compute_loss(y=targets, y_pred=trained(faces, training=True))
        gradients = tape.gradient(loss, weights)
        for variable, value in zip(statistics, kept, strict=True):
            variable.assign(value)
        return [radius * gradient / tensorflow.linalg.global_norm(gradients) for gradient in gradients]

    def built(settings, count, start_from):
        trained, augmenting = build(settings, count, start_from)
        model = keras.Sequential([keras.Input(network.INPUT_SHAPE), trained])
        learner.compile_learner(model, settings, count)
        usual = model.train_step

        def step(data):
            faces = keras.ops.cast(data[0], "float32")
            for layer in augmenting.layers[:-1]:
                faces = layer(faces, training=True)  # here, so that both gradients are of the same views
            part = keras.ops.shape(faces)[0] // 4
            away = ascend(trained, model, faces[:part], data[1][:part])
            for variable, difference in zip(trained.trainable_variables, away, strict=True):
                variable.assign_add(difference)
            logs = usual((faces, *data[1:]))
            for variable, difference in zip(trained.trainable_variables, away, strict=True):
                variable.assign_sub(difference)
            return logs

        model.train_step = step
        return trained, model

    learner.build = built


def call_back(make):
    """Have fit() call a callback before those of train.py and after those of earlier calls."""
    build = learner.build

    def built(*arguments):
        trained, model = build(*arguments)
        fit = model.fit
        model.fit = lambda *data, callbacks, **options: fit(*data, callbacks=[make(), *callbacks], **options)
        return trained, model

    learner.build = built


def drop_faces():
    """Leave out training faces that repeat a PublicTest face or that carry different labels in the training split."""
    load = train.load

    def kept(path, split):
        pixels, labels = load(path, split)
        if split != "train":
            return pixels, labels
        group = glance.group_identical(pixels)  # (n,)
        known, _, _ = fer2013.load(path, "validation")
        dropped = glance.conflicting(group, labels)[group] | fer2013.seen_in(pixels, known)
        print(f"leaves out {dropped.sum():,} of {len(dropped):,} training faces")
        return pixels[~dropped], labels[~dropped]

    train.load = kept


if __name__ == "__main__":
    main()
