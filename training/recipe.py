"""The recipe of a training run: its settings, and the optimizers that they name.

Only functions import Keras, which takes seconds: `train.py --help` needs just the names.
"""
import dataclasses
import itertools

from base.errors import UserError
from base.options import closed_share, option, positive_integer, positive_number, seed_number
from model import FILTERS, HIDDEN
from networks import PRECISIONS

WEIGHT_DECAY = 0.05  # share by which each step shrinks the weights, times the learning rate
LABEL_SMOOTHING = 0.1  # share of each target that is spread over all classes


def adamw(rate):
    import keras
    return keras.optimizers.AdamW(rate, weight_decay=WEIGHT_DECAY)


def muon(rate):
    from training.muon import Muon
    return Muon(rate, WEIGHT_DECAY)


OPTIMIZERS = {"muon": muon, "adamw": adamw}  # learning rate -> optimizer


@dataclasses.dataclass(frozen=True)
class Recipe:
    """The settings that, together with the faces, determine the final weights of a training run."""
    epochs: int = option(25, "passes over the training faces", type=positive_integer)
    batch_size: int = option(64, "faces per training step", type=positive_integer)
    seed: int = option(0, "seed of every random choice", type=seed_number)
    precision: str = option("float32", "precision of the arithmetic; bfloat16 is faster on "
                                       "processors that support it", choices=PRECISIONS)
    start_from: str = option("", "model with the initial weights (random ones if not given)",
                             metavar="MODEL")
    optimizer: str = option("muon", "method that updates the weights", choices=OPTIMIZERS)
    learning_rate: float = option(1e-3, "highest learning rate; it falls to 0 along a cosine",
                                  type=positive_number)
    erase: float = option(0.0, "share of the faces in which a random rectangle is made grey",
                          type=closed_share)
    teachers: tuple = option((), "Keras models from whose predictions the network learns, beside "
                                 "the labels (distillation)", nargs="+", metavar="MODEL")
    teachers_share: float = option(
        0.7, "weight of the teachers' mean prediction in the target; the label gets the rest",
        type=closed_share)
    filters: tuple = option(
        tuple(itertools.chain(*FILTERS)), "filters of the four blocks: 4 numbers, or 8 for the "
        "first and second convolution of each", nargs="+", type=positive_integer, metavar="N")
    hidden: int = option(HIDDEN, "units of the hidden dense layer", type=positive_integer)

    def __post_init__(self):
        if len(self.filters) not in (4, 8):
            raise UserError(f"--filters: expected 4 or 8 numbers, found {len(self.filters)}")

    def widths(self):
        """The filters as model.build_model() takes them: a number or a pair for each block."""
        if len(self.filters) == 8:
            return tuple(zip(self.filters[::2], self.filters[1::2], strict=True))
        return self.filters
