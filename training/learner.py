"""The learner: the network with its augmentation in front, compiled as a recipe says."""
import math

import keras
import numpy as np
from keras import ops

import model as network
from base.errors import UserError
from networks import PRECISIONS
from networks.files import read
from networks.network import open_network
from training.augmentation import FaceAugmentation
from training.recipe import LABEL_SMOOTHING, OPTIMIZERS


class Learner(keras.Model):
    """The network with augmentation in front and teachers beside it.

    The targets are the labels, mixed with the mean prediction of the teachers (distillation, Hinton
    et al. 2015, arXiv 1503.02531, section 2) for the very views that the network sees, which Beyer
    et al. (2022, arXiv 2106.05237, section 3.1) find decisive. The temperature is 1: probabilities
    of networks trained with label smoothing and dropout are soft enough.

    Args:
        augmentations: list of layers.
        student: the network to train.
        teachers: list of networks.network.Network.
        share: weight of the teachers' mean prediction in the target; the label gets the rest.
    """

    def __init__(self, augmentations, student, teachers=(), share=0.0):
        super().__init__()
        self.augmentations, self.student, self.share = augmentations, student, share
        # a function, because Keras saves the variables of every model in an attribute
        self.teach = lambda view: sum(each.probabilities(view) for each in teachers) / len(teachers)
        self.taught = bool(teachers)

    def call(self, faces, training=False):
        """The network's prediction (m, 7), or (m, 2, 7) with that of the teachers in training."""
        faces = ops.cast(faces, "float32")  # (m, 48, 48, 1)
        for layer in self.augmentations:
            faces = layer(faces, training=training)
        predicted = self.student(faces, training=training)  # (m, 7)
        if not (training and self.taught):
            return predicted
        return ops.stack([predicted, ops.stop_gradient(self.teach(faces[..., 0]))], axis=1)

    def mix(self, labels, predicted):
        """Targets and the network's prediction, both (m, 7), from labels and call()'s result."""
        if len(predicted.shape) == 2:
            return labels, predicted
        return (1 - self.share) * labels + self.share * predicted[:, 1], predicted[:, 0]

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        return super().compute_loss(x, *self.mix(y, y_pred), sample_weight, training)

    def compute_metrics(self, x, y, y_pred, sample_weight=None):
        return super().compute_metrics(x, *self.mix(y, y_pred), sample_weight)


def build(recipe, face_count, data=None):
    """The compiled Learner of a Recipe for this number of training faces.

    The preprocessing of teachers from elsewhere is found out on `data`, a Dataset. UserError if a
    teacher or recipe.start_from is not readable as a model, or does not fit.
    """
    keras.utils.set_random_seed(recipe.seed)  # for the initial weights
    student = network.build_model(dtype=PRECISIONS[recipe.precision], seed=recipe.seed,
                                  filters=recipe.widths(), hidden=recipe.hidden)
    if recipe.start_from:
        copy_weights(recipe.start_from, student)
    learner = Learner(augmentations(recipe), student, open_teachers(recipe, data),
                      recipe.teachers_share)
    learner(np.zeros((1, *network.INPUT_SHAPE)))  # makes its variables
    optimizer = OPTIMIZERS[recipe.optimizer](schedule(recipe, face_count))
    # weight decay of these does not regularise
    optimizer.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])
    learner.compile(
        optimizer, keras.losses.CategoricalCrossentropy(label_smoothing=LABEL_SMOOTHING),
        metrics=["accuracy"], jit_compile=network.jit_compile())
    return learner


def open_teachers(recipe, data):
    teachers = [open_network(path, data, precision=recipe.precision) for path in recipe.teachers]
    for path, teacher in zip(recipe.teachers, teachers, strict=True):
        if teacher.keras_model is None:
            raise UserError(f"--teachers {path}: expected a Keras model, which can predict within "
                            "a training step")
    return teachers


def copy_weights(path, student):
    source = read(path).keras_model
    weights = [] if source is None else source.get_weights()
    if [array.shape for array in weights] != [array.shape for array in student.get_weights()]:
        raise UserError(f"{path}: its weights do not fit this network; "
                        "expected a model that train.py wrote")
    student.set_weights(weights)


def augmentations(recipe):
    """The layers in front of the network, which do nothing at inference."""
    layers = [FaceAugmentation(seed=recipe.seed)]
    if recipe.erase:  # Zhong et al. 2017 (arXiv 1708.04896): a rectangle of up to a third of a face
        layers.append(keras.layers.RandomErasing(
            (recipe.erase,) * 2, fill_value=128.0, seed=recipe.seed + 1, dtype="float32"))
    return layers


def schedule(recipe, face_count):
    """The learning rate: it rises in the first epoch, then falls to 0 along a cosine."""
    steps_per_epoch = math.ceil(face_count / recipe.batch_size)
    steps = steps_per_epoch * recipe.epochs
    warmup = min(steps_per_epoch, math.ceil(steps / 2))
    return keras.optimizers.schedules.CosineDecay(
        0.0, max(steps - warmup, 1), warmup_target=recipe.learning_rate, warmup_steps=warmup)
