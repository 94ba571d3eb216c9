"""The recipe of a training run: its settings, and the optimizers and schedules that they name.

Only functions import Keras, because the import takes seconds and `train.py --help` needs just the
names.
"""
import dataclasses

import numpy as np

EPOCHS, DEMONSTRATION_EPOCHS = 25, 12  # on FER2013; on the included avatars, which are easier


@dataclasses.dataclass(frozen=True)
class Recipe:
    """The settings that, together with the faces, determine the final weights of a training run.

    Attributes:
        epochs: passes over the training faces.
        batch_size: faces per step.
        optimizer: a name in OPTIMIZERS.
        learning_rate: the highest learning rate of the schedule.
        schedule: a name in SCHEDULES.
        weight_decay: share by which each step shrinks the weights, times the learning rate.
        label_smoothing: share of each target that is spread over all classes.
        class_weight: a name in CLASS_WEIGHTS.
        teachers: paths of Keras models; the mean of their answers is part of the targets.
        teachers_share: share of the teachers in the targets; the label has the rest.
        filters: number of filters in each of the four blocks; None for model.FILTERS.
        hidden: number of units in the hidden dense layer.
        block_dropout: share of activations dropped after each block.
        dense_dropout: share of activations dropped after the hidden dense layer.
        sharp: share of the faces that augmentation neither turns nor scales.
        erase: share of the faces in which a random rectangle is made grey.
        precision: precision of the arithmetic, a name in networks.precision.PRECISIONS; weights are
            float32.
        devices: number of devices that share every batch.
        start_from: path of a .keras file with the initial weights; empty for new weights.
        seed: seed of every random choice.
    """
    epochs: int = EPOCHS
    batch_size: int = 64
    optimizer: str = "muon"
    learning_rate: float = 1e-3
    schedule: str = "cosine"
    weight_decay: float = 0.05
    label_smoothing: float = 0.1
    class_weight: str = "none"
    teachers: tuple = ()
    teachers_share: float = 0.7
    filters: tuple | None = None
    hidden: int = 2048
    block_dropout: float = 0.1
    dense_dropout: float = 0.5
    sharp: float = 0.5
    erase: float = 0.0
    precision: str = "float32"
    devices: int = 1
    start_from: str = ""
    seed: int = 0


def adamw(rate, decay):
    import keras
    return keras.optimizers.AdamW(rate, weight_decay=decay)


def sgd(rate, decay):
    import keras
    return keras.optimizers.SGD(rate, momentum=0.9, nesterov=True, weight_decay=decay)


def muon(rate, decay):
    from training.muon import Muon
    return Muon(rate, decay)


def cosine(rate, steps, warmup):
    import keras
    return keras.optimizers.schedules.CosineDecay(
        0.0, max(steps - warmup, 1), warmup_target=rate, warmup_steps=warmup)


def constant(rate, steps, warmup):
    return rate


def inverse_frequency(labels):
    """float64 (7,) class weights that give every emotion the same total weight.

    The mean weight of a face is 1. An emotion without faces has the weight 0.

    Args:
        labels: int (n,).
    """
    counts = np.bincount(labels, minlength=7)
    return np.divide(len(labels), 7 * counts, out=np.zeros(7), where=counts > 0)


OPTIMIZERS = {"adamw": adamw, "sgd": sgd, "muon": muon}  # (rate, weight decay) -> optimizer
SCHEDULES = {"cosine": cosine, "constant": constant}  # (highest rate, steps, warmup) -> schedule
CLASS_WEIGHTS = {  # labels of the training faces -> weight of each class, float64 (7,)
    "none": lambda labels: np.ones(7),
    "square-root": lambda labels: np.sqrt(inverse_frequency(labels)),
    "balanced": inverse_frequency,
}
