"""The learner: the network with its augmentation in front, compiled and fitted as a recipe says."""
import math
import sys

import keras

import model as network
from base.errors import UserError
from networks.files import read
from training import augmentation, batches
from training.recipe import OPTIMIZERS, PRECISIONS, SCHEDULES

VALIDATION_BATCH = 509  # prime: no number of devices divides it (SharedTraining in devices.py)


def build(recipe, face_count, start_from=""):
    """The network and the compiled model that trains it.

    Args:
        recipe: a Recipe.
        face_count: number of training faces.
        start_from: path of a model with the initial weights; empty for new weights.

    Returns:
        The network, a keras.Model, and the learner, a compiled keras.Sequential of the augmentation
        and the network.

    Raises:
        UserError: `start_from` is not readable as a model, or its weights do not fit the network.
    """
    keras.utils.set_random_seed(recipe.seed)  # for the initial weights
    model = network.build_model(recipe.block_dropout, recipe.dense_dropout,
                                PRECISIONS[recipe.precision], recipe.seed,
                                recipe.filters or network.FILTERS)
    if start_from:
        copy_weights(start_from, model)
    augmentations = augmentation.layers(recipe.sharp, recipe.erase, recipe.seed)
    learner = keras.Sequential([keras.Input(network.INPUT_SHAPE), *augmentations, model])
    compile_learner(learner, recipe, face_count)
    return model, learner


def copy_weights(path, model):
    source = read(path).keras_model
    weights = [] if source is None else source.get_weights()
    if [array.shape for array in weights] != [array.shape for array in model.get_weights()]:
        raise UserError(f"{path}: its weights do not fit this network; "
                        "expected a model that train.py wrote")
    model.set_weights(weights)


def compile_learner(learner, recipe, face_count):
    """Compile a model with the recipe's optimizer, schedule and loss for `face_count` faces."""
    steps_per_epoch = math.ceil(face_count / recipe.batch_size)
    steps = steps_per_epoch * recipe.epochs
    warmup = min(steps_per_epoch, math.ceil(steps / 2))
    schedule = SCHEDULES[recipe.schedule](recipe.learning_rate, steps, warmup=warmup)
    optimizer = OPTIMIZERS[recipe.optimizer](schedule, recipe.weight_decay)
    # weight decay of these does not regularise
    optimizer.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])
    learner.compile(
        optimizer=optimizer,
        loss=keras.losses.CategoricalCrossentropy(label_smoothing=recipe.label_smoothing),
        metrics=["accuracy"],
        jit_compile=network.jit_compile())


def fit(learner, recipe, data, validation, keeper):
    """Train from the epochs that the keeper has to the recipe's last epoch.

    Args:
        learner: the compiled model from build().
        recipe: a Recipe.
        data: the training faces: pixels uint8 (n, 48, 48), labels uint8 (n,), targets float32
            (n, 7).
        validation: pixels and labels of the validation faces.
        keeper: a checkpoint.Keeper.
    """
    pixels, labels = validation
    learner.fit(
        batches.feed(*data, recipe, first_epoch=len(keeper.rows)),
        steps_per_epoch=math.ceil(len(data[1]) / recipe.batch_size),
        initial_epoch=len(keeper.rows), epochs=recipe.epochs, shuffle=False,
        validation_data=(pixels[..., None], batches.one_hot(labels)),
        validation_batch_size=VALIDATION_BATCH,
        callbacks=[keras.callbacks.LambdaCallback(
            on_epoch_begin=keeper.begin_epoch, on_train_batch_end=keeper.check_loss,
            on_epoch_end=keeper.end_epoch)],
        verbose=1 if sys.stdout.isatty() else 0)
