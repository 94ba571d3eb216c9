"""The learner: the network with its augmentation in front, compiled and fitted as a recipe says."""
import math
import sys

import keras
import numpy as np
from keras import ops

import model as network
from base.errors import UserError
from networks.files import read
from networks.network import open_network
from networks.precision import PRECISIONS, in_precision
from training import augmentation, batches
from training.recipe import OPTIMIZERS, SCHEDULES

VALIDATION_BATCH = 509  # prime: no number of devices divides it (SharedTraining in devices.py)


class Learner(keras.Model):
    """The network with augmentation in front and teachers beside it, to be compiled and fitted.

    The targets are the labels, mixed with the mean answer of the teachers (distillation, Hinton et
    al. 2015, arXiv 1503.02531, section 2) to the very faces that the network sees, augmented, in
    every step: Beyer et al. (2022, arXiv 2106.05237, section 3.1) find that decisive. The
    temperature is 1, because the probabilities of networks trained with label smoothing and dropout
    are soft enough. Its variables are the network's and the random states of augmentation.

    Args:
        augmentations: list of layers.
        student: the network to train.
        teachers: list of networks.network.Network; empty for the labels alone.
        share: share of the teachers in the targets; the label has the rest.
    """

    def __init__(self, augmentations, student, teachers=(), share=0.0):
        super().__init__()
        self.augmentations, self.student, self.share = augmentations, student, share
        # a function, because Keras saves the variables of every model in an attribute
        self.ask = lambda view: sum(each.probabilities(view) for each in teachers) / len(teachers)
        self.taught = bool(teachers)

    def call(self, faces, training=False):
        """The network's answers (m, 7), or (m, 2, 7) with those of the teachers in training."""
        faces = ops.cast(faces, "float32")  # (m, 48, 48, 1)
        for layer in self.augmentations:
            faces = layer(faces, training=training)
        answers = self.student(faces, training=training)  # (m, 7)
        if not (training and self.taught):
            return answers
        return ops.stack([answers, ops.stop_gradient(self.ask(faces[..., 0]))], axis=1)

    def mix(self, labels, answers):
        """Targets and the network's answers, both (m, 7), of one-hot labels and call()'s result."""
        if len(answers.shape) == 2:
            return labels, answers
        return (1 - self.share) * labels + self.share * answers[:, 1], answers[:, 0]

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        return super().compute_loss(x, *self.mix(y, y_pred), sample_weight, training)

    def compute_metrics(self, x, y, y_pred, sample_weight=None):
        return super().compute_metrics(x, *self.mix(y, y_pred), sample_weight)


def build(recipe, face_count, start_from="", data=None):
    """The network and the compiled model that trains it.

    Args:
        recipe: a Recipe.
        face_count: number of training faces.
        start_from: path of a model with the initial weights; empty for new weights.
        data: where the faces are, to find out how teachers from elsewhere are fed.

    Returns:
        The network, a keras.Model, and the compiled Learner of it.

    Raises:
        UserError: `start_from` or a teacher is not readable as a model, or the weights do not fit
            the network.
    """
    keras.utils.set_random_seed(recipe.seed)  # for the initial weights
    model = network.build_model(recipe.block_dropout, recipe.dense_dropout,
                                PRECISIONS[recipe.precision], recipe.seed,
                                recipe.filters or network.FILTERS, recipe.hidden)
    if start_from:
        copy_weights(start_from, model)
    augmentations = augmentation.layers(recipe.sharp, recipe.erase, recipe.seed)
    teachers = open_teachers(recipe, data)
    learner = Learner(augmentations, model, teachers, recipe.teachers_share)
    learner(np.zeros((1, *network.INPUT_SHAPE)))  # makes its variables
    compile_learner(learner, recipe, face_count)
    return model, learner


def open_teachers(recipe, data):
    """The recipe's teachers, with its precision; on `data` it is found out how others are fed.

    Raises:
        UserError: one is not readable, or cannot be asked within a training step.
    """
    teachers = [open_network(path, data) for path in recipe.teachers]
    for path, teacher in zip(recipe.teachers, teachers, strict=True):
        if teacher.keras_model is None:
            raise UserError(f"--teachers {path}: expected a Keras model, which can be asked within "
                            "a training step")
    return [in_precision(teacher, recipe.precision) for teacher in teachers]


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
        data: the training faces: pixels uint8 (n, 48, 48), labels uint8 (n,).
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
