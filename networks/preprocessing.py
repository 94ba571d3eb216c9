"""From faces to what a network takes, and from what it gives to probabilities in FER2013's order.

    pictures = preprocess(faces, (48, 48, 1), "unit")      # (n, 48, 48) -> (n, 48, 48, 1)
    probabilities = read_outputs(outputs, preprocessing)   # (n, classes) -> (n, 7)

Both take tensors of any Keras backend and let gradients through. Keras is imported inside of the
functions, because it takes seconds, and the options of a program need only the names here.
"""
import argparse
import dataclasses
import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from tqdm.auto import trange

from fer2013 import EMOTIONS, SIZE
from fer2013.names import CONTEMPT, ORDERS

AUTO = "auto"  # of --scale and --labels: to be found out
MEAN, DEVIATION = 129.5, 65.0  # of all pixels of FER2013's 28,709 training faces
# mean and deviation of red, green, blue / 255
TORCHVISION = np.float32([[0.485, 0.456, 0.406], [0.229, 0.224, 0.225]])
CAFFE = np.float32([103.939, 116.779, 123.68])  # mean of blue, green, red
AT_ONCE = 250 * SIZE * SIZE  # pixels at once: 250 faces of 48x48, 11 of 224x224
NEARLY = 0.02  # how far from 1 probabilities may sum: bfloat16 has three digits


class Scale(NamedTuple):
    """A way to scale pixels; `apply` takes an array, or a tensor of any Keras backend."""
    words: str
    apply: Callable
    channels: tuple = (1, 3)  # the inputs for which people use it


def standardise_each(pictures):
    """Each picture to mean 0 and deviation 1, as tf.image.per_image_standardization does it."""
    from keras import ops

    mean, variance = ops.moments(pictures, axes=(1, 2, 3), keepdims=True)
    return (pictures - mean) / ops.sqrt(ops.maximum(variance, 1 / math.prod(pictures.shape[1:])))


SCALES = {  # the usual ones first: of several that come to the same, the first is taken
    "as-is": Scale("pixels as they are", lambda x: x),
    "unit": Scale("pixels / 255", lambda x: x / 255),
    "signed": Scale("pixels / 127.5 - 1", lambda x: x / 127.5 - 1),
    "each": Scale("each picture standardised", standardise_each),
    "dataset": Scale(f"(pixels - {MEAN:.0f}) / {DEVIATION}", lambda x: (x - MEAN) / DEVIATION),
    "torchvision": Scale("torchvision's scaling",
                         lambda x: (x / 255 - TORCHVISION[0]) / TORCHVISION[1], (3,)),
    "caffe": Scale("Caffe's scaling", lambda x: x - CAFFE, (3,)),
}
OUTPUTS = {"logits": "softmax applied to its logits",  # where they are no probabilities
           "sigmoids": "sigmoids divided by their sum"}


@dataclasses.dataclass(frozen=True)
class Preprocessing:
    """How faces become what a network takes, and what its outputs are."""
    scale: str  # a name in SCALES
    labels: tuple  # the name of each output, an emotion or a class that FER2013 lacks
    outputs: str  # "probabilities", or a name in OUTPUTS
    evidence: str = ""  # how that is known, for a reader

    def words(self):
        """All of it in a line."""
        known = {names_of(order, len(self.labels)): f"in {order} order" for order in ORDERS}
        words = [SCALES[self.scale].words]
        words += ["labels " + known.get(self.labels, ", ".join(self.labels))]
        words += [f"{name} left out and the rest renormalised"
                  for name in self.labels if name not in EMOTIONS]
        words += [f"no output for {name}" for name in EMOTIONS if name not in self.labels]
        words += filter(None, [OUTPUTS.get(self.outputs)])
        return ", ".join(words) + (f" ({self.evidence})" if self.evidence else "")


def names_of(order, classes):
    """The names of a network's outputs by a name in ORDERS, or by themselves: a tuple.

    Contempt is left out of seven. The tuple has another length where the order does not fit.
    """
    names = ORDERS[order] if isinstance(order, str) else order
    return tuple(name for name in names if classes >= len(names) or name != CONTEMPT)


def order_of_labels(text):
    """An argparse type: the name of an order, or a tuple of the outputs' seven or eight names."""
    text = text.lower().replace("ferplus", "fer+")
    if text in (AUTO, *ORDERS):
        return text
    names = tuple(name.strip() for name in text.split(","))
    if len(set(names)) not in (7, 8) or len({*names} - {*EMOTIONS}) > 1:
        raise argparse.ArgumentTypeError(
            f"expected one of {', '.join(ORDERS)}, or the outputs' names, of which one may be no "
            f"emotion of {','.join(EMOTIONS)}; found {text!r}")
    return names


def preprocess(faces, shape, scale):
    """The pictures that a network takes: float (n, *shape), channels last.

    Args:
        faces: float (n, 48, 48), grey values from 0 to 255.
        shape: (height, width, channels) of a picture.
        scale: a name in SCALES.
    """
    from keras import ops

    pictures = ops.repeat(faces[..., None], shape[2], axis=3)
    if shape[0] != SIZE:  # bilinearly, also to smaller sizes, as cv2.resize does by default
        pictures = ops.image.resize(pictures, shape[:2], data_format="channels_last")
    return SCALES[scale].apply(pictures)


def outputs_of(raw, pixels, scale):
    """A network's own outputs for uint8 (n, 48, 48) faces: float32 (n, classes)."""
    from keras import ops

    step, outputs = max(1, AT_ONCE // raw.input_shape[0] ** 2), [np.empty((0, raw.classes))]
    for start in trange(0, len(pixels), step, desc="predicting", unit_scale=step, unit="face",
                        delay=2, leave=False, disable=None):
        faces = pixels[start:start + step].astype(np.float32)
        outputs.append(raw.call(ops.convert_to_numpy(preprocess(faces, raw.input_shape, scale))))
    return np.concatenate(outputs, dtype=np.float32)


def kind_of(outputs):
    """What float (n, classes) outputs are, for Preprocessing.outputs."""
    if outputs.min() < 0 or outputs.max() > 1 + NEARLY:
        return "logits"
    return "probabilities" if np.abs(outputs.sum(axis=1) - 1).max() <= NEARLY else "sigmoids"


def read_outputs(outputs, preprocessing):
    """Probabilities in FER2013's order, (n, 7), from a network's (n, classes) outputs.

    A class that FER2013 lacks is left out, and the rest renormalised. An emotion for which there is
    no output has probability 0.
    """
    from keras import ops

    labels = (*preprocessing.labels, *EMOTIONS)  # of the outputs, then of zeros
    chosen = np.minimum([labels.index(emotion) for emotion in EMOTIONS], len(preprocessing.labels))
    if preprocessing.outputs == "logits":
        outputs = ops.softmax(outputs)
    outputs = ops.pad(outputs, ((0, 0), (0, 1)))  # (n, classes + 1)
    found = ops.take(outputs, chosen, axis=1)  # (n, 7)
    return found / ops.maximum(ops.sum(found, axis=1, keepdims=True), 1e-30)
