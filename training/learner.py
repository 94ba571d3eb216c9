"""The learner: the network behind its augmentation, compiled as a recipe says, and the fitting of it."""
import math
import sys

import keras

import model as network
from base.errors import UserError
from networks.files import read
from training import augmentation, batches
from training.recipe import OPTIMIZERS, PRECISIONS, SCHEDULES

VALIDATION_BATCH = 509  # prime, so that no number of devices shares it: devices.py says why


def build(recipe, faces, start_from=""):
    """The network with new weights or those of a file, and the compiled model that trains it, augmentation in front.

    Args:
        recipe: a Recipe.
        faces: how many there are to learn from.
        start_from: path of a model whose weights are the first ones; empty for new weights.
    """
    keras.utils.set_random_seed(recipe.seed)  # initial weights
    trained = network.build_model(recipe.block_dropout, recipe.dense_dropout, PRECISIONS[recipe.precision],
                                  recipe.seed, recipe.filters or network.FILTERS)
    if start_from:
        copy_weights(start_from, trained)
    learner = keras.Sequential([keras.Input(network.INPUT_SHAPE),
                                *augmentation.layers(recipe.sharp, recipe.erase, recipe.seed), trained])
    compile_learner(learner, recipe, faces)
    return trained, learner


def copy_weights(path, trained):
    source = read(path).keras_model
    weights = [] if source is None else source.get_weights()
    if [array.shape for array in weights] != [array.shape for array in trained.get_weights()]:
        raise UserError(f"{path}: its weights do not fit this network; expected a model that train.py wrote")
    trained.set_weights(weights)


def compile_learner(learner, recipe, faces):
    steps_per_epoch = math.ceil(faces / recipe.batch_size)
    steps = steps_per_epoch * recipe.epochs
    schedule = SCHEDULES[recipe.schedule](recipe.learning_rate, steps, warmup=min(steps_per_epoch, math.ceil(steps / 2)))
    optimizer = OPTIMIZERS[recipe.optimizer](schedule, recipe.weight_decay)
    optimizer.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])  # shrinking these regularises nothing
    learner.compile(
        optimizer=optimizer,
        loss=keras.losses.CategoricalCrossentropy(label_smoothing=recipe.label_smoothing),
        metrics=["accuracy"],
        jit_compile=network.jit_compile())


def fit(learner, recipe, data, validation, keeper):
    """Train from where the keeper stands to the recipe's last epoch.

    Args:
        learner, recipe: see build().
        data: pixels uint8 (n, 48, 48), labels uint8 (n,), targets float32 (n, 7) of the training faces.
        validation: pixels and labels of the validation faces.
        keeper: a checkpoint.Keeper.
    """
    pixels, labels = validation
    learner.fit(
        batches.feed(*data, recipe, first_epoch=len(keeper.rows)),
        steps_per_epoch=math.ceil(len(data[1]) / recipe.batch_size),
        initial_epoch=len(keeper.rows), epochs=recipe.epochs, shuffle=False,
        validation_data=(pixels[..., None], batches.one_hot(labels)), validation_batch_size=VALIDATION_BATCH,
        callbacks=[keras.callbacks.LambdaCallback(
            on_epoch_begin=keeper.begin, on_train_batch_end=keeper.step, on_epoch_end=keeper.end)],
        verbose=1 if sys.stdout.isatty() else 0)
