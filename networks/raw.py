"""What a model file of any format holds: a function from pictures to predictions."""
import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np

from base.errors import UserError

# pictures at once, one compiled function for each: 1,000 faces in 1.5 s; verdict.py asks about 44
BATCHES = (1, 50, 250)
LARGE = 96  # pixels of a side from which on fewer pictures are taken at once


@dataclasses.dataclass(frozen=True)
class RawNetwork:
    """A network as its file has it: neither its scaling of pixels nor its order of labels is known.
    """
    path: str  # where it was read, as the user wrote it
    form: str  # the file's format in words, such as "a file of Keras 2.4.0"
    input_shape: tuple[int, int, int]  # (height, width, channels) of a picture
    classes: int  # how many predictions it gives for a picture, 7 or 8
    call: Callable  # float32 (n, height, width, channels) -> float32 (n, classes), for any n
    keras_model: Any  # the keras.Model; None for formats without gradients
    digest: str  # SHA-256 of the file, in hexadecimal


def one_picture(inputs, outputs):
    """(height, width, channels) of the only input; UserError if it is no square picture.

    Args:
        inputs: the shape of each input, batch first and channels last.
        outputs: how many there are.
    """
    _, *shape = inputs[0]
    square = len(shape) == 3 and isinstance(shape[0], int) and shape[0] == shape[1]
    if not (len(inputs) == outputs == 1 and square and shape[2] in (1, 3)):
        words = " and ".join(" x ".join(map(str, each[1:])) for each in inputs)
        raise UserError(f"takes {words} and gives {outputs} rows; expected square pictures in one "
                        "or three channels, and one row of classes")
    return tuple(shape)


def batch_sizes(side):
    """How many square pictures of a side are taken at once, in ascending order."""
    return BATCHES if side < LARGE else (1, max(2, BATCHES[1] * LARGE ** 2 // side ** 2))


def in_batches(predict, pictures, sizes):
    """The predictions for all pictures, each batch filled up with zeros to the smallest that fits.

    Another batch shape would cost another compilation, or another allocation.

    Args:
        predict: function from an array (size, ...) to an array (size, classes).
        pictures: (n, ...), n at least 1.
        sizes: of the batches, in ascending order.
    """
    found = []
    for start in range(0, len(pictures), sizes[-1]):
        batch = pictures[start:start + sizes[-1]]
        size = next(size for size in sizes if size >= len(batch))
        filled = np.zeros((size, *batch.shape[1:]), batch.dtype)
        filled[:len(batch)] = batch
        found.append(np.asarray(predict(filled), np.float32)[:len(batch)])
    return np.concatenate(found)
