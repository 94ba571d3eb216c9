"""What a model file of any format holds once it is read: a function from pictures to answers."""
import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np


@dataclasses.dataclass(frozen=True)
class RawNetwork:
    """A network as its file has it: neither its scaling of pixels nor its order of labels is known.

    Attributes:
        path: where it was read, as the user wrote it.
        form: the file's format in words, such as "HDF5 of Keras 2.4.0" or "TensorFlow Lite,
            quantised".
        input_shape: (height, width, channels) of a picture, in this order even where channels come
            first; height and width are equal, channels 1 or 3.
        channels_first: whether the network itself takes (channels, height, width).
        classes: how many answers it gives, 7 or 8.
        call: float32 (n, height, width, channels) -> float32 (n, classes). It takes channels last
            always and turns them inside, quantises inside, and goes through any n in batches of few
            fixed sizes. The answers are as the network gives them, probabilities or logits.
        keras_model: the keras.Model, which takes what the network itself takes; None for formats
            without gradients.
        rescales: whether its first step is a Rescaling or Normalization layer of its own, so that
            it takes raw pixels.
        digest: SHA-256, in hexadecimal, of the bytes that were loaded (of the weights' where the
            architecture is in another file).
    """
    path: str
    form: str
    input_shape: tuple[int, int, int]
    channels_first: bool
    classes: int
    call: Callable[[np.ndarray], np.ndarray]
    keras_model: Any
    rescales: bool
    digest: str


def channels_last(shape):
    """The shape of a picture as (height, width, channels), and whether it had channels first.

    Args:
        shape: of one picture as a network takes it; of another length than 3, it stays as it is.
    """
    first = len(shape) == 3 and shape[0] in (1, 3) and shape[2] not in (1, 3)
    return ((*shape[1:], shape[0]) if first else tuple(shape)), first
