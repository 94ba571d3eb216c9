"""What a model file of any format holds: a function from pictures to predictions."""
import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np
from tqdm.auto import tqdm

from base.errors import UserError

# pictures at once, one compiled function for each: 1,000 faces in 1.5 s; verdict.py asks about 44
BATCHES = (1, 50, 250)
LARGE = 96  # pixels of a side from which on fewer pictures are taken at once


@dataclasses.dataclass(frozen=True)
class RawNetwork:
    """A network as its file has it: neither its scaling of pixels nor its order of labels is known.

    Attributes:
        path: where it was read, as the user wrote it.
        form: the file's format in words, such as "HDF5 of Keras 2.4.0".
        input_shape: (height, width, channels) of a picture, also where channels come first.
        classes: how many predictions it gives for a picture, 7 or 8.
        call: float32 (n, height, width, channels) -> float32 (n, classes), for any n, as the
            network gives them, probabilities or logits.
        keras_model: the keras.Model; None for formats without gradients.
        digest: SHA-256, in hexadecimal, of the file, or of that of the weights alone.
    """
    path: str
    form: str
    input_shape: tuple[int, int, int]
    classes: int
    call: Callable[[np.ndarray], np.ndarray]
    keras_model: Any
    digest: str


def one_picture(shapes, outputs):
    """The shape of the only input, batch and picture; UserError unless there is one of each."""
    if len(shapes) != 1 or outputs != 1:
        raise UserError(f"has {len(shapes)} inputs and {outputs} outputs; expected one picture "
                        "and one row of classes")
    if len(shapes[0]) != 4 or not all(isinstance(side, int) for side in shapes[0][1:]):
        raise UserError(f"takes {' x '.join(map(str, shapes[0][1:]))}; expected square pictures "
                        "of a fixed size")
    return tuple(shapes[0])


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

    Returns:
        float32 (n, classes).

    Raises:
        UserError: a batch gets fewer or more predictions than it has pictures, or cannot be
            computed, as for want of memory.
    """
    found = []
    for start in tqdm(range(0, len(pictures), sizes[-1]), "predicting", unit="batch", delay=2,
                      leave=False, disable=None):
        batch = pictures[start:start + sizes[-1]]
        size = next(size for size in sizes if size >= len(batch))
        filled = np.zeros((size, *batch.shape[1:]), batch.dtype)
        filled[:len(batch)] = batch
        try:
            predictions = np.asarray(predict(filled), np.float32)
        except Exception as error:  # each runtime raises kinds of its own
            raise UserError(f"the model cannot predict {size} pictures at once "
                            f"({reason_of(error)})") from error
        if predictions.ndim != 2 or len(predictions) != size:
            raise UserError(f"the model gives {predictions.shape} predictions for {size} pictures")
        found.append(predictions[:len(batch)])
    return np.concatenate(found)


def reason_of(error):
    """The line of an error of Keras, or of a runtime, that says what is wrong."""
    text = str(error).split("Arguments received")[0].strip()
    return text.split("\n")[-1].removeprefix("Exception encountered: ")[:200]
